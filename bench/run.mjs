// SPDX-License-Identifier: MIT
// `make bench`: starts a server for each database, runs the API benchmark against it with media flowing, measures the first picture in
// Chromium, signaling, forwarding and recording, prints tables and writes docs/benchmarks.md. It judges nothing: figures go with
// conditions. `--only=forwarding,recording` measures and writes these sections again; `--quick` is a short look that writes nothing.
import { spawn } from 'node:child_process';
import path from 'node:path';

import { openBrowser } from '../tests/e2e/lib/browser.mjs';
import { allSeeAndHear, openCall } from '../tests/e2e/lib/call.mjs';
import { startMariaDb } from '../tests/e2e/lib/mariadb.mjs';
import { binary, repository, startServer } from '../tests/e2e/lib/server.mjs';
import { coresSections } from './cores.mjs';
import { conditions, writeSections } from './document.mjs';
import { forwardingSections } from './forwarding.mjs';
import { recordingSections } from './recording.mjs';
import { signalingSections } from './signaling.mjs';

const quick = process.argv.includes('--quick');
const meetings = quick ? 20 : 200;
const rounds = quick ? 50 : 400;
const joins = quick ? 10 : 40;

function run(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (data) => (output += data));
    child.once('error', reject);
    child.once('exit', (code) => (code === 0 ? resolve(output) : reject(new Error(`${command} ended with ${code}`))));
  });
}

// The 99th percentile out of a Prometheus histogram: the upper edge of the bucket in which it falls.
function histogramP99(metrics, name) {
  const buckets = [...metrics.matchAll(new RegExp(`^${name}_bucket\\{le="([^"]+)"\\} (\\d+)`, 'gm'))].map(([, edge, count]) => [edge, Number(count)]);
  const total = buckets.at(-1)?.[1] ?? 0;
  return buckets.find(([, count]) => count >= total * 0.99)?.[0];
}

async function measureApi(name, database) {
  const [server, browser] = await Promise.all([startServer({ name: `bench-${name}`, database }), openBrowser()]);
  try {
    const meeting = await server.openMeeting('call');
    await allSeeAndHear(await openCall(browser, server, meeting)); // real media flows while the calls are measured
    const port = new URL(server.origin).port;
    const report = JSON.parse(await run(path.join(path.dirname(binary), 'doordarshan-api-bench'), [port, String(server.pid), String(meetings), String(rounds)]));
    report.loopLagP99Seconds = histogramP99((await server.get('/metrics')).text, 'doordarshan_loop_lag_seconds');
    return { name, report };
  } finally {
    await browser.close();
    await server.kill();
  }
}

const ms = (value) => value.toFixed(value < 10 ? 2 : 1);

async function apiSections() {
  const results = [await measureApi('SQLite')];
  const mariadb = await startMariaDb();
  try {
    results.push(await measureApi('MariaDB', mariadb.url));
  } finally {
    await mariadb.stop();
  }
  return [
    '## Media API',
    '',
    `${meetings} meetings of 10 participants are present (each sends sound and a picture and watches two others, without media),`,
    'one call in Chromium runs beside them, and one more participant at a time makes each call. Loopback, one connection.',
    '',
    ...apiTables(results),
    '',
    'A join is six calls, each an HTTP request of its own, four of them with a committed transaction and three with an answer of a worker;',
    '[docs/adr/0017-what-a-join-costs.md](adr/0017-what-a-join-costs.md) says where the time goes.',
    '',
  ];
}

async function pictureSections() {
  const picture = JSON.parse((await run(process.execPath, [path.join(repository, 'tests/e2e/first_picture.mjs'), String(joins), '--json'])).trim().split('\n').at(-1));
  return [
    '## First picture',
    '',
    `A viewer joins a running camera (VP8, 640x360) ${picture.joins} times in Chromium on loopback; from the click to the first decoded frame:`,
    '',
    '| median | 95th percentile | slowest |',
    '|--:|--:|--:|',
    `| ${picture.medianMs} ms | ${picture.p95Ms} ms | ${picture.maxMs} ms |`,
    '',
  ];
}

function apiTables(results) {
  const routes = results[0].report.routes.map(({ route }) => route);
  const header = results.map(({ name }) => `${name} p50 | ${name} p99 | ${name} max`).join(' | ');
  const lines = [`| call (ms) | ${header} |`, `|---|${'--:|--:|--:|'.repeat(results.length)}`];
  for (const route of routes) {
    const cells = results.map(({ report }) => {
      const row = report.routes.find((candidate) => candidate.route === route);
      return `${ms(row.p50)} | ${ms(row.p99)} | ${ms(row.max)}`;
    });
    lines.push(`| ${route} | ${cells.join(' | ')} |`);
  }
  lines.push('', `| | ${results.map(({ name }) => name).join(' | ')} |`, `|---|${'--:|'.repeat(results.length)}`);
  const row = (title, value) => lines.push(`| ${title} | ${results.map(({ report }) => value(report)).join(' | ')} |`);
  row('joins a second (joinMeeting, both transports, both connects, leave)', (report) => report.joins.perSecond.toFixed(0));
  row('control-process CPU a join', (report) => `${(report.joins.serverCpuSecondsPerJoin * 1000).toFixed(2)} ms`);
  row('control-loop lag, p99 at most', (report) => `${Number(report.loopLagP99Seconds) * 1000} ms`);
  row('server memory per idle participant', (report) => `${(report.serverBytesPerParticipant / 1024).toFixed(1)} KiB`);
  row('worker memory per idle participant', (report) => `${(report.workerBytesPerParticipant / 1024).toFixed(1)} KiB`);
  return lines;
}

// Each gives the lines of its section.
const parts = {
  api: apiSections,
  picture: pictureSections,
  signaling: () => signalingSections(quick),
  forwarding: () => forwardingSections(quick),
  cores: () => coresSections(quick),
  recording: () => recordingSections(quick),
};
const only = process.argv.find((argument) => argument.startsWith('--only='))?.slice('--only='.length).split(',');
const unknown = only?.find((name) => !parts[name]);
if (unknown) {
  console.error(`no part is called ${unknown}: ${Object.keys(parts).join(' ')}`);
  process.exit(2);
}
for (const name of only ?? Object.keys(parts)) {
  const [title, ...lines] = await parts[name]();
  // These are made of what was measured on days of their own, and say so themselves.
  const section = ['forwarding', 'cores'].includes(name) ? [title, ...lines] : [title, '', conditions(), ...lines];
  console.log(section.join('\n'));
  if (!quick) writeSections([section]);
}
