// SPDX-License-Identifier: MIT
// Decides how to get in and how to come back: a pure step from a state and what happened to the next state and what is to
// be done. It holds no socket, timer or chance; session.ts carries out what it says. The rules are docs/signaling.md's.
import { backoff } from '../base/backoff';
import { isTransient, type DoordarshanError } from '../errors';
import { closeCode } from '../protocol';
import type { CloseReason } from '../types';

export interface RecoveryState {
  /** `connecting`: a socket is being opened; `entering`: join or resume was sent; `waiting`: for the next attempt. */
  readonly phase: 'idle' | 'connecting' | 'entering' | 'ready' | 'waiting' | 'closed';
  /** What is sent on the next socket. */
  readonly entry: 'join' | 'resume';
  /** Attempts since it last worked. */
  readonly attempt: number;
  readonly everJoined: boolean;
  /** A new token can be had. */
  readonly renewable: boolean;
  /** Refusals in a row because of the token. */
  readonly tokenRefusals: number;
}

export type RecoveryInput =
  | { readonly type: 'start' }
  | { readonly type: 'opened' }
  | { readonly type: 'entered' }
  /** It has worked for a while; only then is the next failure a first one. */
  | { readonly type: 'stable' }
  | { readonly type: 'refused'; readonly error: DoordarshanError }
  | { readonly type: 'closed'; readonly code: number }
  /** The time to wait is over, or the network is back. */
  | { readonly type: 'wake' }
  | { readonly type: 'leave' }
  | { readonly type: 'giveUp'; readonly error: DoordarshanError };

export type RecoveryEffect =
  | { readonly type: 'connect' }
  | { readonly type: 'enter'; readonly how: 'join' | 'resume' }
  | { readonly type: 'wait'; readonly milliseconds: number }
  /** Drop the socket, if there is one. */
  | { readonly type: 'disconnect' }
  | { readonly type: 'finish'; readonly reason: CloseReason; readonly error?: DoordarshanError };

export interface RecoveryStep {
  readonly state: RecoveryState;
  readonly effects: readonly RecoveryEffect[];
}

/** A fresh token may be refused that often before it is believed. */
const maxTokenRefusals = 3;
/** 4029 says that this client asks too often. */
const tooManyDelay = 2000;

export function initialRecovery(renewable: boolean): RecoveryState {
  return { phase: 'idle', entry: 'join', attempt: 0, everJoined: false, renewable, tokenRefusals: 0 };
}

/** `random` is in [0, 1). */
export function recoveryStep(state: RecoveryState, input: RecoveryInput, random: number): RecoveryStep {
  if (state.phase === 'closed') return { state, effects: [] };
  switch (input.type) {
    case 'start':
      return state.phase === 'idle' ? connect(state) : { state, effects: [] };
    case 'opened':
      if (state.phase !== 'connecting') return { state, effects: [] };
      return { state: { ...state, phase: 'entering' }, effects: [{ type: 'enter', how: state.entry }] };
    case 'entered':
      // From now on a broken socket is resumed.
      return { state: { ...state, phase: 'ready', entry: 'resume', everJoined: true, tokenRefusals: 0 }, effects: [] };
    case 'stable':
      return { state: state.phase === 'ready' ? { ...state, attempt: 0 } : state, effects: [] };
    case 'refused':
      return state.phase === 'entering' ? refused(state, input.error, random) : { state, effects: [] };
    case 'closed':
      return closed(state, input.code, random);
    case 'wake':
      return state.phase === 'waiting' ? connect(state) : { state, effects: [] };
    case 'leave':
      return finish(state, 'left');
    case 'giveUp':
      return state.everJoined ? { state, effects: [] } : finish(state, 'refused', input.error);
  }
}

function connect(state: RecoveryState): RecoveryStep {
  return { state: { ...state, phase: 'connecting' }, effects: [{ type: 'connect' }] };
}

function finish(state: RecoveryState, reason: CloseReason, error?: DoordarshanError): RecoveryStep {
  return {
    state: { ...state, phase: 'closed' },
    effects: [{ type: 'disconnect' }, error === undefined ? { type: 'finish', reason } : { type: 'finish', reason, error }],
  };
}

function again(state: RecoveryState, least: number, random: number, drop: boolean): RecoveryStep {
  const milliseconds = Math.max(least, backoff(state.attempt, random));
  const wait: RecoveryEffect = { type: 'wait', milliseconds };
  return {
    state: { ...state, phase: 'waiting', attempt: state.attempt + 1 },
    effects: drop ? [{ type: 'disconnect' }, wait] : [wait],
  };
}

function refused(state: RecoveryState, error: DoordarshanError, random: number): RecoveryStep {
  const retryAfter = Math.min(60_000, (error.retryAfter ?? 0) * 1000);
  const full = ['meeting_full', 'tenant_full', 'cluster_full'].includes(error.reason ?? '');
  if (state.entry === 'resume') {
    if (isTransient(error) && error.reason !== 'session_gone') return again(state, retryAfter, random, true);
    // Whatever else the server has against resuming, a join will tell.
    return { state: { ...state, entry: 'join' }, effects: [{ type: 'enter', how: 'join' }] };
  }
  if (error.reason === 'token_expired' && state.renewable && state.tokenRefusals < maxTokenRefusals) {
    return again({ ...state, tokenRefusals: state.tokenRefusals + 1 }, retryAfter, random, true);
  }
  if (error.reason === 'removed') return finish(state, 'removed', error);
  if (error.reason === 'meeting_ended') return finish(state, 'ended', error);
  if (error.reason === 'meeting_locked') return finish(state, 'refused', error);
  // Somebody who comes for the first time wants to know that it is full; somebody who was in waits for the place to be free again.
  if (full) return state.everJoined ? again(state, retryAfter, random, true) : finish(state, 'refused', error);
  return isTransient(error) ? again(state, retryAfter, random, true) : finish(state, 'refused', error);
}

function closed(state: RecoveryState, code: number, random: number): RecoveryStep {
  if (state.phase === 'waiting' || state.phase === 'idle') return { state, effects: [] };
  switch (code) {
    case closeCode.left:
      // Before anybody was let in, 1000 is only a server (or a proxy) in a bad mood.
      if (state.phase === 'ready') return finish(state, 'left');
      break;
    case closeCode.replaced:
      return finish(state, 'replaced');
    case closeCode.removed:
      return finish(state, 'removed');
    case closeCode.ended:
      return finish(state, 'ended');
    case closeCode.tooMany:
      return again(state, tooManyDelay, random, false);
    default:
      break;
  }
  return again(state, 0, random, false);
}
