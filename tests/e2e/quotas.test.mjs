// SPDX-License-Identifier: MIT
// Each quota of docs/tenant.md over the real server: what keeps within it passes, what goes beyond is refused with the documented reason.
// A tenant for each, since a change of quotas takes two seconds to be seen.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { openBrowser } from './lib/browser.mjs';
import { administrate } from './lib/command.mjs';
import { dtlsParameters, rtpParameters } from './lib/media.mjs';
import { startServer } from './lib/server.mjs';
import { Refusal, SignalingClient, everything, printedKey, tokensOf } from './lib/signaling.mjs';
import { SignalingTraffic } from './lib/signaling_schema.mjs';
import { until } from './lib/wait.mjs';
import { knock, tabTraffic } from './lib/web_app.mjs';

const traffic = new SignalingTraffic();
let server;
let browser;

before(async () => {
  [server, browser] = await Promise.all([startServer({ name: 'quotas', workers: 1, env: { CAPACITY: '10000' } }), openBrowser({ pages: false, fps: 10 })]);
  // Pages that never hear of their bounds: the SDK would keep them.
  await browser.context.addInitScript(() => {
    const parse = JSON.parse;
    JSON.parse = (...text) => {
      const value = parse(...text);
      if (value?.result?.limits) value.result.limits.publishBitrate = {};
      return value;
    };
  });
});
after(async () => {
  await browser?.close();
  await server?.kill();
});

// A new tenant with these quotas; enter() is somebody who comes to one of its meetings.
function tenant(name, ...quotas) {
  const token = tokensOf(server, name, printedKey(administrate(server, 'tenant', 'create', name, '--quota', ...quotas)));
  return { token, enter: (meeting, participant) => SignalingClient.join(server, token({ meeting, participant }), { traffic }) };
}

const refusedWith = (code, reason) => (error) => error instanceof Refusal && error.code === code && error.reason === reason;
const all = (people) => Promise.all(people.map((person) => person.close()));
const everyoneLeaves = (people) => Promise.all(people.map((person) => person.request('leave')));

test('meetings: one more than the tenant may have is refused, until another has ended', async () => {
  const { enter } = tenant('few-meetings', 'meetings=2');
  const [asha, bela] = [await enter('one', 'asha'), await enter('two', 'bela')];
  await assert.rejects(enter('three', 'chitra'), refusedWith('conflict', 'tenant_full'));
  const more = await enter('two', 'chitra');
  await asha.request('moderate.end');
  await asha.closed;
  await all([bela, more, await enter('three', 'dev')]);
});

test('participants_per_meeting: one more is refused however many come at once, and let in when somebody has left', async () => {
  const { enter } = tenant('small-meetings', 'participants_per_meeting=3');
  const coming = await Promise.allSettled(Array.from({ length: 12 }, (_, number) => enter('small', `p-${number}`)));
  const inside = coming.filter(({ status }) => status === 'fulfilled').map(({ value }) => value);
  assert.equal(inside.length, 3);
  for (const { reason } of coming.filter(({ status }) => status === 'rejected')) assert.ok(refusedWith('conflict', 'meeting_full')(reason), reason.message);
  const again = await enter('small', inside[0].me); // who comes again is nobody more
  assert.equal((await inside[0].closed).code, 4001);
  await again.request('leave');
  await all([await enter('small', 'late'), await enter('another', 'p-20'), ...inside]);
});

test('participants: one more in all meetings together is refused, and let in when somebody has left', async () => {
  const { enter } = tenant('few-people', 'participants=3');
  const people = [await enter('one', 'asha'), await enter('two', 'bela'), await enter('two', 'chitra')];
  await assert.rejects(enter('three', 'dev'), refusedWith('too_many_requests', 'tenant_full'));
  await people[1].request('leave');
  await all([...people, await enter('three', 'dev')]);
});

test('participants: no more are let in when many come at once', async () => {
  const { enter } = tenant('rushed', 'participants=3');
  const coming = await Promise.allSettled(Array.from({ length: 12 }, (_, number) => enter(`meeting-${number % 4}`, `p-${number}`)));
  const inside = coming.filter(({ status }) => status === 'fulfilled').map(({ value }) => value);
  await all(inside);
  assert.equal(inside.length, 3);
});

test('requests_per_second: signaling and HTTP share what the tenant may ask in a second', async () => {
  const { enter, token } = tenant('seldom', 'requests_per_second=10');
  const asha = await enter('calm', 'asha');
  const recordings = () => fetch(`${server.controlOrigin}/api/recordings`, { headers: { authorization: `Bearer ${token({ meeting: 'calm', grants: everything })}` } });
  assert.equal((await recordings()).status, 200);
  const answers = await Promise.allSettled(Array.from({ length: 30 }, () => asha.request('participant.update', {})));
  const served = answers.filter(({ status }) => status === 'fulfilled').length;
  assert.ok(served >= 6 && served <= 12, `${served} of 30`);
  for (const { reason } of answers.filter(({ status }) => status === 'rejected')) {
    assert.ok(refusedWith('too_many_requests', 'quota_rate')(reason), reason.message);
    assert.equal(reason.retryAfter, 1);
  }
  const beyond = await recordings();
  assert.equal(beyond.status, 429);
  assert.equal((await beyond.json()).error.reason, 'quota_rate');
  await until('she is served again', () => asha.request('participant.update', {}).then(() => true, () => false), { interval: 200 });
  await asha.close();
});

