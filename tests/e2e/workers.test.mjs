// SPDX-License-Identifier: MIT
// One meeting over two workers, and what a worker's sudden death costs: its own participants rejoin within seconds by the
// ordinary calls, and nobody else notices.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { openBrowser } from './lib/browser.mjs';
import { allSeeAndHear, consumeEachOther, framesDuring, openCall, publishAll } from './lib/call.mjs';
import { startServer } from './lib/server.mjs';
import { until } from './lib/wait.mjs';

let server;
let browser;

before(async () => {
  [server, browser] = await Promise.all([startServer({ name: 'workers', workers: 2 }), openBrowser()]);
});
after(async () => {
  await browser?.close();
  await server?.kill();
});

async function end(tabs, ...meetings) {
  await Promise.all(tabs.map((tab) => tab.closeTab()));
  for (const { meetingId } of meetings) await server.endMeeting(meetingId);
}

const workerNumbered = async (index) => (await server.status()).workers[index];

test('participants of a meeting that spans two workers see and hear each other', async () => {
  const meeting = await server.openMeeting('two-workers', { producerWorker: 0, consumerWorker: 1 });
  const tabs = await openCall(browser, server, meeting);
  await allSeeAndHear(tabs);
  const [alice] = tabs;
  const { send, receive } = await alice.transports();
  assert.notEqual(send.port, receive.port, 'she sends to one worker and receives from the other');
  await end(tabs, meeting);
});

test('after kill -9 of a worker its participants see each other again by the ordinary calls, others are not disturbed', async (context) => {
  const hit = await server.openMeeting('hit', { producerWorker: 0 });
  const spared = await server.openMeeting('spared', { producerWorker: 1 });
  const [alice, bob] = await openCall(browser, server, hit, { names: ['alice', 'bob'] });
  const [carol, dave] = await openCall(browser, server, spared, { names: ['carol', 'dave'] });
  await allSeeAndHear([alice, bob]);
  await allSeeAndHear([carol, dave]);

  const events = await server.events();
  const { workerId, pid } = await workerNumbered(0);
  const watched = framesDuring(carol, 'dave', 4000);
  const killedAt = Date.now();
  process.kill(pid, 'SIGKILL');

  const died = await events.of('worker.died', { workerId });
  const restored = await events.of('worker.restored', { workerId });
  assert.ok(restored.at - killedAt < 3000, `the worker is back after ${restored.at - killedAt} ms`);
  const reborn = await workerNumbered(0);
  assert.equal(reborn.workerId, workerId, 'it comes back under its id');
  assert.ok(reborn.alive);
  assert.notEqual(reborn.pid, pid);

  // The same calls as at the first join, with the same router ids.
  await Promise.all([alice, bob].map((tab) => tab.recreateTransports()));
  await publishAll([alice, bob]);
  await consumeEachOther([alice, bob]);
  await allSeeAndHear([alice, bob], { frames: 1 });
  const healedAfter = Date.now() - killedAt;
  context.diagnostic(
    `worker.died after ${died.at - killedAt} ms, worker.restored after ${restored.at - killedAt} ms, ` +
      `both see and hear each other again after ${healedAfter} ms`,
  );
  assert.ok(healedAfter < 10_000, `healed after ${healedAfter} ms`);

  const { frames, freezes } = await watched;
  context.diagnostic(`meanwhile the other worker's viewer decoded ${frames} frames in 4 s with ${freezes} freezes`);
  assert.ok(frames > 40, `the other meeting went on: ${frames} frames in 4 s`);
  const untouched = await carol.transports();
  assert.equal(untouched.send.connectionState, 'connected');
  assert.equal(untouched.receive.connectionState, 'connected');
  await events.close();
  await end([alice, bob, carol, dave], hit, spared);
});

test('when the worker of the producers dies, viewers on the other worker are told which producers ended', async () => {
  const meeting = await server.openMeeting('half', { producerWorker: 0, consumerWorker: 1 });
  const [alice, bob] = await openCall(browser, server, meeting);
  await allSeeAndHear([alice, bob]);
  const events = await server.events({ meetingId: meeting.meetingId });
  const { workerId, pid } = await workerNumbered(0);
  process.kill(pid, 'SIGKILL');
  await events.of('producer.closed', { producerId: alice.published.video.producerId });
  await events.of('producer.closed', { producerId: bob.published.audio.producerId });
  await until('the worker is back', async () => {
    const worker = await workerNumbered(0);
    return worker.workerId === workerId && worker.alive && worker.pid !== pid;
  });
  await Promise.all([alice, bob].map((tab) => tab.recreateTransports()));
  await publishAll([alice, bob]);
  await consumeEachOther([alice, bob]);
  await allSeeAndHear([alice, bob]);
  await events.close();
  await end([alice, bob], meeting);
});
