// SPDX-License-Identifier: MIT
// A line chart, drawn as SVG: a line for each server, the values under the pointer, and in words for those who do not see it.
import { useRef, useState } from 'preact/hooks';

import './line_chart.css';
import { formatNumber, formatTimeOfDay } from '../text/format';
import { useSize } from '../ui/use_size';
import { chartOf, readingAt, type ChartSeries } from './chart_model';

interface LineChartProps {
  title: string;
  unit: string;
  series: ChartSeries[];
  from: number;
  to: number;
  least: number; // the axis reaches at least so far
}

const kHeight = 190;
const kColours = 6;

export function LineChart({ title, unit, series, from, to, least }: LineChartProps) {
  const ref = useRef<HTMLDivElement>(null);
  const { width } = useSize(ref);
  const [at, setAt] = useState<number | null>(null);
  const frame = { width, height: kHeight, left: 34, right: 8, top: 10, bottom: 24 };
  const chart = chartOf(series, frame, from, to, least);
  const within = (to - from) / 40;
  const readings = at === null ? [] : readingAt(series, at, within);
  const point = (event: PointerEvent) => {
    const box = ref.current?.getBoundingClientRect();
    if (!box) return;
    const share = (event.clientX - box.left - frame.left) / Math.max(1, width - frame.left - frame.right);
    setAt(share < 0 || share > 1 ? null : from + share * (to - from));
  };
  return (
    <figure class="chart card">
      <figcaption class="chart-head">
        <h3>{title}</h3>
        <span class="quiet small number chart-reading">{at !== null ? formatTimeOfDay(new Date(at)) : unit}</span>
      </figcaption>
      <div ref={ref} class="chart-plot" onPointerMove={point} onPointerLeave={() => setAt(null)}>
        {width > 0 && (
          <svg width={width} height={kHeight} role="img" aria-label={describe(title, unit, series)}>
            {chart.yTicks.map((value) => (
              <g key={value}>
                <line x1={frame.left} x2={width - frame.right} y1={chart.y(value)} y2={chart.y(value)} class="chart-grid" />
                <text x={frame.left - 7} y={chart.y(value) + 4} text-anchor="end" class="chart-text">
                  {formatNumber(value)}
                </text>
              </g>
            ))}
            {chart.xTicks.map((time) => (
              <text key={time} x={Math.min(width - 18, Math.max(frame.left + 14, chart.x(time)))} y={kHeight - 6} text-anchor="middle" class="chart-text">
                {formatTimeOfDay(new Date(time))}
              </text>
            ))}
            {chart.paths.map((path, i) => (
              <path key={series[i]!.name} d={path} class={`chart-line stroke-${i % kColours}`} />
            ))}
            {at !== null && <line x1={chart.x(at)} x2={chart.x(at)} y1={frame.top} y2={kHeight - frame.bottom} class="chart-cursor" />}
            {readings.map((reading, i) => reading && <circle key={series[i]!.name} cx={chart.x(reading.time)} cy={chart.y(reading.value)} r="4" class={`chart-dot fill-${i % kColours}`} />)}
          </svg>
        )}
      </div>
      <ul class="chart-legend">
        {series.map(({ name, points }, i) => (
          <li key={name}>
            <span class={`chart-key fill-${i % kColours}`} aria-hidden="true" />
            <span class="clip">{name}</span>
            <span class="number">{valueText(at === null ? points.at(-1)?.value : readings[i]?.value, unit)}</span>
          </li>
        ))}
      </ul>
    </figure>
  );
}

const valueText = (value: number | undefined, unit: string) => (value === undefined ? '-' : `${formatNumber(value)}${unit === '%' ? ' %' : ''}`);

function describe(title: string, unit: string, series: readonly ChartSeries[]): string {
  const said = series.map(({ name, points }) => {
    const last = points.at(-1)?.value;
    return last === undefined ? `${name}: nothing known` : `${name}: now ${valueText(last, unit)}, at most ${valueText(Math.max(...points.map((point) => point.value)), unit)}`;
  });
  return `${title}. ${said.join('; ') || 'Nothing known yet.'}`;
}
