// SPDX-License-Identifier: MIT
// The signaling part of `make bench`: joins a second, one event to a thousand sockets, memory of idle sockets, and how long it takes from
// opening a link to the first picture. `node bench/signaling.mjs [--quick]` runs it alone.
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';

import WebSocket from 'ws';

import { openBrowser } from '../tests/e2e/lib/browser.mjs';
import { startServer } from '../tests/e2e/lib/server.mjs';
import { everything, signalingUrl, tokensOf } from '../tests/e2e/lib/signaling.mjs';
import { percentile, sleep, until } from '../tests/e2e/lib/wait.mjs';
import { joinMeeting, openTab, printedLinks } from '../tests/e2e/lib/web_app.mjs';

const ticksPerSecond = 100; // of /proc/PID/stat on every Linux there is
const meetingOf = 10;
const atOnce = 8;

const ascending = (values) => [...values].sort((a, b) => a - b);
const median = (values) => percentile(ascending(values), 0.5);
const ms = (value) => (value < 10 ? value.toFixed(1) : value.toFixed(0));
const range = (values, text = ms) => `${text(median(values))} (${text(Math.min(...values))} to ${text(Math.max(...values))})`;

function cpuSeconds(pid) {
  const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
  const [user, system] = stat.slice(stat.lastIndexOf(')') + 2).split(' ').slice(11, 13).map(Number);
  return (user + system) / ticksPerSecond;
}

// A participant who does as little as possible, so that the server is measured and not this process: what she hears is parsed by nobody.
class Socket {
  constructor(url) {
    this.socket = new WebSocket(url, { perMessageDeflate: false });
    this.open = new Promise((resolve, reject) => this.socket.once('open', resolve).once('error', reject));
    this.socket.on('message', (data) => this.hear(data));
  }

  hear(data) {
    if (data.includes('"method":"message"')) return this.onMessage?.();
    if (this.answered && data.includes('"id":1')) {
      if (!data.includes('"result"')) throw new Error(String(data));
      this.answered();
    }
  }

  async ask(method, params) {
    const answered = new Promise((resolve) => (this.answered = resolve));
    this.socket.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }));
    await answered;
    this.answered = undefined;
  }

  async end() {
    const closed = new Promise((resolve) => this.socket.once('close', resolve));
    await this.ask('leave');
    await closed;
  }
}

// Runs `job` for 0 .. count - 1, so many at a time.
async function inParallel(count, job) {
  let next = 0;
  const results = [];
  await Promise.all(Array.from({ length: atOnce }, async () => {
    while (next < count) {
      const number = next++;
      results[number] = await job(number);
    }
  }));
  return results;
}

const start = (name) => startServer({ name, workers: 2, env: { DEVELOPMENT: 'true', CAPACITY: '100000', MEETING_SIZE: String(meetingOf), LOG_LEVEL: 'warn' } });

async function enter(server, token, participant) {
  const begun = performance.now();
  const socket = new Socket(signalingUrl(server));
  await socket.open;
  await socket.ask('join', { token, instanceId: 'bench', participantId: participant });
  socket.took = performance.now() - begun;
  return socket;
}

async function measureJoins(quick) {
  const server = await start('bench-joins');
  try {
    const tokenOf = tokensOf(server);
    const rounds = [];
    for (let round = 0; round <= (quick ? 1 : 5); ++round) {
      const count = quick ? 100 : 400;
      const tokens = Array.from({ length: count / meetingOf }, (_, number) => tokenOf({ meeting: `joins-${round}-${number}`, grants: everything }));
      const cpu = cpuSeconds(server.pid);
      const begun = performance.now();
      const sockets = await inParallel(count, (number) => enter(server, tokens[Math.floor(number / meetingOf)], `p-${number}`));
      const seconds = (performance.now() - begun) / 1000;
      const times = ascending(sockets.map(({ took }) => took));
      const result = { perSecond: count / seconds, p50: percentile(times, 0.5), p99: percentile(times, 0.99), cpuMs: ((cpuSeconds(server.pid) - cpu) / count) * 1000 };
      if (round > 0) rounds.push(result); // the first warms the server up
      await Promise.all(sockets.map((socket) => socket.end()));
    }
    return rounds;
  } finally {
    await server.kill();
  }
}

