// SPDX-License-Identifier: MIT
// Media as a whole: which line is up, when it is replaced, and what hangs on it. Recovery is decided by paths.ts.
import type { Device } from 'mediasoup-client';

import type { Environment } from '../base/environment';
import { asError, DoordarshanError } from '../errors';
import type { RemoteTrackState } from '../people/remote_track';
import type { MediaAnswer } from '../protocol';
import type { Session } from '../signaling/session';
import type { JoinOptions, Limits, Logger, MeetingEvents, Statistics } from '../types';
import { Line } from './line';
import { initialPaths, pathsStep, type Direction, type PathsEffect, type PathsInput, type PathsState } from './paths';
import { Publisher } from './publisher';
import { Counters, summary, trackStatistics, transportStatistics, type Reports } from './statistics';
import { Subscriber } from './subscriber';

export interface MediaEvents {
  emit<E extends keyof MeetingEvents>(event: E, news: MeetingEvents[E]): void;
  tracks(): Iterable<RemoteTrackState>;
  started(track: RemoteTrackState): void;
  stopped(track: RemoteTrackState): void;
  /** Whether media is being brought back. */
  recovering(now: boolean): void;
}

/** What an old line received is shown so long while the new one begins; then it is closed. */
const lingering = 6_000;
/** So long what is sent may hold up what is received (#receiveOver). */
const publishFirst = 1_000;

export class Media {
  readonly publisher: Publisher;
  readonly subscriber: Subscriber;
  readonly #environment: Environment;
  readonly #session: Session;
  readonly #options: JoinOptions;
  readonly #log: Logger;
  readonly #events: MediaEvents;
  readonly #counters = new Counters();
  readonly #lingering = new Map<Line, () => void>();
  #paths: PathsState;
  #line: Line | null = null;
  #iceServers: RTCIceServer[] = [];
  #device: { device: Device; capabilities: string } | null = null;
  #adoptions = 0;
  #epoch = 0;
  #lostEpoch = 0;
  #cancelWake: (() => void) | null = null;
  /** While consumers wait for the line's producers. */
  #cancelPublishFirst: (() => void) | null = null;
  #recovering = false;
  #stopped = false;