test('bitrates: join tells them, and what goes on sending more is paused by the server, of that kind only', { timeout: 60_000 }, async () => {
  const told = await tenant('told', 'audio_bitrate=64000', 'video_bitrate=900000', 'screenshare_bitrate=1200000').enter('told', 'asha');
  assert.deepEqual(told.joined.limits.publishBitrate, { audio: 64_000, video: 900_000, screenshare: 1_200_000 });
  await told.close();
  await Promise.all(
    ['audio', 'video', 'screenshare'].map(async (kind) => {
      const { enter, token } = tenant(`loud-${kind}`, `${kind}_bitrate=4000`);
      const watcher = await enter('loud', 'watcher');
      const person = await knock(browser, `${server.controlOrigin}/m/loud#token=${token({ meeting: 'loud', participant: 'loud' })}`, kind);
      await person.isIn();
      if (kind === 'screenshare') await person.press('Share your screen');
      const { producerId } = await watcher.next('producer.new', { kind }, { timeout: 20_000 });
      await watcher.request('consume', { producerIds: [producerId], rtpCapabilities: watcher.joined.media.rtpCapabilities }); // or it would not be sent
      await watcher.next('producer.paused', { producerId }, { timeout: 20_000 });
      await person.page.getByText(/limits how much may be sent/).first().waitFor();
      const others = watcher.notices.filter(({ method, params }) => method === 'producer.paused' && params.kind !== kind);
      assert.deepEqual(others, []);
      await person.close();
      await watcher.close();
    }),
  );
});

test('recording_minutes: recordings are stopped when the month is used up, and no other begins', { timeout: 60_000 }, async () => {
  const { enter } = tenant('short', 'recording_minutes=1');
  const people = await Promise.all(Array.from({ length: 8 }, (_, number) => enter(`recorded-${number}`, 'asha'))); // together a minute in eight seconds
  const recordings = await Promise.all(people.map((person) => person.request('recording.start', { modes: ['track'] })));
  const ends = await Promise.all(people.map((person, number) => person.next('recording.stopped', { recordingId: recordings[number].recordingId }, { timeout: 40_000 })));
  assert.deepEqual([...new Set(ends.map(({ reason }) => reason))], ['quota_recording']);
  for (const person of people) assert.ok(refusedWith('forbidden', 'quota_recording')(await person.refusal('recording.start', { modes: ['track'] })));
  await everyoneLeaves(people);
});

test('storage_bytes: a recording is stopped when the tenant keeps as much as it may, and no other begins', { timeout: 60_000 }, async () => {
  const asha = await tenant('full-shelf', 'storage_bytes=1').enter('kept', 'asha');
  const { recordingId } = await asha.request('recording.start', { modes: ['track'] });
  const { reason } = await asha.next('recording.stopped', { recordingId }, { timeout: 40_000 });
  assert.equal(reason, 'quota_storage');
  assert.ok(refusedWith('forbidden', 'quota_storage')(await asha.refusal('recording.start', { modes: ['track'] })));
  await asha.close();
});

for (const [quota, reason] of [
  ['meetings', 'tenant_full'],
  ['participants_per_meeting', 'meeting_full'],
  ['participants', 'tenant_full'],
  ['requests_per_second', 'quota_rate'],
]) {
  test(`${quota}: 0 allows nothing`, async () => {
    const { enter } = tenant(`no-${quota.replaceAll('_', '-')}`, `${quota}=0`);
    await assert.rejects(enter('none', 'asha'), (error) => error.reason === reason);
  });
}

test('recording_minutes: 0 allows nothing', async () => {
  const asha = await tenant('no-recording', 'recording_minutes=0').enter('none', 'asha');
  assert.equal((await asha.refusal('recording.start')).reason, 'quota_recording');
  await asha.close();
});

test('bitrates: 0 allows nothing, and says why', async () => {
  const asha = await tenant('silent', 'audio_bitrate=0').enter('silent', 'asha');
  const transportId = asha.joined.media.send.id;
  await asha.request('transport.connect', { transportId, dtlsParameters: dtlsParameters() });
  assert.equal((await asha.refusal('produce', { transportId, kind: 'audio', rtpParameters: rtpParameters('audio') })).reason, 'quota_publish_bitrate');
  assert.ok((await asha.request('produce', { transportId, kind: 'video', rtpParameters: rtpParameters('video') })).producerId);
  await asha.close();
});

test('bitrates: a quota that is larger than anything is no hindrance', async () => {
  const asha = await tenant('generous', 'video_bitrate=10000000000').enter('generous', 'asha');
  const transportId = asha.joined.media.send.id;
  assert.ok((await asha.request('produce', { transportId, kind: 'video', rtpParameters: rtpParameters('video') })).producerId);
  await asha.close();
});

test('all that was said and heard is as docs/signaling.schema.json says', () => {
  traffic.assertValid();
  tabTraffic.assertValid();
});
