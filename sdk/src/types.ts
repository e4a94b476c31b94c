// SPDX-License-Identifier: MIT
// The public surface in types: what an application holds in its hands. No behaviour is in this file.
import type { DoordarshanError } from './errors';

/** What a participant publishes; at most one of each. */
export type Kind = 'audio' | 'video' | 'screenshare';

/** Anything JSON can say. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };

/** A JSON object. */
export type JsonObject = { [key: string]: JsonValue };

/** What the token allows. */
export interface Grants {
  readonly publish: readonly Kind[];
  readonly subscribe: boolean;
  readonly data: boolean;
  readonly record: boolean;
  readonly moderate: boolean;
}

/** Bounds the server keeps; what exceeds them is refused. */
export interface Limits {
  readonly messageBytes: number;
  readonly metadataBytes: number;
  /** Bits a second for each kind. */
  readonly publishBitrate: Readonly<Partial<Record<Kind, number>>>;
}

/** Lines for a log; `console` is one. Never receives tokens, addresses or ICE passwords. */
export interface Logger {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** Video codecs the server routes. */
export type VideoCodec = 'VP8' | 'VP9' | 'H264' | 'AV1';

/** How many simulcast layers are sent: camera 1 to 3, screen 1 or 2. */
export interface SimulcastOptions {
  readonly video?: 1 | 2 | 3;
  readonly screenshare?: 1 | 2;
}

/** Options of {@link join}. */
export interface JoinOptions {
  /** Display name. Default: the token's. */
  readonly name?: string;
  /** Application data about oneself, shown to all; at most 2 KiB of JSON. */
  readonly metadata?: JsonObject;
  /** Only where the token names none. */
  readonly meetingId?: string;
  /** Only where the token names none. */
  readonly participantId?: string;
  /** Microphone: `true`, constraints, or a track. Default: none is published. */
  readonly audio?: boolean | MediaTrackConstraints | MediaStreamTrack;
  /** Camera: `true`, constraints, or a track. Default: none is published. */
  readonly video?: boolean | MediaTrackConstraints | MediaStreamTrack;
  /** Publish these muted. */
  readonly muted?: readonly Kind[];
  /** Default: three layers of the camera and two of the screen. `false`: one of each. */
  readonly simulcast?: boolean | SimulcastOptions;
  /** Receive whatever others publish without asking. Default `true`. */
  readonly autoSubscribe?: boolean;
  /** Preferred codec for what is sent; the first the server offers otherwise. */
  readonly codec?: VideoCodec;
  /** Choose layers by the size of the tiles and pause what cannot be seen. Default `true`. */
  readonly adaptive?: boolean;
  readonly logger?: Logger;
  /** Gives up joining (not the meeting: that is {@link Meeting.leave}). */
  readonly signal?: AbortSignal;
  /** How long joining may try while the server cannot be reached, in milliseconds. Default 20 000. */
  readonly joinTimeout?: number;
  /** Called for each attempt to join that failed and will be made again, with what the server said. */
  readonly onWaiting?: (error: DoordarshanError) => void;
  /** `relay` sends all media through TURN. */
  readonly iceTransportPolicy?: RTCIceTransportPolicy;
  /** Media over TCP from the start. Default `false`: TCP is only used where UDP does not get through. */
  readonly tcpOnly?: boolean;
  /** What the client calls itself in the server's log, e.g. `web/1.2`. */
  readonly client?: string;
}

/** A token, or how to get a fresh one: asked again when the old one has expired during a long outage. */
export type TokenSource = string | (() => string | Promise<string>);

/** Why the meeting is over for this client. */
export type CloseReason =
  | 'left'
  | 'replaced'
  | 'removed'
  | 'ended'
  | 'refused';

/** `reconnecting`: the socket is away; `recovering`: media is being brought back; `closed`: over, see the reason. */
export type ConnectionState = 'connected' | 'reconnecting' | 'recovering' | 'closed';

/** What media runs over. */
export type TransportPath = 'udp' | 'tcp' | 'turn';

/** Something another participant publishes. The object stays the same while the participant publishes the kind, across all recoveries. */
export interface RemoteTrack {
  readonly participant: Participant;
  readonly kind: Kind;
  /** The server's id; changes when the sender recovers. */
  readonly producerId: string;
  /** Its owner (or a moderator) muted it. */
  readonly muted: boolean;
  /** Whether it is being received, or is about to be. */
  readonly subscribed: boolean;
  /** Paused because none of its elements is visible. */
  readonly hidden: boolean;
  /** The media, or null until it arrives (see the event `trackStarted`). */
  readonly mediaStreamTrack: MediaStreamTrack | null;
  /** The layers arriving now, where the server has told. */
  readonly layers: Layers | null;
  /**
   * Plays the track in an element, and keeps doing so through every recovery. Without an element one is made (for sound:
   * hidden, in `document.body`). Tile size and visibility decide which layer is received and whether any.
   */
  attach(element?: HTMLMediaElement): HTMLMediaElement;
  /** Undoes {@link attach}, for one element or for all. */
  detach(element?: HTMLMediaElement): void;
  subscribe(): void;
  unsubscribe(): void;
  /** Not more than this layer, whatever the size of the tile; null: no bound. */
  setMaxSpatialLayer(layer: number | null): void;
  /** 1 to 255: who gets bandwidth first. The server's default is 1. */
  setPriority(priority: number): Promise<void>;
  requestKeyFrame(): Promise<void>;
}

/** Layers of a simulcast or SVC stream. */
export interface Layers {
  readonly spatialLayer: number;
  readonly temporalLayer?: number;
}

/** Somebody in the meeting. */
export interface Participant {
  readonly id: string;
  readonly name: string;
  readonly metadata: JsonObject;
  readonly moderator: boolean;
  /** Milliseconds since 1970. */
  readonly joinedAt: number;
  /** False while its socket is broken and it may come back. */
  readonly connected: boolean;
  readonly tracks: ReadonlyMap<Kind, RemoteTrack>;
  /** Loudness in dBov, -127 to 0. */
  readonly level: number;
  /** 0 bad to 10 good, or null when unknown. */
  readonly quality: number | null;
}

/** Something this client publishes. */
export interface LocalTrack {
  readonly kind: Kind;
  readonly mediaStreamTrack: MediaStreamTrack;
  readonly muted: boolean;
  /** Whether anybody receives it. While not, nothing is sent. */
  readonly wanted: boolean;
  /** Whether the server has it; false while recovering. */
  readonly live: boolean;
}

/** This client's own participant. */
export interface Me {
  readonly id: string;
  readonly name: string;
  readonly metadata: JsonObject;
  readonly grants: Grants;
  readonly tracks: ReadonlyMap<Kind, LocalTrack>;
  /** What one sends: 0 bad to 10 good, or null when unknown. */
  readonly quality: number | null;
}

/** A message of a participant. */
export interface Message {
  readonly id: string;
  readonly from: string;
  readonly topic: string | null;
  readonly data: JsonValue;
  /** Null when it went to all. */
  readonly to: readonly string[] | null;
  readonly time: number;
}

/** The meeting's running recording. */
export interface RecordingState {
  readonly recordingId: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly paused: boolean;
}

/** What can be said of a recording. */
export type RecordingNews =
  | { readonly state: 'started' | 'stopped' | 'paused' | 'resumed' | 'failed' | 'composed'; readonly recordingId: string; readonly reason?: string }
  | { readonly state: 'progress'; readonly recordingId: string; readonly percent: number; readonly speed: number; readonly etaSeconds?: number };

/** A programme's layout. */
export type Layout = 'grid' | 'speaker' | 'presentation';

/** What `recording.start` may be told, as in the media API. */
export interface RecordingOptions {
  readonly modes?: readonly ('track' | 'participant' | 'composite')[];
  readonly composite?: {
    readonly layout?: Layout;
    readonly width?: number;
    readonly height?: number;
    readonly fps?: number;
    readonly format?: 'mp4' | 'webm' | 'hls';
    readonly live?: boolean;
  };
}

/** What happens, and what is told about it. */
export interface MeetingEvents {
  participantJoined: { readonly participant: Participant };
  /** `left`, `vanished`, `removed` or `replaced`. */
  participantLeft: { readonly participant: Participant; readonly reason: string };
  /** Name, metadata or connected changed. */
  participantUpdated: { readonly participant: Participant };
  /** Somebody publishes; `track.attach()` plays it as soon as it arrives. */
  trackAdded: { readonly participant: Participant; readonly track: RemoteTrack };
  trackRemoved: { readonly participant: Participant; readonly track: RemoteTrack; readonly reason: string };
  /** Media has arrived, or another `MediaStreamTrack` carries it after a recovery. Attached elements follow by themselves. */
  trackStarted: { readonly participant: Participant; readonly track: RemoteTrack; readonly mediaStreamTrack: MediaStreamTrack };
  trackMuted: { readonly participant: Participant; readonly track: RemoteTrack };
  trackUnmuted: { readonly participant: Participant; readonly track: RemoteTrack };
  /** One's own id where it is oneself. */
  activeSpeaker: { readonly participantId: string | null };
  /** dBov, -127 to 0. */
  levels: readonly { readonly participantId: string; readonly level: number }[];
  /** What a participant sends (its id, or one's own) is that good: 0 to 10. */
  quality: { readonly participantId: string; readonly score: number };
  message: Message;
  connectionState: { readonly state: ConnectionState; readonly reason?: CloseReason; readonly error?: DoordarshanError };
  /** Media runs over TCP because UDP did not get through. */
  transportFallback: { readonly to: 'tcp' };
  recording: RecordingNews;
  locked: { readonly locked: boolean; readonly by: string };
  mutedByModerator: { readonly kinds: readonly Kind[]; readonly by: string };
  removed: { readonly by: string };
  ended: { readonly reason: string };
  /** The server will stop; the client moves by itself. */
  drain: { readonly deadlineSeconds: number };
  /** One's own tracks changed: published, unpublished, muted, wanted by others or not. */
  localTrack: { readonly kind: Kind; readonly track: LocalTrack | null };
  /** The browser or the device ended a track of one's own; it is unpublished. */
  localTrackEnded: { readonly kind: Kind };
  /** Somebody's sound may not be played before a click: call {@link Meeting.startPlayback} in one. */
  playbackBlocked: Record<string, never>;
  /** Something went wrong that nobody was waiting for: a track could not be published or received. */
  problem: { readonly error: DoordarshanError; readonly kind?: Kind; readonly participantId?: string };
}

/** Numbers about one track. */
export interface TrackStatistics {
  readonly kind: Kind;
  /** The sender; absent for one's own. */
  readonly participantId?: string;
  /** Bits a second since the last call of `statistics()`. */
  readonly bitrate: number;
  readonly packetsLost: number;
  /** Seconds. */
  readonly jitter?: number;
  readonly framesPerSecond?: number;
  readonly width?: number;
  readonly height?: number;
  /** Why the browser sends less than it could: `none`, `cpu`, `bandwidth`, `other`. */
  readonly limitedBy?: string;
}

/** Numbers about one direction. */
export interface TransportStatistics {
  readonly state: string;
  readonly transport: TransportPath | null;
  /** Milliseconds. */
  readonly roundTripTime?: number;
  /** Bits a second the browser believes it may send or receive. */
  readonly availableBitrate?: number;
}

/** What {@link Meeting.statistics} tells. */
export interface Statistics {
  /** Of what carries media; null while nothing does. */
  readonly transport: TransportPath | null;
  readonly roundTripTime?: number;
  readonly send: TransportStatistics | null;
  readonly receive: TransportStatistics | null;
  readonly sent: readonly TrackStatistics[];
  readonly received: readonly TrackStatistics[];
}

/** Options of {@link Meeting.publish}. */
export interface PublishOptions {
  readonly muted?: boolean;
  /** Overrides `simulcast` of the join for this track: how many layers. */
  readonly layers?: 1 | 2 | 3;
}

/** Removes a handler. */
export type Unsubscribe = () => void;

/** A meeting this client is in. */
export interface Meeting {
  readonly id: string;
  readonly tenant: string;
  readonly startedAt: number;
  readonly me: Me;
  /** The others, by id. */
  readonly participants: ReadonlyMap<string, Participant>;
  readonly state: ConnectionState;
  readonly closeReason: CloseReason | null;
  readonly locked: boolean;
  readonly recordingState: RecordingState | null;
  readonly activeSpeaker: string | null;
  readonly limits: Limits;

