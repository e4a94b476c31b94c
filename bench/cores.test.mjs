// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import test from 'node:test';

import { coresPlot, coresSection } from './cores.mjs';

const cost = (cpuUs) => ({ cpuUs, p50Ms: 1, p99Ms: 2, loss: 0, loadAverage: 1 });
const climb = (subscribers, limitedByPeers = false) => ({ subscribers, limitedByPeers, p99Ms: 2, packetsPerSecond: 1, loadAverage: 2 });
const results = {
  measured: '2026-01-31',
  machine: 'a machine',
  rounds: 2,
  seconds: 3,
  share: 0.15,
  cost: { one: [cost(4), cost(4)], two: [cost(4), cost(5)] },
  ramp: { one: [climb(300)], two: [climb(585, true)] },
};

test('two workers serve twice as much at the same cost of a packet, and less when it is dearer', () => {
  const line = coresSection(results).find((one) => one.startsWith('| CPU a packet'));
  assert.ok(line.endsWith('| 4.00 | 4.50 (4.00 to 5.00) | **1.80 (1.60 to 2.00) times** |'), line);
});

test('where the viewers themselves were the limit, the most is only a lower bound', () => {
  const line = coresSection(results).find((one) => one.startsWith('| most viewers'));
  assert.equal(line, '| most viewers | 300 | at least 585 | **at least 1.95 times** |');
});

test('without a climb there is no row and no plot of it', () => {
  const lines = coresSection({ ...results, ramp: { one: [], two: [] } });
  assert.ok(!lines.some((line) => line.includes('most viewers') || line.includes('cores.svg')));
});

test('the plot has a bar for one and a bar for two', () => {
  assert.deepEqual(coresPlot(results).groups.map(({ note, bars: [{ value }] }) => [note, value]), [['1', 300], ['1.95', 585]]);
});
