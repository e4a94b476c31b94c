// SPDX-License-Identifier: MIT
// Joins and leaves come and go; file descriptors, threads, rows and memory are where they were.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';

import * as media from './lib/media.mjs';
import { startServer } from './lib/server.mjs';
import { openDatabase, rowCounts, startMariaDb } from './lib/mariadb.mjs';
import { sleep, until } from './lib/wait.mjs';

let mariadb;
let server;
let database;

before(async () => {
  mariadb = await startMariaDb();
  server = await startServer({ name: 'churn', database: mariadb.url });
  database = await openDatabase(mariadb);
});
after(async () => {
  await database?.end();
  await server?.kill();
  await mariadb?.stop();
});

// CHURN_JOINS=100000 makes it the soak of `make soak`: the same facts, after hours' worth of people.
const joins = Number(process.env.CHURN_JOINS ?? 300);

// In a soak's half hour a disk that others write to may keep the database longer than the server waits. Then a call is made again when
// Retry-After says, as clients do, and what was half done must not stay either. In 1,000 joins it may happen once.
let unavailable = 0;
async function call(name, body) {
  for (;;) {
    const answer = await server.request('POST', `/v1/${name}`, body);
    if (answer.status === 200) return answer.json;
    if (answer.status !== 503 || ++unavailable > joins / 1000) throw new Error(`${name} answered ${answer.status}: ${answer.text}`);
    await sleep(Number(answer.headers.get('retry-after')) * 1000);
  }
}

// One participant by the API alone: joins, publishes sound and picture, consumes somebody, and leaves.
async function comeAndGo(meeting, number, capabilities, target) {
  const who = { meetingId: meeting.meetingId, participantId: `p-${number}`, instanceId: randomUUID() };
  const old = { oldProducerTransportId: '', oldConsumerTransportId: '', oldProducerIds: null, oldConsumerIds: null };
  const sending = await call('recreateProducerTransport', { ...who, ...old, routerId: meeting.producerRouterId });
  const receiving = await call('recreateConsumerTransport', { ...who, ...old, routerId: meeting.consumerRouterId });
  const transportId = sending.transportOptions.id;
  await call('connectTransport', { ...who, transportId, dtlsParameters: media.dtlsParameters() });
  for (const kind of ['audio', 'video']) {
    await call('createProducer', {
      ...who,
      kind,
      rtpParameters: media.rtpParameters(kind, number),
      producerRouterId: meeting.producerRouterId,
      producerTransportId: transportId,
      consumerRouterIds: [],
      startRecording: false,
    });
  }
  if (target) {
    await call('createConsumer', {
      ...who,
      transportId: receiving.transportOptions.id,
      rtpCapabilities: capabilities,
      targetParticipants: target,
    });
  }
  return () =>
    call('leaveMeeting', {
      ...who,
      producerTransportId: transportId,
      consumerTransportId: receiving.transportOptions.id,
      producerIds: null,
      consumerIds: null,
    });
}

test(`${joins} joins and leaves leave descriptors, threads, rows and memory where they were`, { timeout: 120_000 + joins * 100 }, async (context) => {
  const meeting = await server.openMeeting('churn', { producerWorker: 0, consumerWorker: 1 });
  const { producerRtpCapabilities } = await server.post('joinMeeting', {
    meetingId: 'churn',
    participantId: 'anyone',
    instanceId: 'i',
    producerRouterId: meeting.producerRouterId,
    consumerRouterId: meeting.consumerRouterId,
  });
  await comeAndGo(meeting, 0, producerRtpCapabilities); // stays, so that the others have someone to consume
  const { producerDetails } = await server.post('getProducersOfMeeting', { meetingId: 'churn' });
  const target = { 'p-0': Object.fromEntries(producerDetails.map(({ kind, producerId }) => [kind, producerId])) };

  const round = async (from, count) => {
    for (let number = from; number < from + count; number += 10) {
      const batch = Array.from({ length: Math.min(10, from + count - number) }, (_, i) => number + i);
      const leaves = await Promise.all(batch.map((each) => comeAndGo(meeting, each, producerRtpCapabilities, target)));
      await Promise.all(leaves.map((leave) => leave()));
    }
  };
  await round(1, 100); // pools, caches and the allocator take what they need

  // The server's row for the control plane is written by its first heartbeat.
  await until('the server is registered', async () => (await rowCounts(database)).media_server === 1);
  const before = { rows: await rowCounts(database), ...server.footprint(), ...counts(await server.status()) };
  const start = Date.now();
  for (let done = 0; done < joins; done += joins / 10) {
    await round(101 + done, joins / 10);
    if (joins > 300) console.log(`${done + joins / 10} joins, ${Math.round((Date.now() - start) / 1000)} s: ${JSON.stringify(server.footprint())}`);
  }
  const took = Date.now() - start;
  await until('the counts of the server are back', async () => {
    assert.deepEqual(counts(await server.status()), counts(before));
    return true;
  });
  const now = { rows: await rowCounts(database), ...server.footprint(), ...counts(await server.status()) };
  context.diagnostic(`${joins} joins and leaves in ${took} ms, ${unavailable} calls answered 503; before ${JSON.stringify(before)}; after ${JSON.stringify(now)}`);
  // What the tenant used is kept for its bill, a row for each day; a soak may see midnight.
  const kept = ({ usage_day: _days, ...rows }) => rows;
  assert.deepEqual(kept(now.rows), kept(before.rows));
  assert.ok(now.rows.usage_day <= 2, `${now.rows.usage_day} rows of usage`);
  assert.equal(now.threads, before.threads);
  assert.ok(Math.abs(now.files - before.files) <= 4, `${before.files} -> ${now.files} descriptors (kept-alive connections may differ)`);
  assert.ok(now.residentKb - before.residentKb < 8 * 1024, `${before.residentKb} -> ${now.residentKb} KB resident`);
  const grown = now.childrenKb.map((kilobytes, i) => kilobytes - before.childrenKb[i]);
  assert.ok(grown.length === before.childrenKb.length && Math.max(...grown) < 16 * 1024, `workers grew by ${grown} KB`);

  await server.endMeeting('churn');
  const empty = await rowCounts(database);
  for (const [table, count] of Object.entries(empty)) {
    if (/participant|meeting|router/.test(table)) assert.equal(count, 0, `${table} is empty after the end of the meeting`);
  }
});

const counts = ({ meetings, participants, transports, producers, consumers }) => ({ meetings, participants, transports, producers, consumers });
