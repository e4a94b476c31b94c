// SPDX-License-Identifier: MIT
// Starts the real server (build/bin/doordarshan) on free ports with its own store, and ends it with everything it
// started. Its log is kept in test-output/. It speaks the media API for tests that need no browser.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { getTrusting } from './certificates.mjs';
import { EventReader } from './events.mjs';
import { freePort, freePortRun } from './ports.mjs';
import { sleep, until } from './wait.mjs';

export const repository = fileURLToPath(new URL('../../../', import.meta.url));
export const binary = path.resolve(process.env.DD_BUILD_DIR ?? path.join(repository, 'build'), 'bin', 'doordarshan');
export const outputFolder = path.join(repository, 'test-output');

const running = new Set();
process.on('exit', () => {
  for (const child of running) endGroup(child);
});
// A run that is broken off leaves nothing behind either.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));

function endGroup(child) {
  try {
    process.kill(-child.pid, 'SIGKILL'); // the server leads a process group, its workers are in it
  } catch {
    // already gone
  }
}

/** The command lines of running processes that contain `text`. */
function processesNaming(text) {
  return fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid).flatMap((pid) => {
    try {
      const line = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      return line.includes(text) ? [line.replaceAll('\0', ' ')] : [];
    } catch {
      return []; // it has ended meanwhile
    }
  });
}

let started = 0;

// database: undefined for SQLite in a temporary folder, or a mysql:// address. role: as the setting ROLE. authority: of its certificate,
// when `env` makes it speak TLS; it is asked over TLS then.
export async function startServer({ name, role = 'all', workers = 2, database, tenant = ' default', env = {}, port, rtcPort, ready = true, authority } = {}) {
  if (!fs.existsSync(binary)) throw new Error(`${binary} is missing: build it first (make build), or set DD_BUILD_DIR`);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'dd-server-'));
  const test = path.basename(process.argv[1] ?? 'test').replace(/\.test\.mjs$|\.mjs$/, '');
  fs.mkdirSync(outputFolder, { recursive: true });
  const logPath = path.join(outputFolder, `${name ?? test}-${process.pid}-${++started}.log`);
  const log = fs.openSync(logPath, 'w');
  const httpPort = port ?? (await freePort());
  const controlPort = await freePort();
  const rtcBase = rtcPort ?? (await freePortRun(workers));

  const child = spawn(binary, [], {
    cwd: folder,
    detached: true,
    stdio: ['ignore', log, log],
    env: {
      PATH: process.env.PATH,
      HOME: folder,
      ENV: 'local',
      ROLE: role,
      TENANT: tenant,
      SERVER_PORT: String(httpPort),
      CONTROL_PORT: String(controlPort),
      WEB_APP_DIR: path.join(repository, 'web', 'app', 'dist'),
      RTC_PORT_BASE: String(rtcBase),
      RTC_WORKERS: String(workers),
      ...(database ? { DATABASE_URL: database } : { SQLITE_PATH: path.join(folder, 'doordarshan.db') }),
      ...(process.env.DD_SERVER_ENV ? JSON.parse(process.env.DD_SERVER_ENV) : {}),
      ...env,
    },
  });
  fs.closeSync(log);
  running.add(child);
  const scheme = authority ? 'https' : 'http';
  const server = new Server({ child, folder, logPath, authority, origin: `${scheme}://127.0.0.1:${httpPort}`, controlOrigin: `${scheme}://localhost:${controlPort}`, rtcBase, workers, database });
  try {
    const asked = role === 'control' ? server.controlOrigin : server.origin;
    await until(
      `the server answers /${ready ? 'ready' : 'health'} (log: ${logPath})`,
      async () => {
        if (server.exited) throw new Error(`it ended with ${JSON.stringify(await server.exit)}:\n${server.log().slice(-2000)}`);
        const url = `${asked}/${ready ? 'ready' : 'health'}`;
        return (await (authority ? getTrusting(url, authority) : fetch(url))).status === 200;
      },
      { timeout: 20_000 },
    );
  } catch (error) {
    await server.kill();
    throw error;
  }
  return server;
}

