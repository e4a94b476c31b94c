// SPDX-License-Identifier: MIT
// The meeting as an application sees it: it joins the session, the people, the media and the tiles together, and decides
// nothing itself. Made by join.ts when the server has let it in.
import { Emitter } from './base/emitter';
import type { Environment } from './base/environment';
import { redact } from './base/log';
import * as devices from './devices';
import { DoordarshanError, asError } from './errors';
import { Media } from './media/media';
import type { RemoteTrackState } from './people/remote_track';
import { Roster } from './people/roster';
import type { JoinAnswer, Notification } from './protocol';
import { MeetingRecording } from './recording';
import type { Session } from './signaling/session';
import { Tiles } from './tiles/tiles';
import type {
  CloseReason, ConnectionState, Grants, JoinOptions, JsonObject, JsonValue, Kind, Limits, LocalTrack, Logger, Me, Meeting,
  MeetingEvents, Participant, PublishOptions, RecordingState, RemoteTrack, Statistics, Unsubscribe,
} from './types';

const maxEarly = 5000;

class MeState implements Me {
  id: string;
  name: string;
  metadata: JsonObject;
  grants: Grants;
  quality: number | null = null;
  readonly tracks: ReadonlyMap<Kind, LocalTrack>;

  constructor(me: JoinAnswer['me'], tracks: ReadonlyMap<Kind, LocalTrack>) {
    this.id = me.participantId;
    this.name = me.name;
    this.metadata = me.metadata;
    this.grants = me.grants;
    this.tracks = tracks;
  }
}

export class MeetingState implements Meeting {
  readonly me: MeState;
  id: string;
  tenant: string;
  startedAt: number;
  state: ConnectionState = 'connected';
  closeReason: CloseReason | null = null;
  locked: boolean;
  limits: Limits;
  readonly #environment: Environment;
  readonly #session: Session;
  readonly #log: Logger;
  readonly #emitter: Emitter<MeetingEvents>;
  readonly #roster: Roster;
  readonly #media: Media;
  readonly #tiles: Tiles;
  readonly #recording: MeetingRecording;
  readonly #unlisten: (() => void)[] = [];
  /** Events from before the application had a chance to listen. */
  #early: (() => void)[] | null = [];

