// SPDX-License-Identifier: MIT
// The picture of a recording: a row for each track, who spoke, what is missing; a click goes there in the player.
import { useRef } from 'preact/hooks';

import './timeline.css';
import { formatUs } from '../text/format';
import { timeStep } from '../text/ticks';
import { CameraIcon, MicIcon, ScreenIcon } from '../ui/icons';
import { useSize } from '../ui/use_size';
import { gapReason, type Span, type TimelineRow, type TimelineView } from './timeline_model';

const kRow = 30;
const kHead = 24;
const kKinds = { audio: { icon: MicIcon, word: 'microphone' }, video: { icon: CameraIcon, word: 'camera' }, screenshare: { icon: ScreenIcon, word: 'screen' } };

interface TimelineProps {
  view: TimelineView;
  positionUs: number | null;
  onSeek: (us: number) => void;
}

export function Timeline({ view, positionUs, onSeek }: TimelineProps) {
  const ref = useRef<HTMLDivElement>(null);
  const { width } = useSize(ref);
  const lines = view.speakers.length > 0 ? 1 : 0;
  const height = kHead + (view.rows.length + lines) * kRow;
  const x = (us: number) => (us / view.durationUs) * width;
  const step = timeStep(view.durationUs / 1e6, Math.max(2, Math.floor(width / 84)));
  const ticks = Array.from({ length: Math.floor(view.durationUs / 1e6 / step) + 1 }, (_, i) => i * step * 1e6);
  const seek = (event: MouseEvent) => {
    const box = ref.current?.getBoundingClientRect();
    if (box && width > 0) onSeek(Math.min(1, Math.max(0, (event.clientX - box.left) / width)) * view.durationUs);
  };
  return (
    <div class="timeline" role="region" aria-label="Timeline of the tracks" tabIndex={0}>
      <div class="timeline-labels" aria-hidden="true">
        <span class="timeline-corner" />
        {lines > 0 && <span class="timeline-label quiet">Speaking</span>}
        {view.rows.map((row) => (
          <Label key={row.track} row={row} />
        ))}
      </div>
      <div class="timeline-picture" ref={ref} onClick={seek}>
        {width > 0 && (
          <svg width={width} height={height} role="img" aria-label={describe(view)}>
            <defs>
              <pattern id="gap" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
                <rect width="2" height="6" class="timeline-hatch" />
              </pattern>
            </defs>
            {ticks.map((us) => (
              <g key={us}>
                <line x1={x(us)} x2={x(us)} y1={kHead - 6} y2={height} class="timeline-tick" />
                <text x={x(us)} y={13} text-anchor={us === 0 ? 'start' : x(us) > width - 24 ? 'end' : 'middle'} class="timeline-time">
                  {formatUs(us)}
                </text>
              </g>
            ))}
            {view.speakers.map((span) => (
              <rect key={span.fromUs} {...bar(span, x, kHead, 8)} rx="3" class="timeline-speaker">
                <title>{`${span.name} spoke, ${formatUs(span.fromUs)} to ${formatUs(span.toUs)}`}</title>
              </rect>
            ))}
            {view.rows.map((row, i) => (
              <Row key={row.track} row={row} x={x} top={kHead + (i + lines) * kRow} />
            ))}
            {view.missing.map((gap) => (
              <rect key={gap.fromUs} x={x(gap.fromUs)} width={Math.max(2, x(gap.toUs) - x(gap.fromUs))} y={kHead - 6} height={height - kHead + 6} class="timeline-missing">
                <title>{`Not recorded from ${formatUs(gap.fromUs)} to ${formatUs(gap.toUs)} (${gapReason(gap.reason)})`}</title>
              </rect>
            ))}
            {positionUs !== null && <line x1={x(positionUs)} x2={x(positionUs)} y1={kHead - 8} y2={height} class="timeline-now" />}
          </svg>
        )}
      </div>
    </div>
  );
}

function Row({ row, x, top }: { row: TimelineRow; x: (us: number) => number; top: number }) {
  return (
    <g>
      {row.spans.map((span) => (
        <rect key={span.fromUs} {...bar(span, x, top, 16)} rx="4" class={`timeline-${row.kind}`}>
          <title>{`${row.name}, ${kKinds[row.kind].word}, ${formatUs(span.fromUs)} to ${formatUs(span.toUs)}`}</title>
        </rect>
      ))}
      {row.gaps.map((gap) => (
        <rect key={gap.fromUs} {...bar(gap, x, top, 16)} fill="url(#gap)" class="timeline-gap">
          <title>{`${row.name}: nothing from ${formatUs(gap.fromUs)} to ${formatUs(gap.toUs)} (${gapReason(gap.reason)})`}</title>
        </rect>
      ))}
    </g>
  );
}

function Label({ row }: { row: TimelineRow }) {
  const Icon = kKinds[row.kind].icon;
  return (
    <span class="timeline-label">
      <Icon size={16} /> <span class="clip">{row.name}</span>
    </span>
  );
}

const bar = (span: Span, x: (us: number) => number, top: number, height: number) => ({
  x: x(span.fromUs),
  width: Math.max(1.5, x(span.toUs) - x(span.fromUs)),
  y: top + (kRow - height) / 2,
  height,
});

function describe(view: TimelineView): string {
  const people = new Set(view.rows.map((row) => row.participant)).size;
  const gaps = view.rows.reduce((sum, row) => sum + row.gaps.length, 0);
  return `Timeline of ${formatUs(view.durationUs)}: ${view.rows.length} tracks of ${people} people, ${gaps} gaps. The table of tracks has the details.`;
}
