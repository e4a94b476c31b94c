// SPDX-License-Identifier: MIT
// What the picture of a recording shows, out of its manifest and its timeline.jsonl (docs/recording-format.md). Pure.
import type { Gap, Kind, Manifest } from '../api/types';

export interface Span {
  fromUs: number;
  toUs: number;
}

export interface TimelineRow {
  track: string;
  participant: string;
  name: string;
  kind: Kind;
  spans: Span[]; // where there is something
  gaps: Gap[];
}

export interface TimelineView {
  durationUs: number;
  rows: TimelineRow[];
  speakers: (Span & { participant: string; name: string })[];
  missing: Gap[]; // nothing at all was recorded
}

interface TimelineLine {
  t: number;
  type: string;
  [field: string]: unknown;
}

// The last line may not be whole, and lines of later versions may be of any kind: what cannot be read is left out.
export function parseTimeline(text: string): TimelineLine[] {
  const lines: TimelineLine[] = [];
  for (const line of text.split('\n')) {
    if (line === '') continue;
    try {
      const value = JSON.parse(line) as TimelineLine;
      if (typeof value === 'object' && value !== null && typeof value.t === 'number' && typeof value.type === 'string') lines.push(value);
    } catch {
      // Not whole.
    }
  }
  return lines;
}

const kKindOrder: Record<Kind, number> = { audio: 0, video: 1, screenshare: 2 };

export function timelineView(manifest: Manifest, timeline: readonly TimelineLine[]): TimelineView {
  const names = new Map(manifest.participants.map(({ participant, name }) => [participant, name || participant]));
  for (const line of timeline) {
    if (line.type === 'participant' && typeof line.participant === 'string' && typeof line.name === 'string' && line.name) names.set(line.participant, line.name);
  }
  const nameOf = (id: string) => names.get(id) ?? id;
  const ends = manifest.tracks.flatMap((track) => track.files.map((file) => file.startUs + file.durationUs));
  const durationUs = Math.max(1, manifest.durationUs, ...ends);
  const order = [...new Set([...manifest.participants.map(({ participant }) => participant), ...manifest.tracks.map(({ participant }) => participant)])];

  const rows = manifest.tracks
    .map((track) => ({
      track: track.track,
      participant: track.participant,
      name: nameOf(track.participant),
      kind: track.kind,
      spans: without(
        track.files.map((file) => ({ fromUs: file.startUs, toUs: file.startUs + file.durationUs })),
        track.gaps,
      ),
      gaps: track.gaps,
    }))
    .sort((a, b) => order.indexOf(a.participant) - order.indexOf(b.participant) || kKindOrder[a.kind] - kKindOrder[b.kind] || (a.spans[0]?.fromUs ?? 0) - (b.spans[0]?.fromUs ?? 0));

  return {
    durationUs,
    rows,
    speakers: speakerSpans(timeline, durationUs).map((span) => ({ ...span, name: nameOf(span.participant) })),
    missing: manifest.missing,
  };
}

// The spans less the gaps, joined where they touch.
export function without(spans: readonly Span[], gaps: readonly Span[]): Span[] {
  const joined: Span[] = [];
  for (const span of [...spans].sort((a, b) => a.fromUs - b.fromUs)) {
    const last = joined[joined.length - 1];
    if (last && span.fromUs <= last.toUs) last.toUs = Math.max(last.toUs, span.toUs);
    else if (span.toUs > span.fromUs) joined.push({ ...span });
  }
  return [...gaps]
    .sort((a, b) => a.fromUs - b.fromUs)
    .reduce<Span[]>(
      (rest, gap) =>
        rest.flatMap((span) =>
          gap.toUs <= span.fromUs || gap.fromUs >= span.toUs
            ? [span]
            : [
                { fromUs: span.fromUs, toUs: gap.fromUs },
                { fromUs: gap.toUs, toUs: span.toUs },
              ].filter(({ fromUs, toUs }) => toUs > fromUs),
        ),
      joined,
    );
}

function speakerSpans(timeline: readonly TimelineLine[], durationUs: number): (Span & { participant: string })[] {
  const found: (Span & { participant: string })[] = [];
  let participant = '';
  let fromUs = 0;
  const close = (toUs: number) => {
    if (participant !== '' && toUs > fromUs) found.push({ participant, fromUs, toUs });
  };
  for (const line of timeline) {
    if (line.type !== 'speaker' || typeof line.participant !== 'string') continue;
    close(line.t);
    participant = line.participant;
    fromUs = line.t;
  }
  close(durationUs);
  return found;
}

const kReasons: Record<string, string> = {
  paused: 'paused',
  loss: 'lost packets',
  stall: 'nothing was sent',
  key_frame: 'waiting for a key frame',
  trouble: 'the disk had trouble',
  crash: 'the server crashed',
};

export const gapReason = (reason: string): string => kReasons[reason] ?? reason.replace(/_/g, ' ');

// "2 gaps, 4.2 s: paused, lost packets"
export function gapSummary(gaps: readonly Gap[]): string {
  if (gaps.length === 0) return '';
  const seconds = gaps.reduce((sum, gap) => sum + gap.toUs - gap.fromUs, 0) / 1e6;
  const reasons = [...new Set(gaps.map((gap) => gapReason(gap.reason)))];
  return `${gaps.length} ${gaps.length === 1 ? 'gap' : 'gaps'}, ${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s: ${reasons.join(', ')}`;
}
