// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import test from 'node:test';

import { forwardingSection, plots } from './forwarding.mjs';

const turn = (cpuUs, more = {}) => ({ cpuUs, loss: 0, wrong: 0, overflows: 0, p50Ms: 1, p99Ms: 2, maxMs: 3, packetsPerSecond: 54_000, workerLoad: 0.4, peersLoad: 0.3, preferred: true, loadAverage: 1, ...more });
const measured = (stock, ours) => ({ measured: '2026-01-31', machine: 'a machine', seconds: 3, stock, ours });
const climb = (subscribers, limitedByPeers = false) => ({
  subscribers,
  limitedByPeers,
  loadAverage: 2,
  run: turn(5, { packetsPerSecond: subscribers * 178 }),
  steps: [100, subscribers].map((load) => ({ subscribers: load, good: true, ...turn(5, { p99Ms: load / 10 }) })),
});
const results = {
  'broadcast-300': measured([turn(8), turn(16)], [turn(4), turn(6)]),
  'mesh-10': measured([turn(10)], [turn(7, { loss: 0.02 })]),
  ramp: measured([climb(500), climb(520)], [climb(1100), climb(1200, true)]),
};

test('a ratio is the median of rounds side by side, with its range', () => {
  const line = forwardingSection(results).find((one) => one.startsWith('| 1 to 300 |'));
  assert.ok(line.includes('| 12.0 (8.00 to 16.0) | 5.00 (4.00 to 6.00) | **0.44 (0.38 to 0.50)** |'), line);
});

test('where the peers were the limit, the highest load is only a lower bound', () => {
  const line = forwardingSection(results).find((one) => one.startsWith('| without |'));
  assert.ok(line.includes('| 510 (500 to 520) | at least 1150 (1100 to 1200) | **at least 2.25 (2.20 to 2.31)** |'), line);
});

test('each scenario is in one table only, and loss is said', () => {
  const text = forwardingSection(results).join('\n');
  assert.equal(text.split('| 10 x 10, sound and picture |').length, 2);
  assert.match(text, /\| 10 x 10, .* \| 0 % \| 2 % \|/);
  assert.match(text, /Of 6 turns 0 packets failed/);
  assert.match(text, /\| \(0\.70\) \|/, 'a ratio where a side has lost much stands in brackets');
});

test('the plot of latency has the loads that every round has tried', () => {
  const { series } = plots(results)['forwarding-latency.svg'];
  assert.deepEqual(series.map(({ name, points }) => [name, points.map(([load]) => load)]), [
    ['mediasoup p50', [100]],
    ['mediasoup p99', [100]],
    ['Doordarshan p50', [100]],
    ['Doordarshan p99', [100]],
  ]);
});
