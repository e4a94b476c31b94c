// SPDX-License-Identifier: MIT
// The forwarding part of `make bench`: our worker beside mediasoup's own data path, built from the same source, in turns. What is measured
// goes to docs/plots/forwarding.json; the tables and plots are made of that file, so a part can be measured again alone:
//   node bench/forwarding.mjs [SCENARIO | ramp | ramp-cc ...] [--rounds N] [--seconds S] [--add] [--draw]
// `--add` keeps the rounds that were measured before, `--draw` measures nothing.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { machine, writeSections } from './document.mjs';
import { plot } from './plot.mjs';
import { binaries, socketBuffer } from './worker/meeting.mjs';
import { bounds, ramp } from './worker/ramp.mjs';
import { scenarios, turn } from './worker/scenarios.mjs';
import { digits, line, median, medianAndRange, rangeOf, ratios } from './worker/summary.mjs';

const folder = fileURLToPath(new URL('../docs/plots/', import.meta.url));
const file = path.join(folder, 'forwarding.json');
const sides = ['stock', 'ours'];
const camera = scenarios['broadcast-300'].media[0];
const ramps = { ramp: { title: 'without' }, 'ramp-cc': { title: 'with', transportCc: true } };

const percent = (share) => `${(share * 100).toFixed(share > 0 && share < 0.01 ? 2 : 0)} %`;
const round = (value) => (typeof value === 'number' ? Number(value.toPrecision(5)) : value);
const rounded = (object) => Object.fromEntries(Object.entries(object).map(([key, value]) => [key, round(value)]));

async function measure(name, rounds, seconds, before) {
  const result = { measured: new Date().toISOString().slice(0, 10), machine: machine(), socketBuffer, seconds: Math.max(seconds, scenarios[name]?.leastSeconds ?? 0), stock: before?.stock ?? [], ours: before?.ours ?? [] };
  for (let at = 0; at < rounds; ++at) {
    for (const side of sides) {
      const loadAverage = os.loadavg()[0];
      if (ramps[name]) {
        const { steps, run, ...rest } = await ramp(binaries[side], ramps[name], camera, seconds);
        result[side].push({ ...rest, loadAverage, run: rounded(run), steps: steps.map(rounded) });
        console.log(`${name} ${side}: ${rest.subscribers} subscribers${rest.limitedByPeers ? ', the peers were the limit' : ''}; ${line(run)}`);
      } else {
        const one = await turn(binaries[side], scenarios[name], seconds);
        result[side].push(rounded({ ...one, loadAverage }));
        console.log(`${name} ${side}: ${line(one)}`);
      }
    }
  }
  return result;
}

// A worker that loses much has also paid for what never arrived.
const pastLimit = (result) => sides.some((side) => median(of(result[side], 'loss')) > 0.01);
const of = (turns, key) => turns.map((one) => one[key]);

function scenarioTable(results, wanted) {
  const lines = ['| load | packets a second | mediasoup, us a packet | ours | ratio | p50 ms: mediasoup | ours | p99 ms: mediasoup | ours | lost: mediasoup | ours |', '|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|'];
  for (const [name, { title }] of Object.entries(scenarios)) {
    if (!wanted(name) || !results[name]) continue;
    const { stock, ours } = results[name];
    const cells = [title, `${(median(of(ours, 'packetsPerSecond')) / 1000).toFixed(1)} k`];
    const ratio = medianAndRange(ratios(stock, ours, 'cpuUs'), (value) => value.toFixed(2));
    cells.push(medianAndRange(of(stock, 'cpuUs')), medianAndRange(of(ours, 'cpuUs')), pastLimit(results[name]) ? `(${ratio})` : `**${ratio}**`);
    for (const key of ['p50Ms', 'p99Ms']) cells.push(medianAndRange(of(stock, key)), medianAndRange(of(ours, key)));
    cells.push(...sides.map((side) => percent(Math.max(0, median(of(results[name][side], 'loss'))))));
    lines.push(`| ${cells.join(' | ')} |`);
  }
  return lines;
}

function rampTable(results) {
  const lines = ['| congestion control | mediasoup: subscribers | ours | ratio | packets a second: mediasoup | ours |', '|---|--:|--:|--:|--:|--:|'];
  for (const [name, { title }] of Object.entries(ramps)) {
    if (!results[name]) continue;
    const { stock, ours } = results[name];
    const whole = (value) => value.toFixed(0);
    const packets = (turns) => `${(median(turns.map(({ run }) => run.packetsPerSecond)) / 1000).toFixed(0)} k`;
    const least = ours.some(({ limitedByPeers }) => limitedByPeers) ? 'at least ' : '';
    const ratio = medianAndRange(ratios(stock, ours, 'subscribers'), (value) => value.toFixed(2));
    lines.push(`| ${title} | ${medianAndRange(of(stock, 'subscribers'), whole)} | ${least}${medianAndRange(of(ours, 'subscribers'), whole)} | **${least}${ratio}** | ${packets(stock)} | ${packets(ours)} |`);
  }
  return lines;
}

