// SPDX-License-Identifier: MIT
// Decides when ICE is restarted, when transports are opened anew, and when UDP is given up: a pure step, told the time.
// It owns no transport; media.ts carries out what it says.
import { backoff } from '../base/backoff';

export type Direction = 'send' | 'receive';
export type TransportState = 'new' | 'connecting' | 'connected' | 'disconnected' | 'failed' | 'closed';

interface Path {
  readonly state: TransportState;
  readonly since: number;
  /** ICE restarts since it last was connected. */
  readonly restarts: number;
  readonly restartedAt: number | null;
}

export interface PathsState {
  readonly send: Path;
  readonly receive: Path;
  /** Whether requests can be made now. */
  readonly signaling: boolean;
  readonly busy: 'no' | 'opening' | 'restarting';
  readonly openWanted: boolean;
  readonly openNotBefore: number;
  readonly openAttempts: number;
  readonly restartWanted: boolean;
  readonly tcpOnly: boolean;
  /** From the first sign of trouble until all is well again. */
  readonly troubled: boolean;
}

export type PathsInput =
  | { readonly type: 'transport'; readonly direction: Direction; readonly state: TransportState }
  | { readonly type: 'signaling'; readonly ready: boolean }
  | { readonly type: 'network' }
  | { readonly type: 'lost' }
  /** New transports are in place, from a join or from `media.open`; or are lost again already. */
  | { readonly type: 'opened'; readonly lost: boolean }
  | { readonly type: 'openFailed'; readonly retryAfter: number }
  | { readonly type: 'restarted' }
  | { readonly type: 'restartFailed'; readonly hopeless: boolean }
  | { readonly type: 'tick' };

export type PathsEffect =
  | { readonly type: 'restartIce'; readonly directions: readonly Direction[] }
  | { readonly type: 'open'; readonly tcpOnly: boolean }
  | { readonly type: 'fallback' }
  /** Look again at this time. */
  | { readonly type: 'wake'; readonly at: number };

export interface PathsStep {
  readonly state: PathsState;
  readonly effects: readonly PathsEffect[];
}

/** A handshake over UDP takes well under two seconds even across the world; after four it will not come. */
export const udpPatience = 4_000;
/** TCP and TURN over TLS take more round trips. */
export const tcpPatience = 8_000;
/** Short breaks heal by themselves. */
export const disconnectedPatience = 1_500;
export const restartPatience = 5_000;
const maxRestarts = 2;

const fresh = (now: number): Path => ({ state: 'new', since: now, restarts: 0, restartedAt: null });

export function initialPaths(now: number, tcpOnly: boolean): PathsState {
  return {
    send: fresh(now),
    receive: fresh(now),
    signaling: false,
    busy: 'no',
    openWanted: false,
    openNotBefore: now,
    openAttempts: 0,
    restartWanted: false,
    tcpOnly,
    troubled: false,
  };
}

/** `random` is in [0, 1). */
export function pathsStep(state: PathsState, input: PathsInput, now: number, random: number): PathsStep {
  return decide(take(state, input, now, random), now);
}

function take(state: PathsState, input: PathsInput, now: number, random: number): PathsState {
  switch (input.type) {
    case 'transport': {
      const before = state[input.direction];
      if (before.state === input.state) return state;
      const connected = input.state === 'connected';
      const path: Path = connected
        ? { state: 'connected', since: now, restarts: 0, restartedAt: null }
        : { ...before, state: input.state, since: now };
      const troubled = state.troubled || input.state === 'disconnected' || input.state === 'failed';
      if (!connected) return { ...state, [input.direction]: path, troubled };
      // It works, so the next trouble is a new one; opening twice within half a second helps nobody all the same.
      return { ...state, [input.direction]: path, troubled, openAttempts: 0, openNotBefore: Math.min(state.openNotBefore, now + 500) };
    }
    case 'signaling':
      return { ...state, signaling: input.ready };
    case 'network':
      // Another network may let UDP through, and addresses are others in any case.
      return { ...state, tcpOnly: false, restartWanted: true, openNotBefore: now };
    case 'lost':
      return { ...state, openWanted: true, troubled: true };
    case 'opened':
      return {
        ...state,
        send: fresh(now),
        receive: fresh(now),
        busy: 'no',
        openWanted: input.lost,
        restartWanted: false,
        openAttempts: state.openAttempts + 1,
        openNotBefore: now + backoff(state.openAttempts, random),
      };
    case 'openFailed':
      return {
        ...state,
        busy: 'no',
        openWanted: true,
        troubled: true,
        openAttempts: state.openAttempts + 1,
        openNotBefore: now + Math.max(input.retryAfter, backoff(state.openAttempts + 1, random)),
      };
    case 'restarted':
      return { ...state, busy: 'no', send: restarted(state.send, now), receive: restarted(state.receive, now) };
    case 'restartFailed':
      return input.hopeless
        ? { ...state, busy: 'no', openWanted: true, troubled: true }
        : { ...state, busy: 'no', send: restarted(state.send, now), receive: restarted(state.receive, now) };
    case 'tick':
      return state;
  }
}

