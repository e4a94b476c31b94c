// SPDX-License-Identifier: MIT
// What somebody who comes while the database is away is answered, without an SDK that tries again: `unavailable` over signaling and 503
// over HTTP, at once rather than after a timeout, whether the database is gone or only silent. Afterwards all is right.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';

import { administrate } from './lib/command.mjs';
import { startMariaDb } from './lib/mariadb.mjs';
import { SignalingClient } from './lib/signaling.mjs';
import { startServer } from './lib/server.mjs';
import { SignalingTraffic } from './lib/signaling_schema.mjs';
import { until } from './lib/wait.mjs';

// An operation is given 800 ms, and what it waits for before that (a tenant's keys to be read, say) is another.
const kPromptly = 2500;

let mariadb;
let server;
let token; // for any meeting of the default tenant
let present; // somebody who is in the meeting all the time
const clients = [];
const traffic = new SignalingTraffic();

before(async () => {
  mariadb = await startMariaDb();
  server = await startServer({ name: 'join_outage', workers: 1, database: mariadb.url, env: { DEVELOPMENT: 'true' } });
  await portalReady();
  token = administrate(server, 'token').trim();
  present = await connect();
  const { result, error } = await join(present, 'standup', 'asha');
  assert.ok(result, error?.message);
});
afterEach(async () => {
  await Promise.all(clients.filter((client) => client !== present && client.open).map((client) => client.close()));
  traffic.assertValid();
});
after(async () => {
  await present?.close();
  await server?.kill();
  await mariadb?.stop();
});

const portalReady = () => until('the portal is ready', async () => (await fetch(`${server.controlOrigin}/ready`)).status === 200, { timeout: 20_000 });

async function connect() {
  const client = await SignalingClient.connect(server, { traffic });
  clients.push(client);
  return client;
}

// {result} or {error}, and after how many milliseconds it came.
async function join(client, meetingId, participantId) {
  const start = performance.now();
  const answer = client.request('join', { token, meetingId, participantId, instanceId: `${participantId}-1` });
  const settled = await answer.then((result) => ({ result }), (error) => ({ error }));
  return { ...settled, took: Math.round(performance.now() - start) };
}

// A call of the portal's HTTP API, and after how many milliseconds it was answered.
async function post(route, body) {
  const start = performance.now();
  const response = await fetch(`${server.controlOrigin}/v1/${route}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ tenant: 'default', ...body }),
    signal: AbortSignal.timeout(15_000),
  });
  const answered = await response.json();
  return { status: response.status, retryAfter: response.headers.get('retry-after'), body: answered, took: Math.round(performance.now() - start) };
}

const creating = (meeting) => post('createMeeting', { meeting_id: meeting, producer_meeting_capacity: 2, consumer_meeting_capacity: 2 });
const joining = (meeting) => post('joinMeeting', { meeting_id: meeting, participant_id: 'guest', instance_id: 'guest-1' });

async function assertUnavailable(context, prefix) {
  for (const [what, meeting] of [['a new meeting', `${prefix}-new`], ['the meeting that runs', 'standup'], ['it once more', 'standup']]) {
    const { result, error, took } = await join(await connect(), meeting, `${prefix}-${clients.length}`);
    context.diagnostic(`joining ${what}: ${error?.message ?? 'let in'} after ${took} ms`);
    assert.equal(result, undefined, `nobody is let into ${what}`);
    assert.equal(error.rpcCode, -32000);
    assert.equal(error.code, 'unavailable');
    assert.ok(took < kPromptly, `${what}: ${took} ms`);
  }
  for (const [what, call] of Object.entries({ createMeeting: () => creating(`${prefix}-made`), joinMeeting: () => joining('made') })) {
    const { status, retryAfter, body, took } = await call();
    context.diagnostic(`${what}: ${status} ${JSON.stringify(body)} after ${took} ms`);
    assert.equal(status, 503, `${what}: ${JSON.stringify(body)}`);
    assert.equal(body.code, 'unavailable');
    assert.ok(Number(retryAfter) >= 1, 'with Retry-After');
    assert.ok(took < kPromptly, `${what}: ${took} ms`);
  }
}

// As soon as the portal is ready again, it refuses nobody.
async function assertWell(prefix) {
  await portalReady();
  for (const meeting of [`${prefix}-new`, 'standup']) {
    const { result, error } = await join(await connect(), meeting, `${prefix}-after`);
    assert.ok(result, `${meeting}: ${error?.message}`);
    assert.equal(result.meeting.id, meeting);
  }
  assert.equal((await creating(`${prefix}-made`)).status, 200);
  assert.equal((await joining(`${prefix}-made`)).status, 200);
  const { time } = await present.request('ping');
  assert.ok(time > 0, 'who was in the meeting still is, on the same socket');
}

test('before the outage a meeting is made and joined over HTTP', async () => {
  for (const call of [creating, joining]) {
    const { status, body } = await call('made');
    assert.equal(status, 200, JSON.stringify(body));
  }
});

test('while the database is gone, joins are answered with unavailable and 503 at once', async (context) => {
  await mariadb.kill();
  await assertUnavailable(context, 'gone');
  await mariadb.start();
  await assertWell('gone');
});

test('while the database is there but silent, joins are answered with unavailable and 503 all the same', async (context) => {
  mariadb.child.kill('SIGSTOP');
  try {
    await assertUnavailable(context, 'silent');
  } finally {
    mariadb.child.kill('SIGCONT');
  }
  await assertWell('silent');
});
