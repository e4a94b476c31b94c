// SPDX-License-Identifier: MIT
// A stand-in for @doordarshan/client: a meeting that is played, not held. The address's query is the script
// (?people=6&screen=bela&rec=1&state=reconnecting&via=tcp&refuse=meeting_full&hand=chidi&chat=1).
import type { CloseReason, JsonValue, Kind, LocalTrack, Meeting, MeetingEvents, Message, Participant, RemoteTrack } from '../../../sdk/src/types';
import { drawPerson, drawScreen } from './fake_pictures';

const script = new URLSearchParams(location.search);
const number = (name: string, otherwise: number) => Number(script.get(name) ?? otherwise);

class FakeError extends Error {
  constructor(
    readonly code: string,
    readonly reason: string,
  ) {
    super(`refused: ${reason}`);
  }
}

const kNames = [
  'Bela Kovács', 'Chidi Okafor', 'Dana Lindqvist', 'Emre Yılmaz', 'Farah Siddiqui', 'Giulia Conti', 'Hana Sato', 'Ivo Petrov', 'Jomo Wanjiru', 'Kavya Menon', 'Lars Nygaard', 'Mei-Ling Chen',
  'Noor Haddad', 'Olga Sokolova', 'Priya Natarajan', 'Quentin Dubois', 'Rosa Jiménez', 'Samir Bose', 'Tomás Silva', 'Uma Krishnan', 'Viktor Novák', 'Wren Ellis', 'Xavier Roy', 'Yara Nasser', 'Zoltán Kiss',
];

interface FakeTrack extends RemoteTrack {
  muted: boolean;
}

function remoteTrack(participant: Participant, kind: Kind, muted: boolean, media: MediaStreamTrack | null): FakeTrack {
  const nothing = () => {};
  return {
    participant, kind, muted, producerId: `${participant.id}-${kind}`, subscribed: true, hidden: false, mediaStreamTrack: media, layers: null,
    attach(element = document.createElement('video')) {
      if (media) {
        element.srcObject = new MediaStream([media]);
        void element.play().catch(nothing);
      }
      return element;
    },
    detach: (element?: HTMLMediaElement) => void (element && (element.srcObject = null)),
    subscribe: nothing, unsubscribe: nothing, setMaxSpatialLayer: nothing, setPriority: async () => {}, requestKeyFrame: async () => {},
  };
}

function participantOf(name: string, i: number): Participant {
  const id = name.split(' ')[0]!.toLowerCase();
  const tracks = new Map<Kind, RemoteTrack>();
  const participant: Participant = {
    id, name, tracks, moderator: i === 0, joinedAt: i, level: -60, quality: null,
    metadata: { hand: script.get('hand') === id }, connected: script.get('away') !== id,
  };
  tracks.set('audio', remoteTrack(participant, 'audio', i % 3 === 1, null));
  if (i % 5 !== 3) tracks.set('video', remoteTrack(participant, 'video', false, drawPerson(i)));
  if (script.get('screen') === id) tracks.set('screenshare', remoteTrack(participant, 'screenshare', false, drawScreen()));
  return participant;
}

