// SPDX-License-Identifier: MIT
// docs/signaling.md in types: what goes over the socket. Nothing here is public.
import type { types } from 'mediasoup-client';

import type { Grants, JsonObject, JsonValue, Kind, Layers, Limits } from './types';

export interface TransportParameters {
  id: string;
  iceParameters: types.IceParameters;
  iceCandidates: types.IceCandidate[];
  dtlsParameters: types.DtlsParameters;
  sctpParameters?: types.SctpParameters;
}

export interface MediaAnswer {
  epoch: number;
  rtpCapabilities: types.RtpCapabilities;
  send: TransportParameters | null;
  receive: TransportParameters | null;
}

export interface ProducerNews {
  producerId: string;
  kind: Kind;
  paused: boolean;
}

export interface ParticipantNews {
  participantId: string;
  name: string;
  metadata: JsonObject;
  moderator: boolean;
  joinedAt: number;
  connected: boolean;
  producers: ProducerNews[];
  dataProducers: { dataProducerId: string; label: string }[];
}

export interface RecordingNow {
  recordingId: string;
  startedAt: number;
  paused: boolean;
}

export interface JoinAnswer {
  sessionId: string;
  resumeToken: string;
  seq: number;
  tenant: string;
  meeting: { id: string; locked: boolean; startedAt: number; recording: RecordingNow | null };
  me: { participantId: string; name: string; metadata: JsonObject; grants: Grants };
  participants: ParticipantNews[];
  iceServers: RTCIceServer[];
  limits: Limits;
  media: MediaAnswer;
}

export interface ConsumerNews {
  consumerId: string;
  producerId: string;
  participantId: string;
  kind: Kind;
  rtpParameters: types.RtpParameters;
  type: 'simple' | 'simulcast' | 'svc';
  producerPaused: boolean;
}

/** Each method's parameters and result. */
export interface Methods {
  join: { params: JoinParams; result: JoinAnswer };
  resume: { params: { sessionId: string; resumeToken: string; lastSeq: number }; result: { seq: number; missed: number } };
  leave: { params: Empty; result: Empty };
  'media.open': { params: { tcpOnly?: boolean }; result: MediaAnswer };
  'transport.connect': { params: { transportId: string; dtlsParameters: types.DtlsParameters }; result: Empty };
  'transport.restartIce': { params: { transportIds: string[] }; result: { iceParameters: Record<string, types.IceParameters> } };
  produce: { params: { transportId: string; kind: Kind; rtpParameters: types.RtpParameters; paused?: boolean }; result: { producerId: string } };
  'producer.pause': { params: { producerIds: string[] }; result: Empty };
  'producer.resume': { params: { producerIds: string[] }; result: Empty };
  'producer.close': { params: { producerIds: string[] }; result: Empty };
  consume: {
    params: { producerIds: string[]; rtpCapabilities?: types.RtpCapabilities; paused?: boolean };
    result: { consumers: ConsumerNews[]; failed: { producerId: string; code: string; message: string; reason?: string; retryAfter?: number }[] };
  };
  'consumer.pause': { params: { consumerIds: string[] }; result: Empty };
  'consumer.resume': { params: { consumerIds: string[] }; result: Empty };
  'consumer.close': { params: { consumerIds: string[] }; result: Empty };
  'consumer.setLayers': { params: { consumerId: string; spatialLayer: number; temporalLayer?: number }; result: { layers: Layers | null } };
  'consumer.setPriority': { params: { consumerId: string; priority: number }; result: { priority: number } };
  'consumer.requestKeyFrame': { params: { consumerId: string }; result: Empty };
  'message.send': { params: { data: JsonValue; to?: readonly string[]; topic?: string }; result: { messageId: string } };
  'participant.update': { params: { name?: string; metadata?: JsonObject }; result: Empty };
  'recording.start': { params: object; result: { recordingId: string } };
  'recording.stop': { params: Empty; result: { recordingId: string } };
  'recording.pause': { params: Empty; result: { recordingId: string } };
  'recording.resume': { params: Empty; result: { recordingId: string } };
  'recording.layout': { params: { layout: string }; result: { recordingId: string } };
  'moderate.mute': { params: { participantId: string; kinds: readonly Kind[] }; result: { muted: Kind[] } };
  'moderate.remove': { params: { participantId: string }; result: Empty };
  'moderate.lock': { params: { locked: boolean }; result: Empty };
  'moderate.end': { params: Empty; result: Empty };
  ping: { params: Empty; result: { time: number } };
}

export interface JoinParams {
  token: string;
  instanceId: string;
  meetingId?: string;
  participantId?: string;
  name?: string;
  metadata?: JsonObject;
  client?: string;
}

export type Empty = Record<string, never>;
export type Method = keyof Methods;
export type Params<M extends Method> = Methods[M]['params'];
export type Result<M extends Method> = Methods[M]['result'];

/** Each notification's parameters besides `seq`. */
export interface Notifications {
  'participant.joined': ParticipantNews;
  'participant.updated': { participantId: string; name: string; metadata: JsonObject };
  'participant.connection': { participantId: string; connected: boolean };
  'participant.left': { participantId: string; reason: string };
  'producer.new': { participantId: string } & ProducerNews;
  'producer.paused': { participantId: string; producerId: string; kind: Kind; reason?: string };
  'producer.resumed': { participantId: string; producerId: string; kind: Kind };
  'producer.closed': { participantId: string; producerId: string; kind: Kind; reason: string };
  'producer.demand': { producerId: string; kind: Kind; wanted: boolean; maxSpatialLayer?: number };
  'consumer.closed': { consumerId: string; producerId: string; reason: string };
  message: { messageId: string; from: string; topic?: string; data: JsonValue; to?: string[]; time: number };
  'meeting.locked': { locked: boolean; by: string };
  'meeting.ended': { reason: string };
  'you.muted': { kinds: Kind[]; by: string };
  'you.removed': { by: string };
  'recording.started': { recordingId: string; reason?: string };
  'recording.stopped': { recordingId: string; reason?: string };
  'recording.paused': { recordingId: string; reason?: string };
  'recording.resumed': { recordingId: string; reason?: string };
  'recording.failed': { recordingId: string; reason?: string };
  'recording.composed': { recordingId: string; reason?: string };
  'media.lost': { reason: string; epoch: number };
  drain: { deadlineSeconds: number };
  speakers: { active: string | null; levels: { participantId: string; level: number }[] };
  quality: { participantId: string; score: number };
  'consumer.layers': { consumerId: string; layers: Layers | null };
  'recording.progress': { recordingId: string; percent: number; speed: number; etaSeconds?: number };
}

export type NotificationName = keyof Notifications;

/** A notification as a union that narrows by `method`. */
export type Notification = { [N in NotificationName]: { method: N; params: Notifications[N] } }[NotificationName];

/** Close codes of the socket. */
export const closeCode = {
  left: 1000,
  serverStops: 1001,
  replaced: 4001,
  removed: 4003,
  ended: 4004,
  slow: 4008,
  noJsonRpc: 4010,
  tooMany: 4029,
} as const;
