// SPDX-License-Identifier: MIT
// The call over the SDK: its events become signals, its objects become people. Only this file knows @doordarshan/client.
import { batch, signal } from '@preact/signals';
import { join, type Kind, type LocalTrack, type Meeting, type Message, type Participant } from '@doordarshan/client';

import type { Refusal } from '../text/errors';
import type { Call, CallEnd, CallGrants, CallNews, CallState, ChatMessage, JoinRequest, Person, Playable, RunningRecording } from './call_model';
import { messageOf, nameOf, soundSummary, textOf } from './people';

const kMostMessages = 500;
const kPathEveryMs = 10_000;

export async function openCall({ token, meeting, name, hasMeeting, signal: gaveUp, onWaiting }: JoinRequest): Promise<Call> {
  const joined = await join(location.origin, token, {
    name,
    metadata: {},
    ...(hasMeeting ? {} : { meetingId: meeting }),
    ...(gaveUp ? { signal: gaveUp } : {}),
    ...(onWaiting ? { onWaiting } : {}),
    client: 'web',
  });
  return new SdkCall(joined);
}

class SdkCall implements Call {
  readonly state = signal<CallState>('connected');
  readonly end = signal<CallEnd | null>(null);
  readonly people = signal<readonly Person[]>([]);
  readonly speaker = signal<string | null>(null);
  readonly quality = signal<ReadonlyMap<string, number>>(new Map());
  readonly messages = signal<readonly ChatMessage[]>([]);
  readonly locked = signal(false);
  readonly recording = signal<RunningRecording | null>(null);
  readonly via = signal<'udp' | 'tcp' | 'turn' | null>(null);
  readonly soundBlocked = signal(false);
  readonly grants: CallGrants;
  readonly startedAt: number;
  readonly messageBytes: number;

  private readonly listeners = new Set<(news: CallNews) => void>();
  private readonly settled = Date.now() + 1500; // those who were here before are announced at once, and are no news
  private readonly pathTimer: ReturnType<typeof setInterval>;
  private pending = false;

  constructor(private readonly meeting: Meeting) {
    this.grants = meeting.me.grants;
    this.startedAt = meeting.startedAt;
    this.messageBytes = meeting.limits.messageBytes;
    this.listen();
    this.readRecording();
    this.locked.value = meeting.locked;
    this.speaker.value = meeting.activeSpeaker;
    this.rebuild();
    this.pathTimer = setInterval(() => void this.readPath(), kPathEveryMs);
    setTimeout(() => void this.readPath(), 2000);
  }

  onNews(listener: (news: CallNews) => void) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private tell(news: CallNews) {
    for (const listener of this.listeners) listener(news);
  }

  private listen() {
    const { meeting } = this;
    meeting.on('participantJoined', ({ participant }) => {
      this.changed();
      if (Date.now() > this.settled) this.tell({ type: 'joined', name: nameOf(participant) });
    });
    meeting.on('participantLeft', ({ participant, reason }) => {
      this.changed();
      if (reason !== 'replaced') this.tell({ type: 'left', name: nameOf(participant) });
    });
    meeting.on('participantUpdated', ({ participant }) => {
      const before = this.people.value.find((person) => person.id === participant.id);
      if (before && !before.hand && participant.metadata['hand'] === true) this.tell({ type: 'hand', name: nameOf(participant) });
      this.changed();
    });
    for (const event of ['trackAdded', 'trackRemoved', 'trackMuted', 'trackUnmuted', 'localTrack'] as const) meeting.on(event, () => this.changed());
    meeting.on('activeSpeaker', ({ participantId }) => (this.speaker.value = participantId));
    meeting.on('quality', ({ participantId, score }) => {
      if (this.quality.value.get(participantId) !== score) this.quality.value = new Map(this.quality.value).set(participantId, score);
    });
    meeting.on('message', (message) => this.hear(message));
    meeting.on('connectionState', ({ state, reason, error }) => {
      if (state !== 'closed') this.state.value = state;
      else this.finish(reason === 'left' ? { by: 'me' } : { by: 'them', ...closing(reason, error) });
    });
    meeting.on('transportFallback', ({ to }) => (this.via.value = to));
    meeting.on('recording', (news) => {
      this.readRecording();
      if (news.state !== 'progress') this.tell({ type: 'recording', change: news.state, ...(news.reason ? { reason: news.reason } : {}) });
    });
    meeting.on('locked', ({ locked }) => {
      this.locked.value = locked;
      this.tell({ type: 'locked', locked });
    });
    meeting.on('mutedByModerator', ({ kinds, by }) => this.tell({ type: 'muted', kinds, by: this.nameFor(by) }));
    meeting.on('drain', () => this.tell({ type: 'draining' }));
    meeting.on('playbackBlocked', () => (this.soundBlocked.value = true));
    meeting.on('problem', ({ error }) => this.tell({ type: 'problem', error }));
  }

  // Many events come at once (a join, a recovery): one list is made of them.
  private changed() {
    if (this.pending) return;
    this.pending = true;
    queueMicrotask(() => {
      this.pending = false;
      this.rebuild();
    });
  }

  private rebuild() {
    const others = [...this.meeting.participants.values()].sort((a, b) => a.joinedAt - b.joinedAt || (a.id < b.id ? -1 : 1));
    this.people.value = [this.myself(), ...others.map(personOf)];
  }

