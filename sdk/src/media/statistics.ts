// SPDX-License-Identifier: MIT
// Makes numbers a person understands of the browsers' reports. Pure functions, but for what the last call saw.
import type { Kind, Statistics, TrackStatistics, TransportPath, TransportStatistics } from '../types';

/** The members of RTCStats that are read; browsers leave out what they do not know. */
export interface Report {
  readonly id?: string;
  readonly type?: string;
  readonly timestamp?: number;
  readonly [member: string]: unknown;
}

export type Reports = Iterable<Report>;

const number = (value: unknown): number | undefined => (typeof value === 'number' && Number.isFinite(value) ? value : undefined);
const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** The pair of candidates that carries the media. */
function selectedPair(reports: ReadonlyMap<string, Report>): Report | undefined {
  for (const report of reports.values()) {
    const id = report.type === 'transport' ? text(report['selectedCandidatePairId']) : undefined;
    const pair = id === undefined ? undefined : reports.get(id);
    if (pair !== undefined) return pair;
  }
  // Firefox names no pair in `transport`.
  for (const report of reports.values()) {
    if (report.type === 'candidate-pair' && (report['selected'] === true || (report['nominated'] === true && report['state'] === 'succeeded'))) return report;
  }
  return undefined;
}

function byId(reports: Reports): Map<string, Report> {
  const map = new Map<string, Report>();
  for (const report of reports) if (typeof report.id === 'string') map.set(report.id, report);
  return map;
}

/** Over what a transport runs, and how well. */
export function transportStatistics(state: string, reports: Reports): TransportStatistics {
  const map = byId(reports);
  const pair = selectedPair(map);
  if (pair === undefined) return { state, transport: null };
  const local = map.get(text(pair['localCandidateId']) ?? '');
  const remote = map.get(text(pair['remoteCandidateId']) ?? '');
  const roundTrip = number(pair['currentRoundTripTime']);
  const available = number(pair['availableOutgoingBitrate']) ?? number(pair['availableIncomingBitrate']);
  return {
    state,
    transport: pathOf(local, remote),
    ...(roundTrip === undefined ? {} : { roundTripTime: Math.round(roundTrip * 1000) }),
    ...(available === undefined ? {} : { availableBitrate: Math.round(available) }),
  };
}

function pathOf(local: Report | undefined, remote: Report | undefined): TransportPath | null {
  if (local?.['candidateType'] === 'relay') return 'turn';
  const protocol = text(remote?.['protocol']) ?? text(local?.['protocol']);
  return protocol === 'udp' || protocol === 'tcp' ? protocol : null;
}

interface Seen {
  bytes: number;
  at: number;
}

/** Remembers what was counted at the last call, for bit rates. */
export class Counters {
  #seen = new Map<string, Seen>();
  #next = new Map<string, Seen>();

  bitrate(key: string, bytes: number, at: number): number {
    const before = this.#seen.get(key);
    this.#next.set(key, { bytes, at });
    if (before === undefined || at <= before.at || bytes < before.bytes) return 0;
    return Math.round(((bytes - before.bytes) * 8000) / (at - before.at));
  }

  /** Ends a call; what was not seen in it is forgotten. */
  turn(): void {
    this.#seen = this.#next;
    this.#next = new Map();
  }
}

/** Numbers of one producer or consumer: simulcast layers are added up, and the largest picture is shown. */
export function trackStatistics(kind: Kind, key: string, reports: Reports, counters: Counters, participantId?: string): TrackStatistics {
  const sending = participantId === undefined;
  let bytes = 0;
  let at = 0;
  let lost = 0;
  let jitter: number | undefined;
  let frames: number | undefined;
  let width: number | undefined;
  let height: number | undefined;
  let limitedBy: string | undefined;
  for (const report of reports) {
    if (report.type === 'remote-inbound-rtp' && sending) {
      lost += number(report['packetsLost']) ?? 0;
      jitter = Math.max(jitter ?? 0, number(report['jitter']) ?? 0);
    }
    if (report.type !== (sending ? 'outbound-rtp' : 'inbound-rtp')) continue;
    bytes += number(report[sending ? 'bytesSent' : 'bytesReceived']) ?? 0;
    at = Math.max(at, report.timestamp ?? 0);
    if (!sending) {
      lost += number(report['packetsLost']) ?? 0;
      jitter = number(report['jitter']) ?? jitter;
    }
    limitedBy = text(report['qualityLimitationReason']) ?? limitedBy;
    const lines = number(report['frameHeight']);
    if (lines === undefined || report['active'] === false || lines < (height ?? 0)) continue;
    height = lines;
    width = number(report['frameWidth']);
    frames = number(report['framesPerSecond']);
  }
  return {
    kind,
    bitrate: counters.bitrate(key, bytes, at),
    packetsLost: lost,
    ...(participantId === undefined ? {} : { participantId }),
    ...(jitter === undefined ? {} : { jitter }),
    ...(frames === undefined ? {} : { framesPerSecond: frames }),
    ...(width === undefined ? {} : { width }),
    ...(height === undefined ? {} : { height }),
    ...(limitedBy === undefined ? {} : { limitedBy }),
  };
}

export function summary(
  send: TransportStatistics | null,
  receive: TransportStatistics | null,
  sent: readonly TrackStatistics[],
  received: readonly TrackStatistics[],
): Statistics {
  const carrying = [send, receive].find((each) => each !== null && each.transport !== null) ?? null;
  const roundTripTime = carrying?.roundTripTime;
  return {
    transport: carrying?.transport ?? null,
    ...(roundTripTime === undefined ? {} : { roundTripTime }),
    send,
    receive,
    sent,
    received,
  };
}
