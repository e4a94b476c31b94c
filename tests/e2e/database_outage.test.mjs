// SPDX-License-Identifier: MIT
// The database dies in the middle of a call: the call goes on, joins are refused quickly and politely, and soon after its
// return the rows say again what the memory knows, without a restart.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { openBrowser } from './lib/browser.mjs';
import { allSeeAndHear, consumeEachOther, framesDuring, enter, openCall, publishAll } from './lib/call.mjs';
import { openDatabase, startMariaDb } from './lib/mariadb.mjs';
import { startServer } from './lib/server.mjs';
import { until } from './lib/wait.mjs';

let mariadb;
let server;
let browser;

before(async () => {
  [mariadb, browser] = await Promise.all([startMariaDb(), openBrowser()]);
  server = await startServer({ name: 'database_outage', database: mariadb.url });
});
after(async () => {
  await browser?.close();
  await server?.kill();
  await mariadb?.stop();
});

const joinOf = (meeting, participantId) => ({
  meetingId: meeting.meetingId,
  participantId,
  instanceId: `${participantId}-1`,
  routerId: meeting.producerRouterId,
  oldProducerTransportId: '',
  oldConsumerTransportId: '',
  oldProducerIds: null,
  oldConsumerIds: null,
});

test('a call survives the death of the database, and the rows agree with the memory soon after its return', async (context) => {
  const meeting = await server.openMeeting('outage');
  const [alice, bob] = await openCall(browser, server, meeting);
  await allSeeAndHear([alice, bob]);

  await mariadb.kill();
  const watched = framesDuring(bob, 'alice', 4000);

  // The first caller pays for finding out, the second is told at once; both within a second.
  for (const participantId of ['late-1', 'late-2', 'late-3']) {
    const asked = Date.now();
    const answer = await server.request('POST', '/v1/recreateProducerTransport', joinOf(meeting, participantId));
    const took = Date.now() - asked;
    assert.equal(answer.status, 503, answer.text);
    assert.ok(Number(answer.headers.get('retry-after')) >= 1, 'with Retry-After');
    assert.ok(took < 1000, `answered after ${took} ms`);
  }
  assert.equal((await server.get('/ready')).status, 503);
  assert.equal((await server.get('/health')).status, 200);

  // What needs no row goes on being answered.
  await alice.restartIce();
  const { frames } = await watched;
  context.diagnostic(`bob decoded ${frames} frames of alice in 4 s without a database`);
  assert.ok(frames > 40, `${frames} frames in 4 s`);

  // Someone's tab is gone meanwhile, which the rows cannot be told now.
  await alice.closeTab();
  await server.request('POST', '/v1/leaveMeeting', { ...joinOf(meeting, 'alice'), instanceId: alice.who.instanceId });

  await mariadb.start();
  const back = Date.now();
  const carol = await until('a new participant can join', () => enter(browser, server, meeting, 'carol'), { timeout: 5000, interval: 100 });
  context.diagnostic(`joins work again ${Date.now() - back} ms after the database`);
  await publishAll([carol]);
  await consumeEachOther([bob, carol]);
  await allSeeAndHear([bob, carol]);

  const database = await openDatabase(mariadb);
  const rows = async (sql) => (await database.query({ sql, rowsAsArray: true }))[0].map((row) => row.join(' ')).sort();
  await until(
    'rows and memory agree',
    async () => {
      const present = await rows("SELECT participant_id FROM participant_meeting WHERE meeting_id = 'outage'");
      const producing = await rows("SELECT participant_id, kind, producer_id FROM participant_producers WHERE meeting_id = 'outage'");
      const { participants, producers } = await server.status();
      const inMemory = [bob, carol]
        .flatMap((tab) => Object.entries(tab.published).map(([kind, { producerId }]) => `${tab.who.participantId} ${kind} ${producerId}`))
        .sort();
      const known = producing.filter((row) => !row.startsWith('alice '));
      assert.deepEqual(known, inMemory);
      assert.equal(present.length, participants);
      assert.equal(producing.length, producers);
      return true;
    },
    { timeout: Math.max(5000 - (Date.now() - back), 1000) },
  );
  await until('the server is ready', async () => (await server.get('/ready')).status === 200, { timeout: 5000 });
  await database.end();
});