async function measureMemory(quick) {
  const server = await start('bench-memory');
  try {
    const tokenOf = tokensOf(server);
    const count = quick ? 200 : 1000;
    const resident = async () => {
      await sleep(3000); // until the last join's work is done and its buffers are given back
      const { residentKb, childrenKb } = server.footprint();
      return { server: residentKb, workers: childrenKb.reduce((sum, kb) => sum + kb, 0) };
    };
    await Promise.all((await inParallel(20, (number) => enter(server, tokenOf({ meeting: 'warm' }), `p-${number}`))).map((socket) => socket.end()));
    const before = await resident();
    const strangers = await inParallel(count, async () => {
      const socket = new Socket(signalingUrl(server));
      await socket.open;
      return socket;
    });
    const connected = await resident();
    await Promise.all(strangers.map(({ socket }) => new Promise((resolve) => socket.once('close', resolve).close())));
    const again = await resident();
    await inParallel(count, (number) => enter(server, tokenOf({ meeting: `idle-${Math.floor(number / meetingOf)}` }), `p-${number}`));
    const joined = await resident();
    return { count, connected: (connected.server - before.server) / count, joined: (joined.server - again.server) / count, workers: (joined.workers - again.workers) / count };
  } finally {
    await server.kill();
  }
}

// One message at a time to all others of its meeting, or of each of several meetings at once.
async function measureFanOut(quick, meetings) {
  const server = await start('bench-fan-out');
  try {
    const tokenOf = tokensOf(server);
    const count = quick ? 200 : 1000;
    const tokens = Array.from({ length: meetings }, (_, number) => tokenOf({ meeting: `fan-out-${number}` }));
    const joining = performance.now();
    const sockets = await inParallel(count, (number) => enter(server, tokens[number % meetings], `p-${number}`));
    const joinSeconds = (performance.now() - joining) / 1000;
    await sleep(3000);
    const senders = sockets.slice(0, meetings);
    const p50 = [];
    const p99 = [];
    const cpu = cpuSeconds(server.pid);
    const events = quick ? 10 : 40;
    for (let event = 0; event < events; ++event) {
      const times = [];
      const sent = performance.now();
      const all = new Promise((resolve) => {
        for (const socket of sockets) {
          socket.onMessage = () => {
            times.push(performance.now() - sent);
            if (times.length === count - meetings) resolve();
          };
        }
      });
      await Promise.all(senders.map((sender) => sender.ask('message.send', { data: 'Good morning, everybody', topic: 'chat' })));
      await all;
      p50.push(percentile(ascending(times), 0.5));
      p99.push(percentile(ascending(times), 0.99));
      await sleep(100);
    }
    return { count, p50, p99, joinSeconds, last: median(sockets.slice(-50).map(({ took }) => took)), cpuMs: ((cpuSeconds(server.pid) - cpu) / events) * 1000 };
  } finally {
    await server.kill();
  }
}

// In the page: somebody with an infinitely fast hand whose name the browser remembers, and a look at what is shown every few milliseconds.
function hurry() {
  localStorage.setItem('dd.name', 'Bela');
  const seen = (window.seen = {});
  const look = () => {
    const now = performance.timeOrigin + performance.now();
    const button = document.querySelector('form button[type=submit]');
    if (button && !seen.lobby) {
      seen.lobby = now;
      button.click();
    }
    if (!seen.joined && document.querySelector('[data-tile]')) seen.joined = now;
    for (const tile of document.querySelectorAll('[data-tile]')) {
      if (tile.getAttribute('aria-label').startsWith('You')) continue;
      if (tile.querySelector('video')?.getVideoPlaybackQuality().totalVideoFrames > 0) seen.picture ??= now;
    }
    if (!seen.picture) setTimeout(look, 4);
  };
  document.addEventListener('DOMContentLoaded', look);
}