  /**
   * Calls `handler` at each `event`. Who and what is there when {@link join} resolves is announced by the same events
   * right after it: handlers set at once miss nothing, and need not look at `participants` first.
   */
  on<E extends keyof MeetingEvents>(event: E, handler: (news: MeetingEvents[E]) => void): Unsubscribe;
  off<E extends keyof MeetingEvents>(event: E, handler: (news: MeetingEvents[E]) => void): void;

  /** Sends a track; replaces what is sent of this kind. Resolves when the server has it. The track is never stopped by the SDK. */
  publish(kind: Kind, track: MediaStreamTrack, options?: PublishOptions): Promise<LocalTrack>;
  /** Stops sending; the track itself remains the caller's. */
  unpublish(kind: Kind): Promise<void>;
  /** Nothing is sent while muted, and the others are told. Effective at once on this side. */
  setMuted(kind: Kind, muted: boolean): Promise<void>;
  /** Another device or effect without the others noticing. */
  replaceTrack(kind: Kind, track: MediaStreamTrack): Promise<void>;
  /** Asks which screen, and publishes it; stops it when the browser's own button ends it. */
  shareScreen(options?: DisplayMediaStreamOptions & PublishOptions): Promise<LocalTrack>;
  /** Stops and releases the screen. */
  stopScreenShare(): Promise<void>;

