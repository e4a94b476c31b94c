// SPDX-License-Identifier: MIT
// A line chart as numbers: scales, paths, ticks, and what lies under the pointer. Pure.
import { niceScale, timeStep } from '../text/ticks';

export interface ChartPoint {
  time: number; // milliseconds
  value: number;
}

export interface ChartSeries {
  name: string;
  points: ChartPoint[]; // in order of time
}

export interface ChartFrame {
  width: number;
  height: number;
  left: number;
  right: number;
  top: number;
  bottom: number;
}

export interface Chart {
  paths: string[]; // of the series, in order; a hole where a sample is missing
  x: (time: number) => number;
  y: (value: number) => number;
  yTicks: number[];
  xTicks: number[];
  from: number;
  to: number;
}

// A line is not drawn across more than this many usual distances between samples: the server was away.
const kHole = 3.5;

export function chartOf(series: readonly ChartSeries[], frame: ChartFrame, from: number, to: number, least: number): Chart {
  const values = series.flatMap(({ points }) => points.map(({ value }) => value));
  const { top, step } = niceScale(Math.max(least, ...values));
  const plotWidth = Math.max(1, frame.width - frame.left - frame.right);
  const plotHeight = Math.max(1, frame.height - frame.top - frame.bottom);
  const x = (time: number) => frame.left + ((time - from) / Math.max(1, to - from)) * plotWidth;
  const y = (value: number) => frame.top + (1 - value / top) * plotHeight;
  const every = timeStep((to - from) / 1000, Math.max(2, Math.floor(plotWidth / 90))) * 1000;
  const first = firstTick(from, every);
  return {
    paths: series.map(({ points }) => pathOf(points, x, y)),
    x,
    y,
    yTicks: Array.from({ length: Math.round(top / step) + 1 }, (_, i) => i * step),
    xTicks: Array.from({ length: Math.max(0, Math.floor((to - first) / every) + 1) }, (_, i) => first + i * every),
    from,
    to,
  };
}

// Ticks are at round local times.
function firstTick(from: number, every: number): number {
  const offset = new Date(from).getTimezoneOffset() * 60_000;
  return Math.ceil((from - offset) / every) * every + offset;
}

function pathOf(points: readonly ChartPoint[], x: (time: number) => number, y: (value: number) => number): string {
  const distances = points.slice(1).map((point, i) => point.time - points[i]!.time);
  const usual = [...distances].sort((a, b) => a - b)[Math.floor(distances.length / 2)] ?? Infinity;
  return points
    .map((point, i) => {
      const apart = i === 0 || point.time - points[i - 1]!.time > usual * kHole;
      return `${apart ? 'M' : 'L'}${x(point.time).toFixed(1)} ${y(point.value).toFixed(1)}`;
    })
    .join('');
}

// The sample of each series that is nearest to a time, if one is near enough to be meant.
export function readingAt(series: readonly ChartSeries[], time: number, within: number): (ChartPoint | null)[] {
  return series.map(({ points }) => {
    let best: ChartPoint | null = null;
    for (const point of points) {
      if (Math.abs(point.time - time) <= within && (best === null || Math.abs(point.time - time) < Math.abs(best.time - time))) best = point;
    }
    return best;
  });
}
