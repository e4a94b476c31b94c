// SPDX-License-Identifier: MIT
// An ICE restart in the middle of a call (the client changed its network): new credentials, and the picture never stops.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { openBrowser } from './lib/browser.mjs';
import { allSeeAndHear, framesDuring, openCall, seesAndHears } from './lib/call.mjs';
import { startServer } from './lib/server.mjs';

let server;
let browser;

before(async () => {
  [server, browser] = await Promise.all([startServer({ name: 'ice_restart' }), openBrowser()]);
});
after(async () => {
  await browser?.close();
  await server?.kill();
});

test('frames keep flowing through an ICE restart', async (context) => {
  const meeting = await server.openMeeting('restart');
  const [alice, bob] = await openCall(browser, server, meeting);
  await allSeeAndHear([alice, bob]);

  const watched = framesDuring(bob, 'alice', 3000);
  const first = await alice.restartIce();
  const { frames } = await watched;
  context.diagnostic(`bob decoded ${frames} frames of alice in the 3 s around the restart`);
  assert.ok(frames > 30, `${frames} frames in 3 s`);
  await allSeeAndHear([alice, bob]);

  const { send, receive } = await alice.ids();
  assert.deepEqual(Object.keys(first).sort(), [send, receive].sort());
  const second = await alice.restartIce();
  assert.notEqual(second[send].password, first[send].password, 'each restart makes new credentials');
  await seesAndHears(bob, 'alice');
  await seesAndHears(alice, 'bob');
});

test('each of kendra\'s three restart routes answers the parameters of the caller\'s own transports only', async () => {
  const meeting = await server.openMeeting('restart-routes');
  const [alice, bob] = await openCall(browser, server, meeting, { names: ['anna', 'ben'], audio: false });
  const own = await alice.ids();
  const foreign = await bob.ids();
  for (const route of ['restartIce', 'restartProducerIce', 'restartConsumerIce']) {
    const { result } = await server.post(route, { participantId: 'anna', transportIds: [own.send, foreign.send, ''] });
    assert.deepEqual(Object.keys(result), [own.send]);
  }
});