/** Of what was measured: `## Forwarding`. */
export function forwardingSection(results) {
  const all = Object.values(results);
  const plain = Object.entries(results).filter(([name]) => !ramps[name]).map(([, one]) => one);
  const turns = plain.flatMap((one) => sides.flatMap((side) => one[side]));
  const climbs = Object.entries(results).filter(([name]) => ramps[name]).flatMap(([, one]) => sides.flatMap((side) => one[side]));
  const climbedOnce = Object.keys(ramps).every((name) => !results[name] || results[name].ours.length === 1);
  const days = [...new Set(all.map(({ measured }) => measured))].sort();
  const machines = [...new Set(all.map((one) => one.machine))];
  const buffered = Object.keys(results).filter((name) => results[name].socketBuffer === socketBuffer);
  const averages = rangeOf(all.flatMap((one) => sides.flatMap((side) => of(one[side], 'loadAverage'))).filter(Number.isFinite)).map((value) => value.toFixed(1));
  const rounds = rangeOf(plain.map(({ ours }) => ours.length));
  const seconds = rangeOf(plain.map((one) => one.seconds));
  const range = ([least, most]) => (least === most ? `${least}` : `${least} to ${most}`);
  const overflows = turns.reduce((sum, one) => sum + one.overflows, 0);
  const wrong = turns.reduce((sum, one) => sum + one.wrong, 0);
  return [
    '## Forwarding',
    '',
    `Measured on ${days.join(' and ')}: ${machines.join('; ')}; the load average was ${averages.join(' to ')}, so the machine did other things beside.`,
    '',
    "The worker on core 0 as we build it, beside mediasoup's own data path built from the same source with libsrtp on OpenSSL and dense hash maps",
    '([what differs](../third_party/mediasoup/README.md#the-data-path)). The peers are one thread on core 1 and come over the loopback through one WebRtcServer port with real ICE,',
    'DTLS and SRTP (AES-256-GCM where nothing else is said). A camera is VP8 of 1.5 Mbit/s in 30 bursts a second of five to seven packets, a small one 200 kbit/s in 15, a',
    'microphone 50 packets of 80 bytes a second. The two workers ran in turns,',
    ...(turns.every(({ preferred }) => preferred) ? ['at real-time priority, because what else runs on a core otherwise is most of the latency of a small load,'] : []),
    `${range(rounds)} rounds of ${range(seconds)} s after a warm-up; medians and ranges of the rounds, the ratio's of rounds side by side. CPU is all of the worker's, user and system,`,
    'with the half of the loopback that receives, which a network card would take off both. Latency is from before the sender encrypts to the kernel\'s stamp at the receiver.',
    `Both workers' UDP sockets have the buffers of ${socketBuffer >> 20} MiB that the server gives them${buffered.length === all.length ? '' : `, where named here: ${buffered.join(', ') || 'nowhere'}; elsewhere the kernel's, which hold some 100 packets`}.`,
    'Subscribers send no receiver reports; with congestion control they report arrivals ten times a second.',
    `Of ${turns.length} turns ${wrong} packets failed to decrypt into what was sent (of the 8000 a second looked at), and the peers lost ${overflows} themselves; their thread was busy for at most`,
    `${percent(Math.max(...of(turns, 'peersLoad')))} of its time. Loss beyond that is what came later than 0.3 s after the end, or never: a worker past its limit,`,
    'which has also paid for what was lost; such ratios are in brackets.',
    '',
    ...scenarioTable(results, (name) => name.startsWith('broadcast') && !name.endsWith('-cc')),
    '',
    'With transport-wide congestion control, as browsers have it for video:',
    '',
    ...scenarioTable(results, (name) => name.endsWith('-cc') || name.startsWith('mesh')),
    '',
    'Other shapes, without it:',
    '',
    ...scenarioTable(results, (name) => !name.startsWith('broadcast') && !name.startsWith('mesh')),
    '',
    `The highest load of one core: subscribers of one camera, with loss under ${percent(bounds.loss)} and p99 at most ${bounds.p99Ms} ms in one of three tries`,
    `(the machine's own hiccups break both at any load)${climbs.some(({ run }) => !run.preferred) ? '; the worker without real-time priority' : ''}. The peers' thread was busy for at most ${percent(Math.max(...climbs.map(({ run }) => run.peersLoad)))}.`,
    `${climbedOnce ? 'Each was climbed once, so a figure is one number of its moment' : 'Medians and ranges of the climbs'}.`,
    '',
    ...rampTable(results),
    '',
    '![CPU of a forwarded packet](plots/forwarding-cost.svg)',
    '',
    '![Latency against load](plots/forwarding-latency.svg)',
    '',
  ];
}

