// SPDX-License-Identifier: MIT
// What the server's HTTP answers look like: the recordings' part is docs/api.md's and docs/recording-format.md's.

export interface Config {
  development: boolean;
  version: string;
}

export type RecordingState = 'recording' | 'interrupted' | 'complete';
export type Layout = 'grid' | 'speaker' | 'presentation';
export type Kind = 'audio' | 'video' | 'screenshare';

export interface RecordingSummary {
  recordingId: string;
  meetingId: string;
  tenant: string;
  state: RecordingState;
  started: string;
  durationUs: number;
  bytes: number;
  participants: number;
  tracks: number;
  outputs: number;
  upload: 'none' | 'waiting' | 'done';
  local: boolean;
}

export interface RecordingPage {
  recordings: RecordingSummary[];
  next: string | null;
  missingServers?: number;
}

export interface RecordingFile {
  file: string;
  bytes: number;
  sha256?: string;
  key?: string;
  local: boolean;
}

export interface Job {
  jobId: string;
  kind: 'finish' | 'compose';
  layout?: string;
  state: 'waiting' | 'running' | 'done' | 'failed';
  percent: number;
  speed?: number;
  etaSeconds?: number | null;
  file?: string;
  failure?: string;
}

export interface RecordingDetails extends RecordingSummary {
  files: RecordingFile[];
  jobs: Job[];
}

export interface Gap {
  fromUs: number;
  toUs: number;
  reason: string;
}

export interface TrackFile {
  file: string;
  part: number;
  startUs: number;
  durationUs: number;
  bytes: number;
  width?: number;
  height?: number;
}

export interface Track {
  track: string;
  participant: string;
  kind: Kind;
  producer: string;
  codec: string;
  files: TrackFile[];
  gaps: Gap[];
}

export interface Output {
  mode: 'participant' | 'composite';
  participant?: string;
  kind?: Kind;
  layout?: Layout;
  width?: number;
  height?: number;
  fps?: number;
  file: string;
  startUs: number;
  durationUs: number;
  bytes: number;
}

export interface Manifest {
  version: number;
  recording: string;
  tenant: string;
  meeting: string;
  state: RecordingState;
  started: string;
  durationUs: number;
  parts: { part: number; fromUs: number; toUs: number; end: string }[];
  missing: Gap[];
  participants: { participant: string; name?: string }[];
  tracks: Track[];
  outputs: Output[];
}

export interface ComposeRequest {
  layout: Layout;
  format: 'mp4' | 'webm' | 'hls';
  width: number;
  height: number;
  fps: number;
}

export interface Ticket {
  ticket: string;
  expires: string;
}

export interface Worker {
  workerId: string;
  alive: boolean;
  consumers: number;
  transports: number;
  busyPercent?: number; // of its core; absent from servers of an earlier version
}

export interface Server {
  server: string;
  host: string;
  alive: boolean;
  draining: boolean;
  heartbeat?: number | string;
  capacity: number;
  participants: number;
  reserved: number;
  meetings: number;
  cpuPercent: number;
  workers: Worker[];
}

export interface AdminMeeting {
  meeting: string;
  tenant: string;
  server: string;
  size: number; // participants it reserves room for
  limit: number; // 0: the tenant's quota alone decides
  locked: boolean;
  moves: number;
  created: number;
}

export interface MeetingParticipant {
  participantId: string;
  name?: string;
  producers?: { producerId: string; kind: Kind; paused: boolean }[];
}

export interface MeetingDetails extends AdminMeeting {
  reachable: boolean;
  participants: MeetingParticipant[];
}

export interface LoadPoint {
  time: number | string;
  cpuPercent: number;
  participants: number;
  meetings: number;
}

export interface LoadSeries {
  server: string;
  points: LoadPoint[];
}

export type Quotas = Record<string, number>;

export interface Tenant {
  tenant: string;
  name: string;
  suspended: boolean;
  created?: number | string;
  quotas: Quotas;
}

export interface TenantKey {
  keyId: string;
  algorithm: string;
  retires: number | null;
  secret?: string; // once, in the answer that made it
}

export interface UsageRow {
  tenant: string;
  day: string;
  meter: string;
  value: number;
}

export interface TokenRequest {
  tenant?: string;
  meeting: string;
  participant?: string;
  name?: string;
  expiresInSeconds: number;
  grants: { publish: string[]; subscribe: boolean; data: boolean; record: boolean; moderate: boolean };
}

export interface IssuedToken {
  token: string;
  link: string;
  expires?: number;
}