  private myself(): Person {
    const { me } = this.meeting;
    const local = (kind: Kind) => {
      const track = me.tracks.get(kind);
      return track && !track.muted ? localPicture(track) : null;
    };
    return {
      id: me.id,
      name: nameOf(me),
      me: true,
      moderator: me.grants.moderate,
      hand: me.metadata['hand'] === true,
      connected: true,
      joinedAt: 0,
      microphone: soundSummary(me.tracks.get('audio')),
      camera: local('video'),
      screen: local('screenshare'),
      sound: null,
    };
  }

  private nameFor(id: string): string {
    return id === this.meeting.me.id ? 'You' : nameOf(this.meeting.participants.get(id) ?? { id, name: '' });
  }

  private hear(message: Message) {
    if (message.topic !== 'chat') return;
    const text = textOf(message.data);
    if (text === null) return;
    this.addMessage({ id: message.id, from: message.from, name: this.nameFor(message.from), mine: message.from === this.meeting.me.id, text, time: message.time });
  }

  private addMessage(message: ChatMessage) {
    if (this.messages.value.some(({ id }) => id === message.id)) return;
    this.messages.value = [...this.messages.value, message].slice(-kMostMessages);
    if (!message.mine) this.tell({ type: 'message', message });
  }

  private readRecording() {
    const running = this.meeting.recordingState;
    this.recording.value = running ? { id: running.recordingId, startedAt: running.startedAt, paused: running.paused } : null;
  }

  private async readPath() {
    try {
      const { transport } = await this.meeting.statistics();
      if (transport) this.via.value = transport;
    } catch {
      // No transport just now; the next look finds one.
    }
  }

  private finish(end: CallEnd) {
    clearInterval(this.pathTimer);
    batch(() => {
      this.state.value = 'ended';
      this.end.value ??= end;
    });
  }

  async sendMicrophone(track: MediaStreamTrack | null, on: boolean) {
    await this.send('audio', track, on);
  }

  async sendCamera(track: MediaStreamTrack | null) {
    await this.send('video', track, true);
  }

  private async send(kind: Kind, track: MediaStreamTrack | null, on: boolean) {
    if (!this.grants.publish.includes(kind)) return;
    const sent = this.meeting.me.tracks.get(kind);
    if (!track) {
      if (sent) await this.meeting.setMuted(kind, true);
      return;
    }
    if (!sent) {
      await this.meeting.publish(kind, track, { muted: !on });
      return;
    }
    if (sent.mediaStreamTrack !== track) await this.meeting.replaceTrack(kind, track);
    if (sent.muted === on) await this.meeting.setMuted(kind, !on);
  }

  async shareScreen() {
    await this.meeting.shareScreen();
  }

  stopScreen() {
    return this.meeting.stopScreenShare();
  }

  async allowSound() {
    await this.meeting.startPlayback();
    this.soundBlocked.value = false;
  }

  async say(text: string) {
    const id = await this.meeting.sendMessage(messageOf(text), { topic: 'chat' });
    this.addMessage({ id, from: this.meeting.me.id, name: 'You', mine: true, text, time: Date.now() });
  }

  async raiseHand(up: boolean) {
    await this.meeting.updateMe({ metadata: { ...this.meeting.me.metadata, hand: up } });
    this.changed();
  }

  async startRecording() {
    await this.meeting.recording.start({ modes: ['track', 'participant', 'composite'], composite: { layout: 'grid' } });
  }

  async stopRecording() {
    await this.meeting.recording.stop();
  }

  async mute(person: string, kinds: readonly Kind[]) {
    await this.meeting.moderate.mute(person, kinds);
  }

  remove(person: string) {
    return this.meeting.moderate.remove(person);
  }

  lock(locked: boolean) {
    return this.meeting.moderate.lock(locked);
  }

  endForAll() {
    return this.meeting.moderate.end();
  }

  async leave() {
    this.finish({ by: 'me' });
    await this.meeting.leave();
  }
}

function personOf(participant: Participant): Person {
  const picture = (kind: Kind): Playable | null => {
    const track = participant.tracks.get(kind);
    return track && !track.muted ? track : null;
  };
  return {
    id: participant.id,
    name: nameOf(participant),
    me: false,
    moderator: participant.moderator,
    hand: participant.metadata['hand'] === true,
    connected: participant.connected,
    joinedAt: participant.joinedAt,
    microphone: soundSummary(participant.tracks.get('audio')),
    camera: picture('video'),
    screen: picture('screenshare'),
    sound: participant.tracks.get('audio') ?? null,
  };
}

function closing(reason: string | undefined, error: { code: string; reason?: string | undefined; message: string } | undefined): Refusal {
  if (reason === 'replaced' || reason === 'removed') return { reason };
  if (reason === 'ended') return { reason: 'meeting_ended' };
  return { code: error?.code ?? 'unavailable', ...(error?.reason ? { reason: error.reason } : {}), ...(error?.message ? { message: error.message } : {}) };
}

// One object for each local track, so that its video element is kept.
const pictures = new WeakMap<MediaStreamTrack, Playable>();

function localPicture({ mediaStreamTrack: track }: LocalTrack): Playable {
  let picture = pictures.get(track);
  if (!picture) {
    picture = {
      attach(element) {
        element.srcObject = new MediaStream([track]);
        void element.play().catch(() => {});
      },
      detach(element) {
        element.srcObject = null;
      },
    };
    pictures.set(track, picture);
  }
  return picture;
}