/** By the number of subscribers, the median over the rounds of the try that counted: the one that kept the bounds, or else the last. */
function rampPoints(rounds, key) {
  const byLoad = new Map();
  for (const { steps } of rounds) {
    const counted = new Map(steps.map((step) => [step.subscribers, step[key]]));
    for (const [subscribers, value] of counted) byLoad.set(subscribers, [...(byLoad.get(subscribers) ?? []), value]);
  }
  // What was only tried to close in on one round's limit is left out.
  return [...byLoad].filter(([, values]) => values.length >= rounds.length).map(([subscribers, values]) => [subscribers, median(values)]).sort(([one], [other]) => one - other);
}

export function plots(results) {
  const short = { audio: '10 mics\nto 100', simulcast: 'simulcast\nto 300', 'aes-cm-300': 'AES-CM\nto 300', 'tcp-100': 'TCP\nto 100', 'mesh-10': '10 x 10\n(cc)', 'mesh-30': '30 x 30\n(cc)' };
  const shown = Object.keys(scenarios).filter((name) => results[name]);
  const cost = {
    type: 'bars',
    title: 'CPU of one core for a forwarded packet',
    subtitle: 'medians and ranges, ratio above; 1 to N: one camera; cc: congestion control; loss: mediasoup is past its limit',
    yLabel: 'microseconds a packet',
    series: ['mediasoup', 'Doordarshan'],
    groups: shown.map((name) => ({
      label: short[name] ?? `1 to ${scenarios[name].subscribers}${name.endsWith('-cc') ? '\n(cc)' : ''}`,
      note: pastLimit(results[name]) ? 'loss' : median(ratios(results[name].stock, results[name].ours, 'cpuUs')).toFixed(2),
      bars: sides.map((side) => {
        const values = of(results[name][side], 'cpuUs');
        const [low, high] = rangeOf(values);
        return { value: median(values), low, high };
      }),
    })),
  };
  const climb = (side, key) => {
    const points = rampPoints(results.ramp[side], key);
    // Below the loads with which the ramps begin.
    const small = ['broadcast-10', 'broadcast-100'].filter((name) => results[name] && scenarios[name].subscribers < points[0][0]);
    return [...small.map((name) => [scenarios[name].subscribers, median(of(results[name][side], key))]), ...points];
  };
  const latency = results.ramp && {
    type: 'lines',
    title: 'Latency against load, one core',
    subtitle: 'one camera to so many subscribers, until none of three tries keeps the bound; medians',
    xLabel: 'subscribers',
    yLabel: 'milliseconds',
    logarithmic: true,
    limit: { y: bounds.p99Ms, label: `bound of ${bounds.p99Ms} ms` },
    series: sides.flatMap((side, colour) =>
      [['p50Ms', 'p50', true], ['p99Ms', 'p99', false]].map(([key, word, dashed]) => ({
        name: `${side === 'ours' ? 'Doordarshan' : 'mediasoup'} ${word}`,
        colour,
        dashed,
        points: climb(side, key),
      })),
    ),
  };
  return { 'forwarding-cost.svg': cost, ...(latency && { 'forwarding-latency.svg': latency }) };
}

export async function forwardingSections(quick, { names, rounds = 3, seconds = 3, add = false } = {}) {
  if (quick) {
    const results = {};
    for (const name of ['broadcast-100', 'broadcast-100-cc']) results[name] = await measure(name, 1, 1);
    return forwardingSection(results);
  }
  const results = fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : {};
  for (const name of names ?? [...Object.keys(scenarios), ...Object.keys(ramps)]) {
    results[name] = await measure(name, rounds, seconds, add ? results[name] : undefined);
    // At once: the whole takes long, and what is measured is not lost when it is broken off.
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(file, `{\n${Object.entries(results).map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)}`).join(',\n')}\n}\n`);
  }
  for (const [name, spec] of Object.entries(plots(results))) fs.writeFileSync(path.join(folder, name), plot(spec));
  return forwardingSection(results);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { rounds: { type: 'string' }, seconds: { type: 'string' }, add: { type: 'boolean' }, draw: { type: 'boolean' } } });
  const unknown = positionals.find((name) => !scenarios[name] && !ramps[name]);
  if (unknown) {
    console.error(`no scenario is called ${unknown}: ${[...Object.keys(scenarios), ...Object.keys(ramps)].join(' ')}`);
    process.exit(2);
  }
  const names = values.draw ? [] : positionals.length > 0 ? positionals : undefined;
  writeSections([await forwardingSections(false, { names, add: values.add, ...(values.rounds && { rounds: Number(values.rounds) }), ...(values.seconds && { seconds: Number(values.seconds) }) })]);
  process.exit(0);
}
