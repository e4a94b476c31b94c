// SPDX-License-Identifier: MIT
// Who is in the meeting and what they publish, kept by the server's news, and what the application is told of it. After a
// join anew the two lists are compared, so that nobody seems to leave and come back.
import type { Clock } from '../base/environment';
import type { NotificationName, Notifications, ParticipantNews, ProducerNews } from '../protocol';
import type { JsonObject, Kind, MeetingEvents, Participant } from '../types';
import { RemoteTrackState, type TrackHost } from './remote_track';

export class ParticipantState implements Participant {
  readonly id: string;
  name: string;
  metadata: JsonObject;
  moderator: boolean;
  joinedAt: number;
  connected: boolean;
  level = silence;
  quality: number | null = null;
  readonly tracks = new Map<Kind, RemoteTrackState>();

  constructor(news: ParticipantNews) {
    this.id = news.participantId;
    this.name = news.name;
    this.metadata = news.metadata;
    this.moderator = news.moderator;
    this.joinedAt = news.joinedAt;
    this.connected = news.connected;
  }
}

export interface RosterEvents extends TrackHost {
  emit<E extends keyof MeetingEvents>(event: E, news: MeetingEvents[E]): void;
  /** There is something new to receive, or it has another id. */
  trackChanged(track: RemoteTrackState): void;
  trackGone(track: RemoteTrackState): void;
}

export interface RosterOptions {
  readonly autoSubscribe: boolean;
}

/** dBov of nothing. */
const silence = -127;

/**
 * A producer that its owner did not close comes back when its owner has recovered; so long its tile stays. A worker that
 * died is back within a second, a server that died after its meetings were moved, in some seconds.
 */
export const comeBackTime = 12_000;
/** Who is in the list without a kind may not have got so far yet; or has stopped it while we were away. */
const reappearTime = 4_000;
const meantToEnd = new Set(['closed', 'left', 'vanished', 'removed', 'evicted', 'ended', 'meeting_ended', 'moderator']);

export class Roster {
  readonly participants = new Map<string, ParticipantState>();
  activeSpeaker: string | null = null;
  readonly #events: RosterEvents;
  readonly #clock: Clock;
  readonly #options: RosterOptions;
  readonly #comingBack = new Map<RemoteTrackState, () => void>();
  readonly #missing = new Map<ParticipantState, () => void>();
  #me: string;

  constructor(me: string, clock: Clock, options: RosterOptions, events: RosterEvents) {
    this.#me = me;
    this.#clock = clock;
    this.#options = options;
    this.#events = events;
  }

  *tracks(): Iterable<RemoteTrackState> {
    for (const participant of this.participants.values()) yield* participant.tracks.values();
  }

  trackOf(participantId: string, kind: Kind): RemoteTrackState | undefined {
    return this.participants.get(participantId)?.tracks.get(kind);
  }

