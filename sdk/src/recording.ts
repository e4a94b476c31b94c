// SPDX-License-Identifier: MIT
// The meeting's recording as its members see it: what the server said of it last, and the five orders that a person with the
// grant may give. Owned by the meeting.
import type { Notification } from './protocol';
import type { Session } from './signaling/session';
import type { Layout, Meeting, MeetingEvents, RecordingOptions, RecordingState } from './types';

type RecordingNotification = Extract<Notification, { method: `recording.${string}` }>;

export class MeetingRecording {
  state: RecordingState | null;
  readonly orders: Meeting['recording'];
  readonly #emit: (news: MeetingEvents['recording']) => void;

  constructor(session: Session, state: RecordingState | null, emit: (news: MeetingEvents['recording']) => void) {
    this.state = state;
    this.#emit = emit;
    this.orders = {
      start: async (options: RecordingOptions = {}): Promise<string> => (await session.request('recording.start', options)).recordingId,
      stop: async (): Promise<string> => (await session.request('recording.stop', {})).recordingId,
      pause: async (): Promise<string> => (await session.request('recording.pause', {})).recordingId,
      resume: async (): Promise<string> => (await session.request('recording.resume', {})).recordingId,
      setLayout: async (layout: Layout): Promise<string> => (await session.request('recording.layout', { layout })).recordingId,
    };
  }

  handle(notification: RecordingNotification): void {
    if (notification.method === 'recording.progress') {
      const { recordingId, percent, speed, etaSeconds } = notification.params;
      return this.#emit({ state: 'progress', recordingId, percent, speed, ...(etaSeconds === undefined ? {} : { etaSeconds }) });
    }
    const { recordingId, reason } = notification.params as { recordingId: string; reason?: string };
    const state = notification.method.slice('recording.'.length) as 'started' | 'stopped' | 'paused' | 'resumed' | 'failed' | 'composed';
    if (state === 'started') this.state = { recordingId, startedAt: Date.now(), paused: false };
    else if (this.state?.recordingId === recordingId) {
      if (state === 'paused' || state === 'resumed') this.state = { ...this.state, paused: state === 'paused' };
      if (state === 'stopped') this.state = null;
    }
    this.#emit({ state, recordingId, ...(reason === undefined ? {} : { reason }) });
  }

  /** Says what changed while the session was away. */
  rejoined(now: RecordingState | null): void {
    const before = this.state;
    this.state = now;
    if (before !== null && before.recordingId !== now?.recordingId) this.#emit({ state: 'stopped', recordingId: before.recordingId });
    if (now !== null && before?.recordingId !== now.recordingId) this.#emit({ state: 'started', recordingId: now.recordingId });
    else if (now !== null && before !== null && before.paused !== now.paused) {
      this.#emit({ state: now.paused ? 'paused' : 'resumed', recordingId: now.recordingId });
    }
  }
}