  constructor(environment: Environment, session: Session, answer: JoinAnswer, options: JoinOptions, log: Logger) {
    this.#environment = environment;
    this.#session = session;
    this.#log = log;
    this.#emitter = new Emitter((thrown, event) => log.error('a handler threw', { event, error: redact(String(thrown)) }));
    this.id = answer.meeting.id;
    this.tenant = answer.tenant;
    this.startedAt = answer.meeting.startedAt;
    this.locked = answer.meeting.locked;
    this.limits = answer.limits;

    const emit = <E extends keyof MeetingEvents>(event: E, news: MeetingEvents[E]): void => this.#emit(event, news);
    this.#recording = new MeetingRecording(session, answer.meeting.recording, (news) => this.#emit('recording', news));
    this.#tiles = new Tiles(environment.clock, options.adaptive ?? true, {
      wishesChanged: () => this.#media.subscriber.wake(),
      playbackBlocked: () => emit('playbackBlocked', {}),
    });
    this.#roster = new Roster(answer.me.participantId, environment.clock, { autoSubscribe: options.autoSubscribe ?? true }, {
      emit,
      trackChanged: () => this.#media.subscriber.wake(),
      trackGone: (track) => {
        this.#media.subscriber.forget(track);
        this.#tiles.detach(track, undefined);
      },
      wishesChanged: () => this.#media.subscriber.wake(),
      attach: (track, element) => this.#tiles.attach(track, element),
      detach: (track, element) => this.#tiles.detach(track, element),
      requestKeyFrame: (track) => this.#media.subscriber.requestKeyFrame(track),
      setPriority: (track, priority) => this.#media.subscriber.setPriority(track, priority),
    });
    this.#media = new Media(environment, session, answer.limits, options, log, {
      emit,
      tracks: () => this.#roster.tracks(),
      started: (track) => this.#onStarted(track),
      stopped: (track) => this.#tiles.refresh(track),
      recovering: () => this.#judgeState(),
    });
    this.me = new MeState(answer.me, this.#media.publisher.tracks);
    this.#roster.reset(answer.me.participantId, answer.participants);
    const { surroundings } = environment;
    this.#unlisten.push(
      surroundings.onNetworkChange(() => {
        this.#media.networkChanged();
        this.#session.nudge();
      }),
      surroundings.onNetworkLoss(() => this.#session.nudge()),
      surroundings.onFarewell(() => void this.leave()),
    );
  }

  // ---- what the session tells; called by join.ts ----

  /** Takes the media of a join, the first or a later one. */
  async enter(answer: JoinAnswer, again: boolean): Promise<void> {
    if (again) this.#rejoined(answer);
    try {
      await this.#media.adopt(answer.media, { iceServers: answer.iceServers, limits: answer.limits });
    } catch (thrown) {
      const error = asError(thrown);
      if (!again) throw error;
      // Without a media device there is no meeting; the server's capabilities must have changed beyond this browser's.
      this.#emit('problem', { error });
      await this.leave();
      return;
    }
    if (this.#session.ready) this.#media.signaling(true);
  }

  resumed(): void {
    this.#media.signaling(true);
    this.#judgeState();
  }

  away(): void {
    this.#media.signaling(false);
    this.#judgeState();
  }

  closed(reason: CloseReason, error: DoordarshanError | undefined): void {
    for (const unlisten of this.#unlisten.splice(0)) unlisten();
    this.#media.stop(new DoordarshanError('aborted', 'the meeting is over', { reason }));
    this.#roster.stop();
    this.#tiles.stop();
    this.state = 'closed';
    this.closeReason = reason;
    this.#emit('connectionState', { state: 'closed', reason, ...(error === undefined ? {} : { error }) });
  }

  /** The application has the meeting in its hands. */
  announce(): void {
    this.#environment.clock.after(0, () => {
      const early = this.#early ?? [];
      this.#early = null;
      for (const emit of early) emit();
    });
  }

  /** Of what nobody waits for. */
  reportProblem(error: DoordarshanError, kind: Kind): void {
    if (error.code !== 'aborted') this.#emit('problem', { error, kind });
  }

  handle(notification: Notification): void {
    switch (notification.method) {
      case 'message': {
        const { messageId: id, from, topic = null, data, to = null, time } = notification.params;
        return this.#emit('message', { id, from, topic, data, to, time });
      }
      case 'media.lost':
        return this.#media.lost(notification.params.reason, notification.params.epoch);
      case 'producer.demand': {
        const { producerId, wanted, maxSpatialLayer } = notification.params;
        return this.#media.publisher.demand(producerId, wanted, maxSpatialLayer);
      }
      case 'consumer.closed':
        return this.#media.subscriber.consumerClosed(notification.params.consumerId);
      case 'consumer.layers':
        return this.#media.subscriber.layersChanged(notification.params.consumerId, notification.params.layers);
      case 'meeting.locked':
        this.locked = notification.params.locked;
        return this.#emit('locked', { locked: this.locked, by: notification.params.by });
      case 'meeting.ended':
        return this.#emit('ended', { reason: notification.params.reason });
      case 'you.removed':
        return this.#emit('removed', { by: notification.params.by });
      case 'you.muted':
        this.#media.publisher.mutedByServer(notification.params.kinds);
        return this.#emit('mutedByModerator', { kinds: notification.params.kinds, by: notification.params.by });
      case 'drain':
        return this.#emit('drain', { deadlineSeconds: notification.params.deadlineSeconds });
      case 'recording.progress':
      case 'recording.started':
      case 'recording.stopped':
      case 'recording.paused':
      case 'recording.resumed':
      case 'recording.failed':
      case 'recording.composed':
        return this.#recording.handle(notification);
      case 'participant.updated':
        if (notification.params.participantId === this.me.id) {
          this.me.name = notification.params.name;
          this.me.metadata = notification.params.metadata;
        }
        break;
      case 'quality':
        if (notification.params.participantId === this.me.id) this.me.quality = notification.params.score;
        break;
      case 'producer.paused':
      case 'producer.closed':
        if (notification.params.participantId === this.me.id) return this.#onOwnProducer(notification);
        break;
      default:
        break;
    }
    this.#roster.handle(notification.method, notification.params);
  }

  // ---- the public surface; documented in types.ts ----

  get participants(): ReadonlyMap<string, Participant> {
    return this.#roster.participants;
  }

  get recording(): Meeting['recording'] {
    return this.#recording.orders;
  }

  get recordingState(): RecordingState | null {
    return this.#recording.state;
  }

  get activeSpeaker(): string | null {
    return this.#roster.activeSpeaker;
  }

  on<E extends keyof MeetingEvents>(event: E, handler: (news: MeetingEvents[E]) => void): Unsubscribe {
    return this.#emitter.on(event, handler);
  }

  off<E extends keyof MeetingEvents>(event: E, handler: (news: MeetingEvents[E]) => void): void {
    this.#emitter.off(event, handler);
  }

  publish(kind: Kind, track: MediaStreamTrack, options: PublishOptions = {}): Promise<LocalTrack> {
    return this.publishTrack(kind, track, options, false);
  }

  /** `owned`: the SDK asked the browser for it, and stops it. */
  publishTrack(kind: Kind, track: MediaStreamTrack, options: PublishOptions, owned: boolean): Promise<LocalTrack> {
    const refusal = this.#mayPublish(kind);
    if (refusal !== null) {
      if (owned) track.stop();
      return Promise.reject(refusal);
    }
    return this.#media.publisher.publish(kind, track, options, owned);
  }

  unpublish(kind: Kind): Promise<void> {
    return this.#media.publisher.unpublish(kind);
  }

  setMuted(kind: Kind, muted: boolean): Promise<void> {
    return this.#media.publisher.setMuted(kind, muted);
  }

  replaceTrack(kind: Kind, track: MediaStreamTrack): Promise<void> {
    return this.#media.publisher.replaceTrack(kind, track);
  }

  async shareScreen(options: DisplayMediaStreamOptions & PublishOptions = {}): Promise<LocalTrack> {
    const refusal = this.#mayPublish('screenshare');
    if (refusal !== null) throw refusal; // before the browser asks which screen
    const { muted, layers, ...display } = options;
    const track = await devices.requestScreen(display);
    return this.publishTrack('screenshare', track, { ...(muted === undefined ? {} : { muted }), ...(layers === undefined ? {} : { layers }) }, true);
  }

  async stopScreenShare(): Promise<void> {
    const track = this.me.tracks.get('screenshare')?.mediaStreamTrack;
    await this.unpublish('screenshare');
    track?.stop();
  }

  subscribe(participantId: string, kind?: Kind): void {
    for (const track of this.#tracksOf(participantId, kind)) track.subscribe();
  }

  unsubscribe(participantId: string, kind?: Kind): void {
    for (const track of this.#tracksOf(participantId, kind)) track.unsubscribe();
  }

  attach(element: HTMLMediaElement, track: RemoteTrack): void {
    track.attach(element);
  }

  detach(element: HTMLMediaElement): void {
    this.#tiles.detach(null, element);
  }

  startPlayback(): Promise<void> {
    return this.#tiles.startPlayback();
  }

  async sendMessage(data: JsonValue, options: { readonly topic?: string; readonly to?: readonly string[] } = {}): Promise<string> {
    this.#fits('message', data, this.limits.messageBytes);
    return (await this.#session.request('message.send', { data, ...options })).messageId;
  }

  async updateMe(change: { readonly name?: string; readonly metadata?: JsonObject }): Promise<void> {
    if (change.metadata !== undefined) this.#fits('metadata', change.metadata, this.limits.metadataBytes);
    await this.#session.request('participant.update', { ...change });
    if (change.name !== undefined) this.me.name = change.name;
    if (change.metadata !== undefined) this.me.metadata = change.metadata;
  }

  readonly moderate = {
    mute: async (participantId: string, kinds: readonly Kind[] = ['audio', 'video', 'screenshare']): Promise<readonly Kind[]> =>
      (await this.#session.request('moderate.mute', { participantId, kinds })).muted,
    remove: async (participantId: string): Promise<void> => void (await this.#session.request('moderate.remove', { participantId })),
    lock: async (locked: boolean): Promise<void> => void (await this.#session.request('moderate.lock', { locked })),
    end: async (): Promise<void> => void (await this.#session.request('moderate.end', {})),
  };

  statistics(): Promise<Statistics> {
    return this.#media.statistics();
  }

  leave(): Promise<void> {
    return this.#session.leave();
  }

  // ---- inside ----

  #emit<E extends keyof MeetingEvents>(event: E, news: MeetingEvents[E]): void {
    if (this.#early === null) return this.#emitter.emit(event, news);
    // The person may think for long about a microphone; readings of that time are of no use.
    if (event === 'levels' || event === 'quality' || this.#early.length >= maxEarly) return;
    this.#early.push(() => this.#emitter.emit(event, news));
  }

  #rejoined(answer: JoinAnswer): void {
    this.me.id = answer.me.participantId;
    this.me.name = answer.me.name;
    this.me.metadata = answer.me.metadata;
    this.me.grants = answer.me.grants;
    this.limits = answer.limits;
    this.startedAt = answer.meeting.startedAt;
    if (this.locked !== answer.meeting.locked) {
      this.locked = answer.meeting.locked;
      this.#emit('locked', { locked: this.locked, by: '' });
    }
    this.#recording.rejoined(answer.meeting.recording);
    this.#roster.reset(answer.me.participantId, answer.participants);
    this.#media.lost('session_gone', null); // until the new transports are in place, media is being recovered
    this.#judgeState();
  }

  #onStarted(track: RemoteTrackState): void {
    const { mediaStreamTrack, participant } = track;
    if (mediaStreamTrack === null) return;
    this.#tiles.refresh(track);
    this.#emit('trackStarted', { participant, track, mediaStreamTrack });
  }

  #onOwnProducer(news: Extract<Notification, { method: 'producer.paused' | 'producer.closed' }>): void {
    const { producerId, kind } = news.params;
    if (news.method === 'producer.closed') return this.#media.publisher.closedByServer(producerId);
    if (news.params.reason !== 'quota_publish_bitrate' || this.me.tracks.get(kind) === undefined) return; // an echo of one's own wish
    this.#media.publisher.mutedByServer([kind]);
    const error = new DoordarshanError('forbidden', `${kind} was paused: it is more than the tenant may send`, { reason: 'quota_publish_bitrate' });
    this.#emit('problem', { error, kind });
  }

  #judgeState(): void {
    if (this.state === 'closed') return;
    const state: ConnectionState = !this.#session.ready ? 'reconnecting' : this.#media.recovering ? 'recovering' : 'connected';
    if (state === this.state) return;
    this.state = state;
    this.#emit('connectionState', { state });
  }

  #mayPublish(kind: Kind): DoordarshanError | null {
    if (this.state === 'closed') return new DoordarshanError('aborted', 'the meeting is over', { reason: this.closeReason ?? 'left' });
    if (this.me.grants.publish.includes(kind)) return null;
    return new DoordarshanError('forbidden', `the token does not allow to publish ${kind}`, { reason: 'not_granted' });
  }

  #fits(field: string, value: JsonValue, bytes: number): void {
    if (new TextEncoder().encode(JSON.stringify(value)).length <= bytes) return;
    throw new DoordarshanError('payload_too_large', `${field} is larger than ${bytes} bytes`, { field });
  }

  #tracksOf(participantId: string, kind: Kind | undefined): RemoteTrack[] {
    const tracks = [...(this.#roster.participants.get(participantId)?.tracks.values() ?? [])];
    return kind === undefined ? tracks : tracks.filter((track) => track.kind === kind);
  }
}
