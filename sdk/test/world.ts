// SPDX-License-Identifier: MIT
// The environment of the tests: real sockets, time that runs faster, mediasoup-client's own fake of a browser, and a network
// that a test can take away.
import { FakeMediaStreamTrack } from 'fake-mediastreamtrack';
import { Device, FakeHandler, testFakeParameters, type types } from 'mediasoup-client';
import { WebSocket } from 'ws';

import type { Clock, Environment, Socket } from '../src/base/environment';
import type { TransportState } from '../src/media/paths';
import { joinWith } from '../src/join';
import type { JoinOptions, Meeting, MeetingEvents } from '../src/types';
import type { FakeServer } from './fake_server';

/** Everything takes a twentieth of its time. */
const speed = 20;

export const fastClock: Clock = {
  now: () => performance.now() * speed,
  after: (milliseconds, call) => {
    const timer = setTimeout(call, milliseconds / speed);
    return () => clearTimeout(timer);
  },
};

export class World implements Environment {
  readonly clock = fastClock;
  readonly transports: types.Transport[] = [];
  /** Sockets do not get through. */
  unreachable = false;
  #network: (() => void)[] = [];
  #farewell: (() => void)[] = [];

  readonly surroundings = {
    onNetworkChange: (call: () => void) => this.#listen(this.#network, call),
    onNetworkLoss: () => () => undefined,
    onFarewell: (call: () => void) => this.#listen(this.#farewell, call),
  };

  random(): number {
    return 0.5;
  }

  openSocket(url: string): Socket {
    return new WebSocket(this.unreachable ? 'ws://127.0.0.1:9/' : url) as unknown as Socket;
  }

  async createDevice(): Promise<Device> {
    const device = await Device.factory({ handlerFactory: FakeHandler.createFactory(testFakeParameters) });
    device.observer.on('newtransport', (transport) => this.transports.push(transport));
    return device;
  }

  changeNetwork(): void {
    for (const call of this.#network) call();
  }

  closePage(): void {
    for (const call of this.#farewell) call();
  }

  /** The newest transport of a direction. */
  transport(direction: 'send' | 'recv'): types.Transport {
    const found = this.transports.filter((transport) => transport.direction === direction).at(-1);
    if (found === undefined) throw new Error(`no ${direction} transport`);
    return found;
  }

  /** What ICE and DTLS would have come to. */
  ice(direction: 'send' | 'recv', state: TransportState): void {
    const handler = this.transport(direction).handler as unknown as { setConnectionState(state: TransportState): void };
    handler.setConnectionState(state);
  }

  connect(): void {
    for (const direction of ['send', 'recv'] as const) if (this.transport(direction).connectionState !== 'new') this.ice(direction, 'connected');
  }

  join(server: FakeServer, options: JoinOptions = {}): Promise<Meeting> {
    return joinWith(this, server.url, 'token', options);
  }

  #listen(list: (() => void)[], call: () => void): () => void {
    list.push(call);
    return () => void list.splice(list.indexOf(call), 1);
  }
}

export function track(kind: 'audio' | 'video', height = 720): MediaStreamTrack & { remoteStop(): void } {
  const settings = kind === 'video' ? { height, width: (height * 16) / 9 } : {};
  return new FakeMediaStreamTrack({ kind, settings }) as unknown as MediaStreamTrack & { remoteStop(): void };
}

/** Resolves at the next event that fits. */
export function next<E extends keyof MeetingEvents>(meeting: Meeting, event: E, fits: (news: MeetingEvents[E]) => boolean = () => true): Promise<MeetingEvents[E]> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`never: ${event}`)), 10_000);
    const off = meeting.on(event, (news) => {
      if (!fits(news)) return;
      clearTimeout(timer);
      off();
      resolve(news);
    });
  });
}

/** Resolves when the condition holds; looks whenever something may have happened. */
export async function until(what: string, condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

export function record(meeting: Meeting, ...events: (keyof MeetingEvents)[]): { event: keyof MeetingEvents; news: unknown }[] {
  const seen: { event: keyof MeetingEvents; news: unknown }[] = [];
  for (const event of events) meeting.on(event, (news) => seen.push({ event, news }));
  return seen;
}
