// SPDX-License-Identifier: MIT
// One broadcast on one worker against the same on two that are piped, in turns. A machine of two cores cannot also carry the viewers of two
// busy ones, so it is measured in two ways: the CPU of both workers for each packet that arrived, and the most viewers that are served while
// each worker is held to a share of a core. What is measured goes to docs/plots/cores.json; `node bench/cores.mjs` measures it alone.
// How the server spreads the viewers of a meeting is tests/e2e/spread.test.mjs's affair.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { machine, writeSections } from './document.mjs';
import { plot } from './plot.mjs';
import { binaries } from './worker/meeting.mjs';
import { bounds, ramp } from './worker/ramp.mjs';
import { scenarios, turn } from './worker/scenarios.mjs';
import { median, medianAndRange, rangeOf } from './worker/summary.mjs';

const folder = fileURLToPath(new URL('../docs/plots/', import.meta.url));
const file = path.join(folder, 'cores.json');
const broadcast = scenarios['broadcast-300'];
const share = 0.15;
const workers = { one: 1, two: 2 };

const of = (turns, key) => turns.map((one) => one[key]);
const times = (value) => value.toFixed(2);
/** How often the packets of one worker two would serve, by the CPU that each packet costs. */
const byCost = ({ one, two }) => one.map(({ cpuUs }, at) => (2 * cpuUs) / two[at].cpuUs);
const byRamp = ({ one, two }) => two.map(({ subscribers }, at) => subscribers / one[at].subscribers);

async function measure(rounds, seconds, climbs) {
  const results = { measured: new Date().toISOString().slice(0, 10), machine: machine(), rounds, seconds, share, cost: { one: [], two: [] }, ramp: { one: [], two: [] } };
  for (let at = 0; at < rounds; ++at) {
    for (const [side, count] of Object.entries(workers)) {
      const { cpuUs, p50Ms, p99Ms, loss } = await turn(binaries.ours, { ...broadcast, workers: count }, seconds);
      results.cost[side].push({ cpuUs, p50Ms, p99Ms, loss, loadAverage: os.loadavg()[0] });
      console.log(`${side}: ${cpuUs.toFixed(2)} us a packet, p99 ${p99Ms.toFixed(2)} ms`);
    }
  }
  for (let at = 0; at < climbs; ++at) {
    for (const [side, count] of Object.entries(workers)) {
      const { subscribers, limitedByPeers, run } = await ramp(binaries.ours, { workers: count, share, start: 200 * count }, broadcast.media[0], seconds);
      results.ramp[side].push({ subscribers, limitedByPeers, p99Ms: run.p99Ms, packetsPerSecond: run.packetsPerSecond, loadAverage: os.loadavg()[0] });
      console.log(`${side}: ${subscribers} viewers with ${share * 100} % of a core for each worker`);
    }
  }
  return results;
}

/** Of what was measured: `## One meeting on two cores`. */
export function coresSection(results) {
  const { cost, ramp: climbs } = results;
  const [least, most] = rangeOf([...cost.one, ...cost.two, ...climbs.one, ...climbs.two].map(({ loadAverage }) => loadAverage)).map((value) => value.toFixed(1));
  const whole = (value) => value.toFixed(0);
  const lines = [
    '## One meeting on two cores',
    '',
    `Measured on ${results.measured}: ${results.machine}; the load average was ${least} to ${most}.`,
    '',
    `One camera of 1.5 Mbit/s, viewers with AES-256-GCM without congestion control, on one worker and on two that are piped, in turns, ${results.rounds} rounds of ${results.seconds} s; medians`,
    'and ranges. All workers share core 0 and the viewers are one thread on core 1, so the first row is the CPU of both workers together for each packet that arrived: at the same cost',
    `two cores serve twice as much. For the second row a cgroup holds each worker to ${results.share * 100} % of a core; the bounds are a loss of ${bounds.loss * 100} % and a p99 of ${bounds.p99Ms} ms, to 5 %.`,
    '',
    '| one broadcast | one worker | two workers | two serve |',
    '|---|--:|--:|--:|',
    `| CPU a packet, ${broadcast.subscribers} viewers (us) | ${medianAndRange(of(cost.one, 'cpuUs'))} | ${medianAndRange(of(cost.two, 'cpuUs'))} | **${medianAndRange(byCost(cost), times)} times** |`,
  ];
  if (climbs.one.length > 0) {
    const limit = climbs.two.some(({ limitedByPeers }) => limitedByPeers) ? 'at least ' : '';
    lines.push(`| most viewers | ${medianAndRange(of(climbs.one, 'subscribers'), whole)} | ${limit}${medianAndRange(of(climbs.two, 'subscribers'), whole)} | **${limit}${medianAndRange(byRamp(climbs), times)} times** |`);
    lines.push('', '![One core against two](plots/cores.svg)');
  }
  return [...lines, ''];
}

export function coresPlot({ ramp: climbs, share: held }) {
  return {
    type: 'bars',
    title: 'One core against two: viewers of one broadcast',
    subtitle: `the most within the bounds, each worker held to ${held * 100} % of a core; medians and ranges, ratio above`,
    yLabel: 'viewers',
    series: ['viewers'],
    groups: Object.keys(workers).map((side) => {
      const [low, high] = rangeOf(of(climbs[side], 'subscribers'));
      return {
        label: side === 'one' ? 'one worker' : 'two workers, piped',
        note: side === 'one' ? '1' : times(median(byRamp(climbs))),
        bars: [{ value: median(of(climbs[side], 'subscribers')), low, high }],
      };
    }),
  };
}

export async function coresSections(quick, { rounds = 5, seconds = 3, climbs = 3 } = {}) {
  if (quick) return coresSection(await measure(1, 1, 0));
  const results = await measure(rounds, seconds, climbs);
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(file, `${JSON.stringify(results, (_, value) => (typeof value === 'number' ? Number(value.toPrecision(5)) : value), 1)}\n`);
  fs.writeFileSync(path.join(folder, 'cores.svg'), plot(coresPlot(results)));
  return coresSection(results);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { rounds: { type: 'string' }, seconds: { type: 'string' }, climbs: { type: 'string' }, quick: { type: 'boolean', default: false } } });
  const section = await coresSections(values.quick, Object.fromEntries(Object.entries(values).filter(([key]) => key !== 'quick').map(([key, value]) => [key, Number(value)])));
  if (values.quick) console.log(section.join('\n'));
  else writeSections([section]);
  process.exit(0);
}
