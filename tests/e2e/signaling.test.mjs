// SPDX-License-Identifier: MIT
// The contract of docs/signaling.md over the real server: every method is carried out and every notification is told, and each of these
// messages is as the schema says. What needs real media comes from two people with browsers.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { openBrowser } from './lib/browser.mjs';
import { dtlsParameters, rtpParameters } from './lib/media.mjs';
import { startServer } from './lib/server.mjs';
import { SignalingClient, guest, tokensOf } from './lib/signaling.mjs';
import { SignalingTraffic, methods, notifications } from './lib/signaling_schema.mjs';
import { until } from './lib/wait.mjs';
import { allMeet, joinMeeting } from './lib/web_app.mjs';

const traffic = new SignalingTraffic();
let server;
let browser;
let token;
let root;

before(async () => {
  // Nobody, not even root, makes folders in there: the first recording cannot begin, until a test repairs that.
  root = path.join(fs.mkdtempSync('/tmp/dd-signaling-'), 'recordings');
  fs.symlinkSync('/sys/kernel', root);
  [server, browser] = await Promise.all([
    startServer({ name: 'signaling', workers: 1, env: { DEVELOPMENT: 'true', RECORDINGS_ROOT: root, RECORDING_WIDTH: '320', RECORDING_HEIGHT: '180', RECORDING_FPS: '15', DRAIN_DEADLINE_SECONDS: '1' } }),
    openBrowser({ pages: false, fps: 10 }),
  ]);
  token = tokensOf(server);
});
after(async () => {
  await browser?.close();
  await server?.kill();
  fs.rmSync(path.dirname(root), { recursive: true, force: true });
});

const enter = (meeting, participant, options = {}) => SignalingClient.join(server, token({ meeting, participant, ...options }), { traffic });
const enterAll = async (meeting, ...names) => {
  const people = [];
  for (const name of names) people.push(await enter(meeting, name));
  return people;
};

// Three layers, as a browser sends them.
const simulcast = () => {
  const parameters = rtpParameters('video');
  parameters.headerExtensions.push({ uri: 'urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id', id: 10, encrypt: false, parameters: {} });
  parameters.encodings = ['r0', 'r1', 'r2'].map((rid) => ({ rid, scalabilityMode: 'L1T3' }));
  return parameters;
};

test('a participant joins, breaks off, resumes with what it missed, and leaves; the others hear all of it', async () => {
  const asha = await enter('coming', 'asha');
  assert.ok((await asha.request('ping')).time > 1.7e12);
  const bela = await enter('coming', 'bela', { name: 'Bela', grants: guest });
  assert.deepEqual(bela.joined.participants.map(({ participantId, connected }) => [participantId, connected]), [['asha', true]]);
  assert.equal((await asha.next('participant.joined')).name, 'Bela');

  await bela.break();
  await asha.next('participant.connection', { participantId: 'bela', connected: false });
  await asha.request('participant.update', { name: 'Asha K.', metadata: { hand: true } });
  const again = await SignalingClient.connect(server, { traffic });
  const { sessionId, resumeToken, seq } = bela.joined;
  assert.equal((await again.request('resume', { sessionId, resumeToken, lastSeq: seq })).missed, 1);
  assert.deepEqual((await again.next('participant.updated')).metadata, { hand: true });
  await asha.next('participant.connection', { participantId: 'bela', connected: true });

  await again.request('leave');
  assert.equal((await again.closed).code, 1000);
  await asha.next('participant.left', { participantId: 'bela', reason: 'left' });
  const stranger = await SignalingClient.connect(server, { traffic });
  assert.equal((await stranger.refusal('resume', { sessionId, resumeToken, lastSeq: seq })).reason, 'session_gone');
  await Promise.all([asha.close(), stranger.close()]);
});