export async function join(_url: string, _token: unknown, options: { name?: string; meetingId?: string }): Promise<Meeting> {
  const refuse = script.get('refuse');
  if (refuse) throw new FakeError(refuse === 'cluster_full' ? 'unavailable' : 'forbidden', refuse);
  const handlers = new Map<string, Set<(news: never) => void>>();
  const emit = <E extends keyof MeetingEvents>(event: E, news: MeetingEvents[E]) => handlers.get(event)?.forEach((handler) => handler(news as never));

  const count = Math.max(1, number('people', 4));
  const participants = new Map(Array.from({ length: count - 1 }, (_, i) => participantOf(kNames[i % kNames.length]!, i)).map((participant) => [participant.id, participant]));
  const localTracks = new Map<Kind, LocalTrack>();
  const changed = (kind: Kind) => emit('localTrack', { kind, track: localTracks.get(kind) ?? null });
  const put = (kind: Kind, mediaStreamTrack: MediaStreamTrack, muted: boolean): LocalTrack => {
    const track = { kind, mediaStreamTrack, muted, wanted: true, live: true };
    localTracks.set(kind, track);
    changed(kind);
    return track;
  };
  const me = { id: 'me', name: options.name ?? 'Me', metadata: {} as Record<string, JsonValue>, grants: grantsOf(_token), tracks: localTracks, quality: 9 };
  let recording = script.has('rec') ? { recordingId: 'r-9', startedAt: Date.now() - 754_000, paused: script.get('rec') === 'paused' } : null;
  let locked = script.has('locked');
  let closeReason: CloseReason | null = null;
  const close = (reason: CloseReason) => {
    closeReason = reason;
    emit('connectionState', { state: 'closed', reason });
  };
  const say = (from: string, text: string, minutes: number): Message => ({ id: `${from}-${minutes}`, from, topic: 'chat', data: { text }, to: null, time: Date.now() - minutes * 60_000 });

  const meeting: Meeting = {
    id: options.meetingId ?? 'meeting', tenant: 'default', startedAt: Date.now() - 1_934_000, me, participants, state: 'connected', activeSpeaker: null,
    limits: { messageBytes: 4096, metadataBytes: 2048, publishBitrate: { audio: 128e3, video: 2.5e6, screenshare: 4e6 } },
    get closeReason() { return closeReason; },
    get locked() { return locked; },
    get recordingState() { return recording; },
    on(event, handler) {
      if (!handlers.has(event)) handlers.set(event, new Set());
      handlers.get(event)!.add(handler as never);
      return () => handlers.get(event)?.delete(handler as never);
    },
    off: (event, handler) => void handlers.get(event)?.delete(handler as never),
    publish: async (kind, track, more) => put(kind, track, more?.muted ?? false),
    unpublish: async (kind) => { localTracks.delete(kind); changed(kind); },
    setMuted: async (kind, muted) => { const track = localTracks.get(kind); if (track) put(kind, track.mediaStreamTrack, muted); },
    replaceTrack: async (kind, track) => void put(kind, track, localTracks.get(kind)?.muted ?? false),
    shareScreen: async () => put('screenshare', drawScreen(), false),
    stopScreenShare: async () => { localTracks.delete('screenshare'); changed('screenshare'); },
    subscribe: () => {}, unsubscribe: () => {}, attach: (element, track) => void track.attach(element), detach: (element) => void (element.srcObject = null), startPlayback: async () => {},
    sendMessage: async () => crypto.randomUUID(),
    updateMe: async (change) => { Object.assign(me.metadata, change.metadata); },
    recording: {
      start: async () => { recording = { recordingId: 'r-9', startedAt: Date.now(), paused: false }; emit('recording', { state: 'started', recordingId: 'r-9' }); return 'r-9'; },
      stop: async () => { recording = null; emit('recording', { state: 'stopped', recordingId: 'r-9' }); return 'r-9'; },
      pause: async () => 'r-9', resume: async () => 'r-9', setLayout: async () => 'r-9',
    },
    moderate: {
      mute: async (id, kinds = []) => {
        const participant = participants.get(id);
        for (const kind of kinds) { const track = participant?.tracks.get(kind) as FakeTrack | undefined; if (participant && track) { track.muted = true; emit('trackMuted', { participant, track }); } }
        return kinds;
      },
      remove: async (id) => { const participant = participants.get(id); participants.delete(id); if (participant) emit('participantLeft', { participant, reason: 'removed' }); },
      lock: async (wanted) => { locked = wanted; emit('locked', { locked, by: 'me' }); },
      end: async () => close('ended'),
    },
    statistics: async () => ({ transport: (script.get('via') as 'udp' | null) ?? 'udp', send: null, receive: null, sent: [], received: [] }),
    leave: async () => close('left'),
  };

  setTimeout(() => {
    [...participants.values()].forEach((participant, i) => emit('quality', { participantId: participant.id, score: [9, 10, 6, 9, 3][i % 5]! }));
    emit('quality', { participantId: 'me', score: 9 });
    emit('activeSpeaker', { participantId: script.get('speaker') ?? 'bela' });
    if (script.get('via') === 'tcp') emit('transportFallback', { to: 'tcp' });
    if (script.has('state')) emit('connectionState', { state: script.get('state') as 'reconnecting' });
    if (script.has('blocked')) emit('playbackBlocked', {});
    if (script.has('chat')) {
      emit('message', say('bela', 'Good morning! The agenda is at https://example.org/agenda', 9));
      emit('message', say('chidi', 'Thanks. I will be sharing the new numbers in a minute.', 7));
      emit('message', say('chidi', 'One moment, looking for the right window…', 6));
      emit('message', say('me', 'Take your time', 5));
      emit('message', say('bela', 'Can you all see the second page? It is the one with the chart that we talked about last week.', 1));
    }
  }, 150);
  Object.assign(window, { fakeMeeting: { emit, close } });
  return meeting;
}

function grantsOf(token: unknown): Meeting['me']['grants'] {
  const none = { publish: [], subscribe: true, data: false, record: false, moderate: false };
  try {
    return { ...none, ...JSON.parse(atob(String(token).split('.')[1]!.replace(/-/g, '+').replace(/_/g, '/'))).grants };
  } catch {
    return none;
  }
}