class Server {
  constructor({ child, ...rest }) {
    Object.assign(this, rest);
    this.child = child;
    this.pid = child.pid;
    this.exited = false;
    this.exit = new Promise((resolve) =>
      child.once('exit', (code, signal) => {
        this.exited = true;
        resolve({ code, signal });
      }),
    );
  }

  log() {
    return fs.readFileSync(this.logPath, 'utf8');
  }

  async request(method, route, body, headers = {}) {
    const options = { method, headers: { ...headers }, signal: AbortSignal.timeout(15_000) };
    if (body !== undefined) {
      options.body = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
      options.headers['content-type'] ??= 'application/json';
    }
    const response = await fetch(this.origin + route, options);
    const text = await response.text();
    let json;
    try {
      json = JSON.parse(text);
    } catch {
      json = undefined;
    }
    return { status: response.status, headers: response.headers, text, json };
  }

  get(route) {
    return this.authority ? getTrusting(this.origin + route, this.authority) : this.request('GET', route);
  }

  // The answer of a call that must succeed.
  async post(route, body) {
    const answer = await this.request('POST', `/v1/${route}`, body);
    if (answer.status !== 200) throw new Error(`${route} answered ${answer.status}: ${answer.text}`);
    return answer.json;
  }

  async status() {
    return (await this.get('/v1/server')).json;
  }

  events(options) {
    return EventReader.open(this.origin, options);
  }

  // A meeting with a producer router on one worker and a consumer router on another, or both on one.
  async openMeeting(meetingId, { producerWorker = 0, consumerWorker = producerWorker } = {}) {
    const { containerId, workers } = await this.status();
    await this.post('createMeeting', {
      meetingId,
      containerId,
      producerRouterDetails: [{ routerCapacity: 10, workerId: workers[producerWorker].workerId }],
      consumerRouterDetails: [{ routerCapacity: 10, workerId: workers[consumerWorker].workerId }],
    });
    const { routers } = await this.post('getRoutersOfMeeting', { meetingId });
    const routerOf = (role) => routers.find((router) => router.role === role).routerId;
    return { meetingId, containerId, producerRouterId: routerOf('producer'), consumerRouterId: routerOf('consumer') };
  }

  async endMeeting(meetingId) {
    return this.post('endMeeting', { meetingId, routerIds: [], transportIds: [], producerIds: [], consumerIds: [], participantIds: [] });
  }

  // Process ids of the server and of all its living descendants.
  descendants() {
    const parents = new Map();
    for (const entry of fs.readdirSync('/proc')) {
      if (!/^\d+$/.test(entry)) continue;
      try {
        const stat = fs.readFileSync(`/proc/${entry}/stat`, 'utf8');
        const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        if (state !== 'Z') parents.set(Number(entry), Number(parent));
      } catch {
        continue; // ended while we looked
      }
    }
    const found = [];
    let edge = [this.pid];
    while (edge.length > 0) {
      edge = [...parents].filter(([, parent]) => edge.includes(parent)).map(([pid]) => pid);
      found.push(...edge);
    }
    return found;
  }

  // Its workers and recorders.
  children() {
    const tasks = fs.readdirSync(`/proc/${this.pid}/task`);
    return tasks.flatMap((task) => fs.readFileSync(`/proc/${this.pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number));
  }

  // What the server process holds at this moment, and its children's memory.
  footprint() {
    const status = (pid) => fs.readFileSync(`/proc/${pid}/status`, 'utf8');
    const figure = (text, key) => Number(text.match(new RegExp(`^${key}:\\s+(\\d+)`, 'm'))[1]);
    const number = (key) => figure(status(this.pid), key);
    return {
      files: fs.readdirSync(`/proc/${this.pid}/fd`).length,
      threads: number('Threads'),
      residentKb: number('VmRSS'),
      childrenKb: this.children().map((pid) => figure(status(pid), 'VmRSS')),
    };
  }

  async terminate({ signal = 'SIGTERM', timeout = 15_000 } = {}) {
    if (!this.exited) this.child.kill(signal);
    return Promise.race([this.exit, sleep(timeout).then(() => null)]);
  }

  // The end of every test: the server is killed, and all that it started must end by itself.
  async kill() {
    endGroup(this.child);
    await this.exit;
    running.delete(this.child);
    await until('nothing that works in the folder of a killed server is left', () => processesNaming(this.folder).length === 0);
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}