async function measureFirstPicture(quick) {
  const [server, browser] = await Promise.all([start('bench-link'), openBrowser({ pages: false, fps: 20 })]);
  try {
    const { meeting: link } = await printedLinks(server);
    await joinMeeting(browser, link, 'Asha');
    const samples = [];
    for (let visit = 0; visit < (quick ? 3 : 15); ++visit) {
      const page = await openTab(browser, 'Bela');
      await page.addInitScript(hurry);
      const opened = Date.now();
      await page.goto(link, { waitUntil: 'commit' });
      await page.waitForFunction(() => window.seen?.picture, undefined, { timeout: 20_000 });
      const { lobby, joined, picture } = await page.evaluate(() => window.seen);
      samples.push({ lobby: lobby - opened, joined: joined - lobby, picture: picture - joined, total: picture - opened });
      await page.getByRole('button', { name: 'Leave the meeting' }).click();
      await page.close();
      await until('Bela has left', async () => (await server.status()).participants === 1);
      await sleep(500 + Math.random() * 500); // visits fall anywhere between two key frames
    }
    return samples;
  } finally {
    await browser.close();
    await server.kill();
  }
}

export async function signalingSections(quick) {
  const joins = await measureJoins(quick);
  const of = (name) => joins.map((round) => round[name]);
  const lines = ['## Signaling', ''];
  lines.push(`SQLite, two workers, loopback; all clients are one process on the same machine. ${joins.length} rounds of ${quick ? 100 : 400} joins to new meetings of ${meetingOf}, ${atOnce} at a time,`, 'each with its WebSocket, its token and both transports; medians and ranges of the rounds:', '');
  lines.push('| joins a second | join p50 (ms) | join p99 (ms) | CPU of the server process a join (ms) |', '|--:|--:|--:|--:|');
  lines.push(`| ${range(of('perSecond'), (value) => value.toFixed(0))} | ${range(of('p50'))} | ${range(of('p99'))} | ${range(of('cpuMs'), (value) => value.toFixed(2))} |`, '');

  lines.push('One chat message to everybody, from its sending to its arrival at each socket; medians of the events and their ranges:', '');
  lines.push('| sockets | meetings | p50 (ms) | p99 (ms) | CPU of the server process an event (ms) | the last to join waited (ms) |', '|--:|--:|--:|--:|--:|--:|');
  for (const meetings of [1, 10]) {
    const { count, p50, p99, cpuMs, last } = await measureFanOut(quick, meetings);
    lines.push(`| ${count} | ${meetings} | ${range(p50)} | ${range(p99)} | ${ms(cpuMs)} | ${ms(last)} |`);
  }
  lines.push('');

  const memory = await measureMemory(quick);
  lines.push(`Memory of ${memory.count} idle sockets, resident, by socket; those that have joined are in meetings of ${meetingOf} with two transports each:`, '');
  lines.push('| connected only: server | joined: server | joined: workers |', '|--:|--:|--:|');
  lines.push(`| ${memory.connected.toFixed(1)} KiB | ${memory.joined.toFixed(1)} KiB | ${memory.workers.toFixed(1)} KiB |`, '');

  const visits = await measureFirstPicture(quick);
  const [cold, ...warm] = visits;
  const part = (name) => range(warm.map((visit) => visit[name]));
  lines.push(`From opening the printed link in a new tab of Chromium, a new process, to the first decoded picture of somebody who is sending (720 lines, 20 frames a second,`, `three layers), page load, camera and lobby included and pressed at once; ${warm.length} visits after a first with nothing cached:`, '');
  lines.push('| | to the lobby (ms) | from there into the meeting (ms) | from there to the picture (ms) | all of it (ms) |', '|---|--:|--:|--:|--:|');
  lines.push(`| the first | ${ms(cold.lobby)} | ${ms(cold.joined)} | ${ms(cold.picture)} | ${ms(cold.total)} |`);
  lines.push(`| median and range of the others | ${part('lobby')} | ${part('joined')} | ${part('picture')} | ${part('total')} |`, '');
  return lines;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log((await signalingSections(process.argv.includes('--quick'))).join('\n'));
