// SPDX-License-Identifier: MIT
// A call as the pages see it: what is, as signals, and what can be done, as functions. sdk_call.ts fills it from the SDK; the pages know
// no SDK and no socket.
import type { ReadonlySignal } from '@preact/signals';

import type { Refusal } from '../text/errors';

export interface Person {
  id: string;
  name: string;
  me: boolean;
  moderator: boolean;
  hand: boolean;
  connected: boolean;
  joinedAt: number;
  microphone: 'none' | 'on' | 'muted';
  camera: MediaStreamTrack | null; // null while there is none, or it is paused
  screen: MediaStreamTrack | null;
  sound: MediaStreamTrack | null;
  screenSound: MediaStreamTrack | null;
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

export type CallState = 'joining' | 'joined' | 'reconnecting' | 'recovering' | 'ended';

// How the call is over: left by oneself (null), or what happened.
export type CallEnd = { by: 'me' } | ({ by: 'them' } & Refusal);

export type CallNews =
  | { type: 'joined' | 'left' | 'hand'; name: string; count: number }
  | { type: 'muted'; kinds: string[]; by: string }
  | { type: 'locked'; locked: boolean }
  | { type: 'recording'; change: 'started' | 'stopped' | 'paused' | 'resumed' | 'failed' | 'composed'; reason?: string }
  | { type: 'draining'; seconds: number }
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
  readonly grants: ReadonlySignal<CallGrants>;
  readonly startedAt: ReadonlySignal<number>;

  onNews(listener: (news: CallNews) => void): () => void;

  sendMicrophone(track: MediaStreamTrack | null, on: boolean): Promise<void>;
  sendCamera(track: MediaStreamTrack | null): Promise<void>;
  sendScreen(track: MediaStreamTrack | null): Promise<void>;
  // Which pictures are on the page and how tall, in device pixels: others are not worth receiving. Keys are `camera:ID` and `screen:ID`.
  show(heights: ReadonlyMap<string, number>): void;

  say(text: string): Promise<void>;
  raiseHand(up: boolean): Promise<void>;
  startRecording(): Promise<void>;
  stopRecording(): Promise<void>;
  mute(person: string): Promise<void>;
  remove(person: string): Promise<void>;
  lock(locked: boolean): Promise<void>;
  endForAll(): Promise<void>;
  leave(): Promise<void>;
}

export interface JoinRequest {
  token: string;
  meeting: string;
  name: string;
}