  /** The server's list: of the first join, or of a later one. */
  reset(me: string, list: readonly ParticipantNews[]): void {
    this.#me = me;
    const present = new Set(list.map(({ participantId }) => participantId));
    // When a server was lost, the others come back in the same seconds as we do.
    for (const participant of [...this.participants.values()]) if (!present.has(participant.id)) this.#miss(participant);
    for (const news of list) {
      if (news.participantId === this.#me) continue;
      this.joined(news);
      const kinds = new Set(news.producers.map(({ kind }) => kind));
      for (const track of this.participants.get(news.participantId)?.tracks.values() ?? []) {
        if (!kinds.has(track.kind)) this.#interrupt(track, 'closed', reappearTime);
      }
    }
  }

  handle<N extends NotificationName>(method: N, params: Notifications[N]): void {
    const on = this.#handlers[method] as ((params: Notifications[N]) => void) | undefined;
    on?.(params);
  }

  joined(news: ParticipantNews): void {
    if (news.participantId === this.#me) return;
    const known = this.participants.get(news.participantId);
    if (known !== undefined) {
      this.#missing.get(known)?.();
      this.#missing.delete(known);
      known.moderator = news.moderator;
      known.joinedAt = news.joinedAt;
      this.#update(known, { name: news.name, metadata: news.metadata, connected: news.connected });
      for (const producer of news.producers) this.#publish(known, producer);
      return;
    }
    const participant = new ParticipantState(news);
    this.participants.set(participant.id, participant);
    this.#events.emit('participantJoined', { participant });
    for (const producer of news.producers) this.#publish(participant, producer);
  }

  left(participantId: string, reason: string): void {
    const participant = this.participants.get(participantId);
    if (participant === undefined) return;
    this.#missing.get(participant)?.();
    this.#missing.delete(participant);
    for (const track of [...participant.tracks.values()]) this.#remove(track, reason);
    this.participants.delete(participantId);
    if (this.activeSpeaker === participantId) this.#speaks(null);
    this.#events.emit('participantLeft', { participant, reason });
  }

  stop(): void {
    for (const cancel of [...this.#comingBack.values(), ...this.#missing.values()]) cancel();
    this.#comingBack.clear();
    this.#missing.clear();
  }

  readonly #handlers: { [N in NotificationName]?: (params: Notifications[N]) => void } = {
    'participant.joined': (news) => this.joined(news),
    'participant.left': ({ participantId, reason }) => this.left(participantId, reason),
    'participant.updated': ({ participantId, name, metadata }) => {
      const participant = this.participants.get(participantId);
      if (participant !== undefined) this.#update(participant, { name, metadata, connected: participant.connected });
    },
    'participant.connection': ({ participantId, connected }) => {
      const participant = this.participants.get(participantId);
      if (participant !== undefined) this.#update(participant, { name: participant.name, metadata: participant.metadata, connected });
    },
    'producer.new': ({ participantId, ...producer }) => {
      const participant = this.participants.get(participantId);
      if (participant !== undefined) this.#publish(participant, producer);
    },
    'producer.paused': ({ participantId, kind, producerId }) => this.#setMuted(this.trackOf(participantId, kind), producerId, true),
    'producer.resumed': ({ participantId, kind, producerId }) => this.#setMuted(this.trackOf(participantId, kind), producerId, false),
    'producer.closed': ({ participantId, kind, producerId, reason }) => {
      const track = this.trackOf(participantId, kind);
      if (track === undefined || track.producerId !== producerId) return; // of one that was replaced already
      if (meantToEnd.has(reason)) this.#remove(track, reason);
      else this.#interrupt(track, reason, comeBackTime);
    },
    speakers: ({ active, levels }) => {
      const heard = new Map(levels.map(({ participantId, level }) => [participantId, level]));
      for (const participant of this.participants.values()) participant.level = heard.get(participant.id) ?? silence;
      this.#events.emit('levels', levels);
      if (active !== this.activeSpeaker) this.#speaks(active);
    },
    quality: ({ participantId, score }) => {
      const participant = this.participants.get(participantId);
      if (participant !== undefined) participant.quality = score;
      this.#events.emit('quality', { participantId, score });
    },
  };

  #speaks(participantId: string | null): void {
    this.activeSpeaker = participantId;
    this.#events.emit('activeSpeaker', { participantId });
  }

  #update(participant: ParticipantState, now: { name: string; metadata: JsonObject; connected: boolean }): void {
    const same =
      participant.name === now.name &&
      participant.connected === now.connected &&
      JSON.stringify(participant.metadata) === JSON.stringify(now.metadata);
    if (same) return;
    participant.name = now.name;
    participant.metadata = now.metadata;
    participant.connected = now.connected;
    this.#events.emit('participantUpdated', { participant });
  }

  #publish(participant: ParticipantState, news: ProducerNews): void {
    const known = participant.tracks.get(news.kind);
    if (known === undefined) {
      const track = new RemoteTrackState(this.#events, participant, news, this.#options.autoSubscribe);
      participant.tracks.set(news.kind, track);
      this.#events.emit('trackAdded', { participant, track });
      this.#events.trackChanged(track);
      return;
    }
    this.#comingBack.get(known)?.();
    this.#comingBack.delete(known);
    const another = known.interrupted || known.producerId !== news.producerId;
    known.interrupted = false;
    known.producerId = news.producerId;
    this.#setMuted(known, news.producerId, news.paused);
    if (another) this.#events.trackChanged(known);
  }

  #setMuted(track: RemoteTrackState | undefined, producerId: string, muted: boolean): void {
    if (track === undefined || track.producerId !== producerId || track.muted === muted) return;
    track.muted = muted;
    this.#events.emit(muted ? 'trackMuted' : 'trackUnmuted', { participant: track.participant, track });
  }

  #miss(participant: ParticipantState): void {
    if (this.#missing.has(participant)) return;
    this.#update(participant, { name: participant.name, metadata: participant.metadata, connected: false });
    for (const track of participant.tracks.values()) this.#interrupt(track, 'vanished', comeBackTime);
    this.#missing.set(participant, this.#clock.after(comeBackTime, () => this.left(participant.id, 'vanished')));
  }

  #interrupt(track: RemoteTrackState, reason: string, time: number): void {
    if (track.interrupted) return;
    track.interrupted = true;
    this.#comingBack.set(track, this.#clock.after(time, () => this.#remove(track, reason)));
    this.#events.trackChanged(track);
  }

  #remove(track: RemoteTrackState, reason: string): void {
    this.#comingBack.get(track)?.();
    this.#comingBack.delete(track);
    const participant = this.participants.get(track.participant.id);
    if (participant?.tracks.get(track.kind) !== track) return;
    participant.tracks.delete(track.kind);
    this.#events.emit('trackRemoved', { participant, track, reason });
    this.#events.trackGone(track);
  }
}