function restarted(path: Path, now: number): Path {
  if (path.state === 'new' || path.state === 'connected') return path;
  return { ...path, restarts: path.restarts + 1, restartedAt: now };
}

const directions: readonly Direction[] = ['send', 'receive'];

function decide(state: PathsState, now: number): PathsStep {
  if (!state.openWanted && state.busy === 'no' && !state.restartWanted && directions.every((d) => ['new', 'connected'].includes(state[d].state))) {
    return { state: { ...state, troubled: false }, effects: [] };
  }
  if (state.busy !== 'no' || !state.signaling) return { state, effects: [] };

  const verdicts = directions.map((direction) => verdict(state[direction], state.tcpOnly, now));
  if (!state.openWanted && verdicts.includes('blocked')) {
    // Without UDP the other way is tried; without TCP as well, the first one again, each time after a longer pause.
    return open({ ...state, tcpOnly: !state.tcpOnly, troubled: true }, now, state.tcpOnly ? [] : [{ type: 'fallback' }]);
  }
  if (state.openWanted || verdicts.includes('hopeless')) return open(state, now, []);

  const broken = directions.filter((_, index) => verdicts[index] === 'restart');
  if (state.restartWanted || broken.length > 0) {
    const which = directions.filter((direction) => state[direction].state !== 'new' && state[direction].state !== 'closed');
    if (which.length === 0) return { state: { ...state, restartWanted: false }, effects: [] };
    return { state: { ...state, restartWanted: false, busy: 'restarting' }, effects: [{ type: 'restartIce', directions: which }] };
  }
  const times = verdicts.filter((each): each is number => typeof each === 'number');
  return { state, effects: times.length === 0 ? [] : [{ type: 'wake', at: Math.min(...times) }] };
}

function open(state: PathsState, now: number, told: readonly PathsEffect[]): PathsStep {
  if (now < state.openNotBefore) {
    return { state: { ...state, openWanted: true }, effects: [...told, { type: 'wake', at: state.openNotBefore }] };
  }
  return {
    state: { ...state, openWanted: false, busy: 'opening', troubled: true },
    effects: [...told, { type: 'open', tcpOnly: state.tcpOnly }],
  };
}

/** What is to be done about one path now; or when to look again; or nothing. */
function verdict(path: Path, tcpOnly: boolean, now: number): 'blocked' | 'hopeless' | 'restart' | number | null {
  const due = (at: number, what: 'blocked' | 'hopeless' | 'restart'): 'blocked' | 'hopeless' | 'restart' | number => (now >= at ? what : at);
  switch (path.state) {
    case 'new':
    case 'connected':
    case 'closed':
      return null;
    case 'connecting':
      if (path.restartedAt !== null) return due(path.restartedAt + restartPatience, 'hopeless');
      return due(path.since + (tcpOnly ? tcpPatience : udpPatience), 'blocked');
    case 'failed':
      if (path.restartedAt === null) return 'restart';
      return due(path.restartedAt + restartPatience, 'hopeless');
    case 'disconnected':
      if (path.restartedAt === null) return due(path.since + disconnectedPatience, 'restart');
      if (path.restarts >= maxRestarts) return due(path.restartedAt + restartPatience, 'hopeless');
      return due(Math.max(path.since + disconnectedPatience, path.restartedAt + restartPatience), 'restart');
  }
}
