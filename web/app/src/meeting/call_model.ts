// SPDX-License-Identifier: MIT
// A call as the pages see it: what is, as signals, and what can be done, as functions. sdk_call.ts fills it from the SDK; the pages know
// no SDK and no socket.
import type { ReadonlySignal } from '@preact/signals';

import type { Refusal } from '../text/errors';

// Something that plays in an element. Remote ones learn from their elements how large they are shown, and receive no more than that.
export interface Playable {
  attach(element: HTMLMediaElement): unknown;
  detach(element: HTMLMediaElement): void;
}

export interface Person {
  id: string;
  name: string;
  me: boolean;
  moderator: boolean;
  hand: boolean;
  connected: boolean;
  joinedAt: number;
  microphone: 'none' | 'on' | 'muted';
  camera: Playable | null; // null while there is none, or it is paused
  screen: Playable | null;
  sound: Playable | null;
}

export interface ChatMessage {
  id: string;
  from: string;
  name: string;
  mine: boolean;
  text: string;
  time: number;
}

export interface RunningRecording {
  id: string;
  startedAt: number;
  paused: boolean;
}

export type CallState = 'connected' | 'reconnecting' | 'recovering' | 'ended';

// How the call is over: one left, or what happened.
export type CallEnd = { by: 'me' } | ({ by: 'them' } & Refusal);

export type CallNews =
  | { type: 'joined' | 'left' | 'hand'; name: string }
  | { type: 'muted'; kinds: readonly string[]; by: string }
  | { type: 'locked'; locked: boolean }
  | { type: 'recording'; change: 'started' | 'stopped' | 'paused' | 'resumed' | 'failed' | 'composed'; reason?: string }
  | { type: 'draining' }
  | { type: 'problem'; error: unknown }
  | { type: 'message'; message: ChatMessage };

export interface CallGrants {
  publish: readonly string[];
  data: boolean;
  record: boolean;
  moderate: boolean;
}

export interface Call {
  readonly state: ReadonlySignal<CallState>;
  readonly end: ReadonlySignal<CallEnd | null>;
  readonly people: ReadonlySignal<readonly Person[]>; // me first, then in order of joining
  readonly speaker: ReadonlySignal<string | null>;
  readonly quality: ReadonlySignal<ReadonlyMap<string, number>>; // 0 bad to 10 good
  readonly messages: ReadonlySignal<readonly ChatMessage[]>;
  readonly locked: ReadonlySignal<boolean>;
  readonly recording: ReadonlySignal<RunningRecording | null>;
  readonly via: ReadonlySignal<'udp' | 'tcp' | 'turn' | null>;
  readonly soundBlocked: ReadonlySignal<boolean>; // until a click allows it
  readonly grants: CallGrants;
  readonly startedAt: number;
  readonly messageBytes: number; // the most a message may have

  onNews(listener: (news: CallNews) => void): () => void;

  // Null: nothing is sent any more; the producer waits, muted, for the next track.
  sendMicrophone(track: MediaStreamTrack | null, on: boolean): Promise<void>;
  sendCamera(track: MediaStreamTrack | null): Promise<void>;
  shareScreen(): Promise<void>;
  stopScreen(): Promise<void>;
  allowSound(): Promise<void>;

  say(text: string): Promise<void>;
  raiseHand(up: boolean): Promise<void>;
  startRecording(): Promise<void>;
  stopRecording(): Promise<void>;
  mute(person: string, kinds: readonly ('audio' | 'video' | 'screenshare')[]): Promise<void>;
  remove(person: string): Promise<void>;
  lock(locked: boolean): Promise<void>;
  endForAll(): Promise<void>;
  leave(): Promise<void>;
}

export interface JoinRequest {
  token: string;
  meeting: string;
  name: string;
  hasMeeting: boolean; // the token names it; otherwise the client does
  signal?: AbortSignal;
  onWaiting?: (refusal: Refusal) => void; // refused for now, and tried again
}
