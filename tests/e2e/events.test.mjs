// SPDX-License-Identifier: MIT
// The event stream: what a control plane learns without asking, in order, and without a gap when it reconnects.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { openBrowser } from './lib/browser.mjs';
import { enter, openCall, publishAll } from './lib/call.mjs';
import { startServer } from './lib/server.mjs';
import { sleep } from './lib/wait.mjs';

// An id names the run of the server and counts: "1f0c9a3e-17".
const numberOf = ({ id }) => Number(id.slice(id.lastIndexOf('-') + 1));

let server;
let browser;

before(async () => {
  [server, browser] = await Promise.all([
    startServer({ name: 'events', env: { ICE_CONSENT_TIMEOUT_SECONDS: '5' } }),
    openBrowser(),
  ]);
});
after(async () => {
  await browser?.close();
  await server?.kill();
});

test('a call is told as events, in the order it happened', async () => {
  const events = await server.events({ meetingId: 'told' });
  const meeting = await server.openMeeting('told');
  assert.match(events.contentType, /^text\/event-stream/);
  const [alice, bob] = await openCall(browser, server, meeting);
  await alice.leave();
  await events.of('participant.left', { participantId: 'alice' });
  await server.endMeeting(meeting.meetingId);
  await events.of('meeting.ended');

  const { producerId } = alice.published.video;
  const order = [
    ['participant.joined', 'alice'],
    ['producer.created', 'alice'],
    ['producer.closed', 'alice'],
    ['participant.left', 'alice'],
  ].map(([type, participantId]) =>
    events.events.findIndex(
      (event) =>
        event.type === type &&
        event.data.participantId === participantId &&
        (event.data.producerId === undefined || event.data.producerId === producerId),
    ),
  );
  assert.ok(order.every((index) => index >= 0), `all four are told, found at ${order}`);
  assert.deepEqual(order, [...order].sort((a, b) => a - b), 'in this order');
  assert.ok(events.events.some((event) => event.type === 'transport.connected'));
  const ids = events.events.map(numberOf);
  assert.deepEqual(ids, [...ids].sort((a, b) => a - b), 'numbered upwards');
  await events.close();
  await bob.closeTab();
  await alice.closeTab();
});

test('somebody who speaks is reported with audio levels and as the active speaker', async () => {
  const meeting = await server.openMeeting('spoken');
  const events = await server.events({ meetingId: meeting.meetingId });
  const [speaker] = await openCall(browser, server, meeting, { names: ['speaker', 'listener'], video: false, audio: { source: 'speech' } });
  const levels = await events.next(
    'an audio level of the speaker',
    ({ type, data }) => type === 'audio.levels' && data.levels.some((entry) => entry.participantId === 'speaker'),
    { timeout: 15_000 },
  );
  const { level } = levels.data.levels.find((entry) => entry.participantId === 'speaker');
  assert.ok(level > -100 && level <= 0, `${level} dBov`);
  await events.next('an active speaker', ({ type }) => type === 'speaker.active', { timeout: 15_000 });
  await speaker.closeTab();
  await events.close();
  await server.endMeeting(meeting.meetingId);
});

test('a tab that vanishes without leaving is reaped after the consent timeout, and its producers are reported closed', async (context) => {
  const meeting = await server.openMeeting('vanished');
  const events = await server.events({ meetingId: meeting.meetingId });
  const ghost = await enter(browser, server, meeting, 'ghost');
  await publishAll([ghost]);
  const { send } = await ghost.ids();
  await events.of('transport.connected', { transportId: send });
  const closedAt = Date.now();
  await ghost.closeTab();
  await events.of('producer.closed', { producerId: ghost.published.video.producerId, timeout: 25_000 });
  await events.of('producer.closed', { producerId: ghost.published.audio.producerId, timeout: 5_000 });
  const failed = await events.of('transport.failed', { transportId: send, timeout: 5_000 });
  context.diagnostic(`reaped ${failed.at - closedAt} ms after the tab was closed, because of ${failed.data.reason}; the consent timeout is 5 s`);
  assert.equal(failed.data.participantId, 'ghost');
  const { producerDetails } = await server.post('getProducersOfMeeting', { meetingId: meeting.meetingId });
  assert.deepEqual(producerDetails, []);
  await events.close();
  await server.endMeeting(meeting.meetingId);
});

test('a reader that reconnects with Last-Event-ID misses nothing and gets nothing twice', async () => {
  const whole = await server.events();
  const first = await server.events();
  await server.openMeeting('resumed-1');
  await first.of('meeting.created', { meetingId: 'resumed-1' });
  const lastEventId = first.lastId;
  await first.close();

  for (let i = 2; i <= 20; ++i) await server.openMeeting(`resumed-${i}`);
  const second = await server.events({ lastEventId });
  await server.openMeeting('resumed-21');
  await second.of('meeting.created', { meetingId: 'resumed-21' });
  await whole.of('meeting.created', { meetingId: 'resumed-21' });
  await sleep(100);

  const resumedAt = numberOf({ id: lastEventId });
  const after = (reader) => reader.events.filter((event) => numberOf(event) > resumedAt).map(({ id }) => id);
  assert.deepEqual(after(second), after(whole));
  assert.equal(second.events.length, after(second).length, 'nothing from before');
  for (let i = 1; i <= 21; ++i) await server.endMeeting(`resumed-${i}`);
  await whole.close();
  await second.close();
});

test('a reader whose last event is unknown (another run of the server) is told to start over', async () => {
  const reader = await server.events({ lastEventId: 'another-run-17' });
  const { data } = await reader.next('resync', ({ type }) => type === 'resync');
  assert.equal(data.reason, 'unknown_id');
  await reader.close();
});
