// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import test from 'node:test';

import { logTicks, plot, ticks } from './plot.mjs';

const bars = {
  type: 'bars',
  title: 'Cost of <a> & b',
  yLabel: 'microseconds',
  series: ['stock', 'ours'],
  groups: [{ label: '1 to 10\n(cc)', note: '0.25', bars: [{ value: 8, low: 7, high: 10 }, { value: 2 }] }],
};
const lines = {
  type: 'lines',
  title: 'Latency',
  xLabel: 'subscribers',
  yLabel: 'milliseconds',
  logarithmic: true,
  limit: { y: 150, label: 'bound' },
  series: [{ name: 'p99', points: [[10, 1], [100, 10], [500, 100]] }, { name: 'p50', dashed: true, points: [[10, 0.5]] }],
};

test('bars are as high as their values, and names are escaped', () => {
  const svg = plot(bars);
  const heights = [...svg.matchAll(/class="bar s\d" [^>]* height="([\d.]+)" rx="2"\/>/g)].map(([, height]) => Number(height)).slice(-2);
  assert.ok(Math.abs(heights[0] / heights[1] - 4) < 0.02, `${heights}`);
  assert.ok(svg.includes('Cost of &lt;a&gt; &amp; b') && !svg.includes('<a>'));
  for (const word of ['microseconds', 'stock', 'ours', '1 to 10', '(cc)', '0.25']) assert.ok(svg.includes(`>${word}</text>`), word);
  assert.equal([...svg.matchAll(/class="range"/g)].length, 1);
});

test('on a logarithmic axis ten times as much is the same way up wherever it is', () => {
  const [one, ten, hundred] = [...plot(lines).matchAll(/<circle [^>]* cy="([\d.]+)"/g)].map(([, y]) => Number(y));
  assert.ok(Math.abs(one - ten - (ten - hundred)) < 0.3, `${one} ${ten} ${hundred}`);
});

test('a plot is readable by dark and by light, and nothing of it is outside', () => {
  for (const spec of [bars, lines]) {
    const svg = plot(spec);
    assert.match(svg, /prefers-color-scheme: dark/);
    const [, width, height] = svg.match(/viewBox="0 0 (\d+) (\d+)"/).map(Number);
    for (const [, axis, value] of svg.matchAll(/ c?([xy])[12]?="([-\d.]+)"/g)) assert.ok(Number(value) >= 0 && Number(value) <= (axis === 'x' ? width : height), `${axis} ${value}`);
  }
});

test('marks on the axes are round, begin at or below the least and end at or above the most', () => {
  assert.deepEqual(ticks(10), [0, 2, 4, 6, 8, 10]);
  assert.deepEqual(ticks(13.2), [0, 2, 4, 6, 8, 10, 12, 14]);
  assert.deepEqual(logTicks(0.4, 150), [0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200]);
});

test('an unknown type of plot is refused by its name', () => assert.throws(() => plot({ type: 'pie' }), /bars or lines, not pie/));