test('what one sends is announced to the others, who receive it, choose layers of it and hear of its end', async () => {
  const [asha, bela] = await enterAll('sending', 'asha', 'bela');
  const [send, receive] = [asha.joined.media.send.id, bela.joined.media.receive.id];
  await Promise.all([
    asha.request('transport.connect', { transportId: send, dtlsParameters: dtlsParameters() }),
    bela.request('transport.connect', { transportId: receive, dtlsParameters: dtlsParameters() }),
  ]);
  assert.ok((await asha.request('transport.restartIce', { transportIds: [send] })).iceParameters[send].usernameFragment);
  const produced = [await asha.request('produce', { transportId: send, kind: 'audio', rtpParameters: rtpParameters('audio') }), await asha.request('produce', { transportId: send, kind: 'video', rtpParameters: simulcast() })];
  const [sound, picture] = produced.map(({ producerId }) => producerId);
  await bela.next('producer.new', { producerId: sound, kind: 'audio', paused: false });
  await bela.next('producer.new', { producerId: picture });

  const rtpCapabilities = bela.joined.media.rtpCapabilities;
  const { consumers, failed } = await bela.request('consume', { producerIds: [sound, picture, 'nobody'], rtpCapabilities });
  assert.deepEqual(consumers.map(({ kind, participantId }) => [kind, participantId]).sort(), [['audio', 'asha'], ['video', 'asha']]);
  assert.deepEqual(failed.map(({ producerId, code }) => [producerId, code]), [['nobody', 'not_found']]);
  await asha.next('producer.demand', { producerId: picture, wanted: true });
  const consumerId = consumers.find(({ kind }) => kind === 'video').consumerId;
  assert.deepEqual((await bela.request('consumer.setLayers', { consumerId, spatialLayer: 1, temporalLayer: 0 })).layers, { spatialLayer: 1, temporalLayer: 0 });
  assert.equal((await bela.request('consumer.setPriority', { consumerId, priority: 200 })).priority, 200);
  await bela.request('consumer.requestKeyFrame', { consumerId });
  await bela.request('consumer.pause', { consumerIds: [consumerId] });
  await bela.request('consumer.resume', { consumerIds: [consumerId] });
  await bela.request('consumer.close', { consumerIds: [consumerId] });

  await asha.request('producer.pause', { producerIds: [sound] });
  await bela.next('producer.paused', { producerId: sound });
  await asha.request('producer.resume', { producerIds: [sound] });
  await bela.next('producer.resumed', { producerId: sound });
  await asha.request('producer.close', { producerIds: [sound, picture] });
  await bela.next('producer.closed', { producerId: sound });
  await bela.next('consumer.closed', { producerId: sound });
  await Promise.all([asha.close(), bela.close()]);
});

test('data channels are announced, received and closed', async () => {
  const [asha, bela] = await enterAll('data', 'asha', 'bela');
  const sctpStreamParameters = { streamId: 1, ordered: true };
  const { dataProducerId } = await asha.request('data.produce', { transportId: asha.joined.media.send.id, sctpStreamParameters, label: 'pen', protocol: 'json' });
  await bela.next('data.new', { dataProducerId, label: 'pen' });
  assert.equal((await bela.request('data.consume', { dataProducerId })).protocol, 'json');
  await asha.request('data.close', { dataProducerIds: [dataProducerId] });
  await bela.next('data.closed', { dataProducerId });
  await Promise.all([asha.close(), bela.close()]);
});

test('a message goes to everyone but its sender, or to those it names', async () => {
  const [asha, bela, chitra] = await enterAll('messages', 'asha', 'bela', 'chitra');
  const { messageId } = await asha.request('message.send', { data: { text: 'Good morning' }, topic: 'chat' });
  for (const person of [bela, chitra]) assert.equal((await person.next('message', { topic: 'chat' })).messageId, messageId);
  await asha.request('message.send', { data: null, to: ['chitra'] });
  await asha.request('message.send', { data: 'the last', topic: 'end' });
  assert.deepEqual((await chitra.next('message', { data: null })).to, ['chitra']);
  await bela.next('message', { topic: 'end' });
  assert.ok(!bela.notices.some(({ params }) => params.data === null), 'what was for Chitra did not reach Bela');
  assert.equal((await asha.refusal('message.send', { data: 1, to: ['nobody'] })).field, 'to');
  await Promise.all([asha, bela, chitra].map((person) => person.close()));
});