  subscribe(participantId: string, kind?: Kind): void;
  unsubscribe(participantId: string, kind?: Kind): void;
  /** As {@link RemoteTrack.attach}. */
  attach(element: HTMLMediaElement, track: RemoteTrack): void;
  detach(element: HTMLMediaElement): void;
  /** In a click, after `playbackBlocked`. */
  startPlayback(): Promise<void>;

  /** To all or to some; `chat` is the topic the web app shows. Answers the message's id. */
  sendMessage(data: JsonValue, options?: { readonly topic?: string; readonly to?: readonly string[] }): Promise<string>;
  updateMe(change: { readonly name?: string; readonly metadata?: JsonObject }): Promise<void>;

  readonly recording: {
    start(options?: RecordingOptions): Promise<string>;
    stop(): Promise<string>;
    pause(): Promise<string>;
    resume(): Promise<string>;
    setLayout(layout: Layout): Promise<string>;
  };

  readonly moderate: {
    /** Answers the kinds that were muted. Without kinds: all. */
    mute(participantId: string, kinds?: readonly Kind[]): Promise<readonly Kind[]>;
    remove(participantId: string): Promise<void>;
    lock(locked: boolean): Promise<void>;
    end(): Promise<void>;
  };

  statistics(): Promise<Statistics>;
  /** Ends the session; the others are told. Tracks given to the SDK are not stopped, those it asked for itself are. */
  leave(): Promise<void>;
}
