// SPDX-License-Identifier: MIT
// Scales, gaps and the values under the pointer.
import { describe, expect, it } from 'vitest';

import { chartOf, readingAt } from './chart_model';

const frame = { width: 540, height: 220, left: 30, right: 10, top: 10, bottom: 10 };
const points = (...values: [number, number][]) => values.map(([time, value]) => ({ time, value }));

describe('a chart', () => {
  it('puts times and values where they belong', () => {
    const chart = chartOf([{ name: 'a', points: points([0, 0], [1000, 100]) }], frame, 0, 1000, 1);
    expect(chart.paths[0]).toBe('M30.0 210.0L530.0 10.0');
    expect(chart.yTicks).toEqual([0, 50, 100]);
  });

  it('leaves a hole where samples are missing', () => {
    const chart = chartOf([{ name: 'a', points: points([0, 1], [10, 1], [20, 1], [90, 1], [100, 1]) }], frame, 0, 100, 1);
    expect(chart.paths[0]!.match(/M/g)).toHaveLength(2);
  });

  it('is there when nothing is known yet', () => {
    const chart = chartOf([{ name: 'a', points: [] }], frame, 0, 3_600_000, 100);
    expect(chart.paths).toEqual(['']);
    expect(chart.xTicks.length).toBeGreaterThan(1);
    for (const tick of chart.xTicks) expect(tick).toBeLessThanOrEqual(3_600_000);
  });

  it('is never scaled by less than what the axis means', () => {
    expect(chartOf([{ name: 'cpu', points: points([0, 3]) }], frame, 0, 10, 100).yTicks.at(-1)).toBe(100);
  });
});

describe('what lies under the pointer', () => {
  const series = [{ name: 'a', points: points([0, 1], [10, 2], [20, 3]) }, { name: 'b', points: points([0, 9]) }];

  it('is each series’ nearest sample, unless none is near', () => {
    expect(readingAt(series, 11, 6).map((point) => point?.value ?? null)).toEqual([2, null]);
    expect(readingAt(series, 1, 6).map((point) => point?.value ?? null)).toEqual([1, 9]);
  });
});
