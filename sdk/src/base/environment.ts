// SPDX-License-Identifier: MIT
// What the client needs of the world around it, so that tests can give it another one: time, chance, sockets, the media
// device, and news about the network.
import { Device } from 'mediasoup-client';

/** The part of a WebSocket that is used. */
export interface Socket {
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
  onerror: (() => void) | null;
  send(text: string): void;
  close(code?: number): void;
}

export interface Clock {
  /** Milliseconds, never going back. */
  now(): number;
  /** Calls once after a while; the returned function takes it back. */
  after(milliseconds: number, call: () => void): () => void;
}

/** What the browser tells about the network and the page. */
export interface Surroundings {
  /** The network is there again, or is another one. */
  onNetworkChange(call: () => void): () => void;
  /** The network seems to be gone. */
  onNetworkLoss(call: () => void): () => void;
  /** The page is going away for good. */
  onFarewell(call: () => void): () => void;
}

export interface Environment {
  readonly clock: Clock;
  readonly surroundings: Surroundings;
  random(): number;
  openSocket(url: string): Socket;
  createDevice(): Promise<Device>;
}

export const browserClock: Clock = {
  now: () => performance.now(),
  after: (milliseconds, call) => {
    const timer = setTimeout(call, milliseconds);
    return () => clearTimeout(timer);
  },
};

interface NetworkInformation extends EventTarget {
  readonly type?: string;
}

function listen(target: EventTarget | undefined, type: string, handler: (event: Event) => void): () => void {
  target?.addEventListener(type, handler);
  return () => target?.removeEventListener(type, handler);
}

const page = (): EventTarget | undefined => (typeof window === 'undefined' ? undefined : window);

const browserSurroundings: Surroundings = {
  onNetworkChange(call) {
    const connection = typeof navigator === 'undefined' ? undefined : (navigator as Navigator & { connection?: NetworkInformation }).connection;
    // Chrome fires `change` for each new estimate of the bandwidth too; only another kind of network counts.
    let type = connection?.type;
    const offOnline = listen(page(), 'online', call);
    const offChange = listen(connection, 'change', () => {
      if (connection?.type === type) return;
      type = connection?.type;
      if (type !== 'none') call();
    });
    return () => {
      offOnline();
      offChange();
    };
  },
  onNetworkLoss: (call) => listen(page(), 'offline', call),
  onFarewell: (call) =>
    listen(page(), 'pagehide', (event) => {
      if (!(event as PageTransitionEvent).persisted) call();
    }),
};

export function browserEnvironment(): Environment {
  return {
    clock: browserClock,
    surroundings: browserSurroundings,
    random: Math.random,
    openSocket: (url) => new WebSocket(url) as unknown as Socket,
    createDevice: () => Device.factory(),
  };
}