  constructor(environment: Environment, session: Session, limits: Limits, options: JoinOptions, log: Logger, events: MediaEvents) {
    this.#environment = environment;
    this.#session = session;
    this.#options = options;
    this.#log = log;
    this.#events = events;
    this.#paths = initialPaths(environment.clock.now(), options.tcpOnly ?? false);
    const common = {
      emit: events.emit,
      mediaMoved: () => this.lost('media_moved', null),
      settled: () => {
        if (this.#cancelPublishFirst !== null && this.publisher.settled) this.#receiveOver(this.#line);
        this.#tell();
      },
    };
    this.publisher = new Publisher(environment, session, limits, options, log, common);
    this.subscriber = new Subscriber(environment, session, log, { ...common, tracks: events.tracks, started: events.started, stopped: events.stopped });
  }

  /** Takes the server's transports, of a join or of `media.open`, in place of those before. */
  async adopt(media: MediaAnswer, joined?: { iceServers: RTCIceServer[]; limits: Limits }): Promise<void> {
    const adoption = ++this.#adoptions;
    this.#epoch = media.epoch;
    if (joined !== undefined) {
      this.#iceServers = joined.iceServers;
      this.#lostEpoch = 0; // a new session counts anew
      this.publisher.setLine(null); // and knows nothing of the old one's transports
      this.#receiveOver(null);
    }
    const device = await this.#deviceFor(media);
    if (this.#stopped || adoption !== this.#adoptions) return; // there is a newer one
    this.#retire();
    const line: Line = new Line(device, media, this.#session, {
      iceServers: this.#iceServers,
      iceTransportPolicy: this.#options.iceTransportPolicy,
      onState: (direction, state) => {
        if (this.#line !== line) return;
        this.#log.debug('transport', { direction, state });
        this.#take({ type: 'transport', direction, state });
      },
    });
    this.#line = line;
    this.publisher.setLine(line, joined?.limits);
    this.#receiveOver(line, joined === undefined);
    this.#take({ type: 'opened', lost: this.#lostEpoch >= media.epoch });
  }

  /** The server carries this epoch no longer. */
  lost(reason: string, epoch: number | null): void {
    if (epoch !== null && epoch < this.#epoch) return; // it has been replaced already
    this.#lostEpoch = Math.max(this.#lostEpoch, epoch ?? this.#epoch);
    this.#log.info('media is lost', { reason });
    if (this.#paths.busy !== 'opening') this.#take({ type: 'lost' });
  }

  networkChanged(): void {
    this.#take({ type: 'network' });
  }

  signaling(ready: boolean): void {
    this.#take({ type: 'signaling', ready });
    if (!ready) return;
    this.publisher.wake();
    this.subscriber.wake();
  }

  get recovering(): boolean {
    return this.#recovering;
  }

  async statistics(): Promise<Statistics> {
    const line = this.#line;
    const [send, receive, sent, received] = await Promise.all([
      transportOf(line?.send ?? null),
      transportOf(line?.receive ?? null),
      Promise.all(
        this.publisher.producers().map(async ({ kind, producer }) => trackStatistics(kind, producer.id, await reportsOf(producer), this.#counters)),
      ),
      Promise.all(
        this.subscriber
          .consumers()
          .map(async ({ track, consumer }) => trackStatistics(track.kind, consumer.id, await reportsOf(consumer), this.#counters, track.participant.id)),
      ),
    ]);
    this.#counters.turn();
    return summary(send, receive, sent, received);
  }

  stop(error: DoordarshanError): void {
    this.#stopped = true;
    this.#cancelWake?.();
    this.#receiveOver(null);
    this.publisher.stop(error);
    this.subscriber.stop();
    this.#line?.close();
    this.#line = null;
    for (const [line, cancel] of this.#lingering) {
      cancel();
      line.close();
    }
    this.#lingering.clear();
  }

  async #deviceFor(media: MediaAnswer): Promise<Device> {
    const capabilities = JSON.stringify(media.rtpCapabilities);
    if (this.#device?.capabilities === capabilities) return this.#device.device;
    const device = await this.#environment.createDevice();
    await device.load({ routerRtpCapabilities: media.rtpCapabilities });
    this.#device = { device, capabilities };
    return device;
  }

  #retire(): void {
    const line = this.#line;
    if (line === null) return;
    line.retire();
    this.#line = null;
    const end = (): void => {
      this.#lingering.delete(line);
      line.close();
    };
    this.#lingering.set(line, this.#environment.clock.after(lingering, end));
    // Several recoveries in a row leave one old line to look at, not many.
    for (const [older, cancel] of [...this.#lingering].slice(0, -2)) {
      cancel();
      this.#lingering.delete(older);
      older.close();
    }
  }

  #take(input: PathsInput): void {
    if (this.#stopped) return;
    const now = this.#environment.clock.now();
    const { state, effects } = pathsStep(this.#paths, input, now, this.#environment.random());
    this.#paths = state;
    this.#cancelWake?.();
    this.#cancelWake = null;
    for (const effect of effects) this.#carryOut(effect, now);
    this.#tell();
  }

  #carryOut(effect: PathsEffect, now: number): void {
    switch (effect.type) {
      case 'wake':
        this.#cancelWake = this.#environment.clock.after(Math.max(0, effect.at - now), () => this.#take({ type: 'tick' }));
        return;
      case 'fallback':
        this.#log.warn('media does not get through over UDP, trying TCP');
        this.#events.emit('transportFallback', { to: 'tcp' });
        return;
      case 'open':
        return void this.#open(effect.tcpOnly);
      case 'restartIce':
        return void this.#restartIce(effect.directions);
    }
  }

  /**
   * When all begin anew at once, everybody first sends what the others wait for; what they send is there by then, and is received in one
   * negotiation instead of one after the other. Who joins comes to a meeting that is there, and sees it first.
   */
  #receiveOver(line: Line | null, afterPublishing = false): void {
    this.#cancelPublishFirst?.();
    this.#cancelPublishFirst = null;
    if (line === null || !afterPublishing || this.publisher.settled) return this.subscriber.setLine(line);
    this.#cancelPublishFirst = this.#environment.clock.after(publishFirst, () => this.#receiveOver(line));
  }

  async #open(tcpOnly: boolean): Promise<void> {
    this.publisher.setLine(null);
    this.#receiveOver(null);
    const adoption = this.#adoptions;
    try {
      const media = await this.#session.request('media.open', tcpOnly ? { tcpOnly } : {});
      if (adoption === this.#adoptions) await this.adopt(media);
    } catch (thrown) {
      const error = asError(thrown);
      this.#log.warn('media could not be opened', { code: error.code, reason: error.reason });
      if (adoption !== this.#adoptions && this.#line !== null) return; // a join brought another line
      this.#take({ type: 'openFailed', retryAfter: (error.retryAfter ?? 0) * 1000 });
    }
  }

  async #restartIce(directions: readonly Direction[]): Promise<void> {
    const line = this.#line;
    const transports = directions.flatMap((direction) => line?.[direction] ?? []);
    try {
      const { iceParameters } = await this.#session.request('transport.restartIce', { transportIds: transports.map(({ id }) => id) });
      if (this.#line !== line) return;
      const answers = transports.map((transport) => ({ transport, parameters: iceParameters[transport.id] }));
      if (answers.some(({ parameters }) => parameters === undefined)) return this.#take({ type: 'restartFailed', hopeless: true });
      await Promise.all(
        answers.map(({ transport, parameters }) => (parameters === undefined ? undefined : transport.restartIce({ iceParameters: parameters }))),
      );
      if (this.#line === line) this.#take({ type: 'restarted' });
    } catch (thrown) {
      const error = asError(thrown);
      this.#log.warn('ICE could not be restarted', { code: error.code, reason: error.reason });
      if (this.#line !== line) return;
      this.#take({ type: 'restartFailed', hopeless: error.code === 'not_found' || error.reason === 'media_moved' || error.code === 'conflict' });
    }
  }

  /** Whatever is to carry something is connected. */
  #flows(line: Line): boolean {
    const { send, receive } = this.#paths;
    const sends = line.send !== null && this.publisher.producers().length > 0;
    const receives = line.receive !== null && this.subscriber.consumers().length > 0;
    const up = (state: string, used: boolean): boolean => state === 'connected' || (state === 'new' && !used);
    return up(send.state, sends) && up(receive.state, receives);
  }

  /** Trouble is over when the transports are well and what hangs on them is back. */
  #tell(): void {
    if (this.#stopped) return;
    const well = !this.#paths.troubled && this.#line !== null && this.#flows(this.#line);
    const now = this.#recovering ? !(well && this.#cancelPublishFirst === null && this.publisher.settled && this.subscriber.settled) : this.#paths.troubled;
    if (now === this.#recovering) return;
    this.#recovering = now;
    this.#events.recovering(now);
  }
}

async function transportOf(transport: { connectionState: string; closed: boolean; getStats(): Promise<RTCStatsReport> } | null): Promise<ReturnType<typeof transportStatistics> | null> {
  if (transport === null || transport.closed) return null;
  return transportStatistics(transport.connectionState, await reportsOf(transport));
}

async function reportsOf(source: { getStats(): Promise<RTCStatsReport> }): Promise<Reports> {
  try {
    const reports = await source.getStats();
    return [...reports.values()] as Iterable<never> as Reports;
  } catch {
    return []; // it was closed meanwhile
  }
}