test('a moderator mutes, locks, removes and ends, and each is told who did it', async () => {
  const [asha, bela, chitra] = await enterAll('moderated', 'asha', 'bela', 'chitra');
  await bela.request('produce', { transportId: bela.joined.media.send.id, kind: 'audio', rtpParameters: rtpParameters('audio') });
  await asha.next('producer.new', { participantId: 'bela' });
  assert.deepEqual((await asha.request('moderate.mute', { participantId: 'bela', kinds: ['audio', 'video'] })).muted, ['audio']);
  assert.deepEqual((await bela.next('you.muted', { by: 'asha' })).kinds, ['audio']);
  await asha.request('moderate.lock', { locked: true });
  await bela.next('meeting.locked', { locked: true, by: 'asha' });
  await assert.rejects(enter('moderated', 'dev', { grants: guest }), { code: 'forbidden', reason: 'meeting_locked' });
  await asha.request('moderate.remove', { participantId: 'bela' });
  await bela.next('you.removed', { by: 'asha' });
  assert.equal((await bela.closed).code, 4003);
  await asha.next('participant.left', { participantId: 'bela', reason: 'removed' });
  await asha.request('moderate.end');
  for (const person of [asha, chitra]) {
    assert.equal((await person.next('meeting.ended')).reason, 'ended');
    assert.equal((await person.closed).code, 4004);
  }
});

test('a recording that cannot begin says so; repaired, it starts, pauses, goes on, stops and is composed', async () => {
  const people = [];
  for (const name of ['Dev', 'Esha']) people.push(await joinMeeting(browser, `${server.controlOrigin}/m/recorded#token=${token({ meeting: 'recorded', grants: guest })}`, name, traffic));
  const asha = await enter('recorded', 'asha');
  const { recordingId } = await asha.request('recording.start', { modes: ['track', 'composite'], composite: { layout: 'speaker' } });
  await asha.next('recording.failed', { recordingId });
  fs.unlinkSync(root);
  fs.mkdirSync(root);
  await asha.next('recording.started', { recordingId }, { timeout: 20_000 });
  await allMeet(people, { timeout: 20_000 });
  await asha.request('recording.layout', { layout: 'grid' });
  await asha.request('recording.pause');
  await asha.next('recording.paused', { recordingId });
  await asha.request('recording.resume');
  await asha.next('recording.resumed', { recordingId });
  await until('readings of the media have come', () => ['speakers', 'quality', 'consumer.layers'].every((reading) => traffic.told.has(reading)), { timeout: 15_000 });
  await asha.request('recording.stop');
  await asha.next('recording.stopped', { recordingId });
  await asha.next('recording.progress', { recordingId }, { timeout: 30_000 });
  await asha.next('recording.composed', { recordingId }, { timeout: 30_000 });
  await Promise.all([asha.close(), ...people.map((person) => person.close())]);
});

test("after a worker's death media is lost once, and opened anew in the next epoch", async () => {
  const asha = await enter('dying', 'asha');
  process.kill((await server.status()).workers[0].pid, 'SIGKILL');
  const { reason, epoch } = await asha.next('media.lost');
  assert.deepEqual([reason, epoch], ['worker_died', 1]);
  await until('the worker is back', async () => (await server.status()).workers.every(({ alive }) => alive));
  assert.equal((await asha.request('media.open', { tcpOnly: true })).epoch, 2);
  await asha.close();
});

test('a server that is asked to stop tells how long it will still be there, and closes with 1001', async () => {
  const [asha, bela] = await enterAll('stopping', 'asha', 'bela');
  server.child.kill('SIGTERM');
  for (const person of [asha, bela]) assert.equal((await person.next('drain')).deadlineSeconds, 1);
  await asha.request('leave');
  assert.equal((await asha.closed).code, 1000);
  assert.equal((await bela.closed).code, 1001, 'who stays until the deadline is told to connect elsewhere');
});

test('all that was said and heard is as the schema says, and nothing of the schema was left out', () => {
  traffic.assertValid();
  assert.deepEqual(methods.filter((method) => !traffic.answered.has(method)), [], 'methods that were not carried out');
  assert.deepEqual(notifications.filter((notification) => !traffic.told.has(notification)), [], 'notifications that were not told');
});
