// SPDX-License-Identifier: MIT
// An unchanged kendra can drive the media server: each of its calls, with its quirks, is answered in its time with what it
// decodes, and leaves the rows that it reads next.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { openDatabase, startMariaDb } from '../e2e/lib/mariadb.mjs';
import * as media from '../e2e/lib/media.mjs';
import { startServer } from '../e2e/lib/server.mjs';
import { GoClient } from './lib/go_http.mjs';
import { Kendra } from './lib/kendra.mjs';

let mariadb;
let server;
let kendra;
let database;

const portOf = ({ origin }) => Number(new URL(origin).port);
const ids = async (table, column, where = '1') =>
  (await kendra.rows(`SELECT ${column} AS id FROM ${table} WHERE ${where} ORDER BY 1`)).map(({ id }) => id);

before(async () => {
  mariadb = await startMariaDb();
  server = await startServer({ name: 'kendra', database: mariadb.url, tenant: ' default', workers: 3 });
  database = await openDatabase(mariadb);
  const { containerId } = await server.status();
  kendra = new Kendra(database, new Map([[containerId, portOf(server)]]));
});
after(async () => {
  kendra?.close();
  await database?.end();
  await server?.kill();
  await mariadb?.stop();
});

async function meetWith(meeting, ...participants) {
  await kendra.createMeeting(meeting, 2, 2);
  for (const participant of participants) {
    await kendra.recreateProducerTransport(meeting, participant, `${participant}-i1`);
    await kendra.recreateConsumerTransport(meeting, participant, `${participant}-i1`);
  }
}

const publish = (meeting, participant, kind, number) =>
  kendra.createProducer(meeting, participant, `${participant}-i1`, kind, media.rtpParameters(kind, number));

test('the server announces itself with a bare host, its tenant verbatim with the leading blank, and at least two workers', async () => {
  const [row] = await kendra.rows('SELECT * FROM container_heartbeat');
  assert.equal(row.tenant, ' default');
  assert.match(row.host, /^[^:/]+$/);
  assert.ok(row.container_id.startsWith(`${row.host}-`));
  const age = Date.now() - Number(BigInt(row.heartbeat) / 1_000_000n);
  assert.ok(age >= 0 && age < 10_000, `the heart beat ${age} ms ago, in nanoseconds since the epoch`);
  assert.equal((await kendra.freeWorkers()).length, 3);
});

test('createMeeting leaves the rows of the allocation: one router per detail with exactly one capacity', async () => {
  assert.deepEqual(await kendra.createMeeting('allocated', 5, 10), { response: 'created the required routers' });
  const rows = await kendra.rows("SELECT producer_capacity, consumer_capacity, capacity, container_id FROM router_meeting WHERE meeting_id = 'allocated'");
  assert.deepEqual(rows.map(({ producer_capacity: p, consumer_capacity: c, capacity }) => [p, c, capacity]).sort(), [[10, null, null], [null, 150, null]].sort());
  assert.deepEqual(await ids('meeting_status', 'enabled', "meeting_id = 'allocated'"), [1]);
  assert.deepEqual(await kendra.createMeeting('allocated', 5, 10), { response: 'Meeting already exists' });
  assert.equal((await ids('router_meeting', 'router_id', "meeting_id = 'allocated'")).length, 2);
});

test('consumer capacity is used up worker by worker and then refused by kendra itself', async () => {
  await kendra.createMeeting('large', 10, 30); // 800 consumers: more than one worker takes
  const rows = await kendra.rows("SELECT consumer_capacity AS capacity FROM router_meeting WHERE meeting_id = 'large' AND consumer_capacity IS NOT NULL");
  assert.equal(rows.reduce((sum, { capacity }) => sum + capacity, 0), 800);
  assert.ok(rows.length >= 2);
  await assert.rejects(kendra.createMeeting('larger', 15, 30), /no free container found/);
  await kendra.endMeeting('large');
});

test('joinMeeting, getRTPCapabilities and preMeetingDetails work with the router ids swapped, and write nothing', async () => {
  await kendra.createMeeting('swapped', 2, 2);
  const before = await ids('participant_meeting', 'participant_id');
  for (const answer of [
    await kendra.joinMeeting('swapped', 'p1', 'i1'),
    await kendra.getRTPCapabilities('swapped'),
    await kendra.preMeetingDetails('swapped', 'p1'),
  ]) {
    for (const side of ['producerRtpCapabilities', 'consumerRtpCapabilities']) {
      const opus = answer[side].codecs.find(({ mimeType }) => mimeType === 'audio/opus');
      assert.equal(opus.preferredPayloadType, 111);
      const vp8 = answer[side].codecs.find(({ mimeType }) => mimeType === 'video/VP8');
      assert.equal(vp8.preferredPayloadType, 96);
      assert.equal(answer[side].codecs.find(({ kind }) => kind === 'video').mimeType, 'video/VP8', 'VP8 comes first');
      assert.ok(answer[side].headerExtensions.length > 5);
    }
  }
  assert.deepEqual((await kendra.preMeetingDetails('swapped', 'p1')).producerDetails, []);
  assert.deepEqual(await ids('participant_meeting', 'participant_id'), before);
});

test('recreating transports is joining: candidates as clients expect them, rows for the lookups that follow', async () => {
  await kendra.createMeeting('joined', 2, 2);
  const options = await kendra.recreateProducerTransport('joined', 'anu', 'i1');
  for (const key of ['id', 'dtlsParameters', 'iceCandidates', 'iceParameters']) assert.ok(key in options, key);
  assert.equal(options.dtlsParameters.role, 'auto');
  const udp = options.iceCandidates.filter(({ protocol }) => protocol === 'udp');
  assert.ok(udp.length > 0);
  assert.ok(!('ip' in udp[0]) && !('tcpType' in udp[0]), 'the candidate has the reference shape');
  assert.equal(options.iceCandidates[0].protocol, 'udp', 'UDP is offered first');
  assert.equal(options.iceParameters.iceLite, true);

  const again = await kendra.recreateProducerTransport('joined', 'anu', 'i1');
  assert.equal(again.id, options.id, 'the same instance gets the same living transport');

  const { transportOptions, producerDetails } = await kendra.recreateConsumerTransport('joined', 'anu', 'i1');
  assert.deepEqual(producerDetails, []);
  assert.deepEqual(await ids('participant_producer_transport', 'transport_id', "participant_id = 'anu'"), [options.id]);
  assert.deepEqual(await ids('participant_consumer_transport', 'transport_id', "participant_id = 'anu'"), [transportOptions.id]);
  assert.deepEqual(await ids('participant_meeting', 'instance_id', "participant_id = 'anu'"), ['i1']);

  for (const role of ['producer', 'consumer']) {
    assert.deepEqual(await kendra.connectTransport(role, 'joined', 'anu', media.dtlsParameters()), { response: 'Successfully connected producer transport' });
    assert.deepEqual(await kendra.connectTransport(role, 'joined', 'anu', media.dtlsParameters()), { response: 'Transport already connected, ignoring' });
  }
});

test('a participant who only watches can leave and restart ICE, although kendra looks for a producer router', async () => {
  await kendra.createMeeting('watching', 2, 2);
  await kendra.recreateConsumerTransport('watching', 'viewer', 'i1');
  const { result } = await kendra.restartIce('restartConsumerIce', 'viewer');
  assert.equal(Object.keys(result).length, 1);
  assert.equal((await kendra.leaveMeeting('watching', 'viewer', 'i1')).sendSignal, true);
});

test('the three ICE restart routes answer new credentials without a meetingId', async () => {
  await meetWith('iced', 'ira');
  for (const [route, count] of [['restartProducerIce', 1], ['restartConsumerIce', 1], ['restartIce', 2]]) {
    const { result } = await kendra.restartIce(route, 'ira');
    assert.equal(Object.keys(result).length, count, route);
    for (const ice of Object.values(result)) assert.deepEqual(Object.keys(ice).sort(), ['iceLite', 'password', 'usernameFragment']);
  }
});

test('publish, consume, pause, resume and close, each by the rows of the one before', async () => {
  await meetWith('life', 'ann', 'ben', 'cem');
  const audio = await publish('life', 'ann', 'audio', 1);
  const video = await publish('life', 'ann', 'video', 1);
  assert.deepEqual(Object.keys(audio).sort(), ['kind', 'participantId', 'producerId']);
  assert.equal((await publish('life', 'ann', 'video', 1)).producerId, video.producerId, 'repeating is answered with the same producer');
  assert.deepEqual(await ids('participant_producers', 'producer_id', "participant_id = 'ann'"), [audio.producerId, video.producerId].sort());
  await publish('life', 'ben', 'audio', 2);

  const { producerRtpCapabilities } = await kendra.joinMeeting('life', 'ben', 'ben-i1');
  const consume = (who, targets) => kendra.createConsumer('life', who, `${who}-i1`, producerRtpCapabilities, targets);
  const { consumerDetails } = await consume('ben', { ann: ['audio', 'video'], nobody: ['audio'] });
  assert.equal(consumerDetails.length, 2);
  for (const detail of consumerDetails) {
    assert.equal(detail.targetParticipantId, 'ann');
    assert.ok(detail.rtpParameters.codecs.length > 0 && detail.rtpParameters.encodings[0].ssrc > 0 && detail.rtpParameters.mid !== undefined);
  }
  const again = await consume('ben', { ann: ['audio', 'video'] });
  assert.deepEqual(again.consumerDetails.map(({ consumerId }) => consumerId).sort(), consumerDetails.map(({ consumerId }) => consumerId).sort());
  assert.deepEqual(await ids('participant_consumers', 'consumer_id', "participant_id = 'ben'"), consumerDetails.map(({ consumerId }) => consumerId).sort());
  assert.deepEqual((await consume('ben', { nobody: ['audio'] })).consumerDetails, [], 'nothing to consume is a success');

  // Kendra's missing parentheses hand cem's call ben's consumers too: they must stay untouched.
  await consume('cem', { ann: ['audio'], ben: ['audio'] });
  const paused = await kendra.changeConsumers('pause', 'life', 'cem', { ben: ['audio'], ann: ['audio', 'video'] });
  assert.deepEqual({ response: paused.response }, { response: 'Successfully paused' });
  assert.ok(paused.sent.length > 2, 'foreign ids were sent');
  assert.equal((await kendra.changeConsumers('resume', 'life', 'cem', { ann: ['audio'] })).response, 'Successfully resumed');
  const closed = await kendra.changeConsumers('close', 'life', 'cem', { ben: ['audio'], ann: ['audio', 'video'] });
  assert.equal(closed.response, 'Successfully closed consumer');
  assert.deepEqual(await ids('participant_consumers', 'consumer_id', "participant_id = 'cem'"), []);
  assert.equal((await ids('participant_consumers', 'consumer_id', "participant_id = 'ben'")).length, 2, "somebody else's consumers stay");
  assert.equal((await kendra.changeConsumers('close', 'life', 'cem', { ann: ['audio'] })).response, 'Successfully closed consumer', 'none left is a success');

  for (const verb of ['pause', 'resume']) {
    assert.deepEqual(await kendra.changeProducers(verb, 'life', 'ann', ['video']), [{ producerId: video.producerId, participantId: 'ann', kind: 'video' }]);
  }
  assert.deepEqual(await kendra.changeProducers('pause', 'life', 'ann', ['screenshare']), [], 'an empty map is a success');
  assert.deepEqual((await kendra.preMeetingDetails('life', 'x')).producerDetails.length, 3);

  assert.deepEqual(await kendra.changeProducers('close', 'life', 'ann', ['video']), [{ producerId: video.producerId, participantId: 'ann', kind: 'video' }]);
  assert.deepEqual(await ids('participant_producers', 'kind', "participant_id = 'ann'"), ['audio']);
  const reopened = await publish('life', 'ann', 'video', 3);
  assert.notEqual(reopened.producerId, video.producerId);
  const fresh = await consume('ben', { ann: ['video'] });
  assert.equal(fresh.consumerDetails[0].producerId, reopened.producerId, 'not the dead consumer of the closed producer');
});

test('a new instance of a participant evicts the old one, and the closed producers are reported', async () => {
  await meetWith('reload', 'ria');
  const { producerId } = await publish('reload', 'ria', 'video', 1);
  const known = kendra.signals.length;
  await kendra.recreateProducerTransport('reload', 'ria', 'ria-i2');
  assert.deepEqual(kendra.signals.slice(known), [{ type: 'StreamUnPublish', meeting: 'reload', details: [{ producerId, participantId: 'ria', kind: 'video' }] }]);
  assert.deepEqual(await ids('participant_producers', 'producer_id', "participant_id = 'ria'"), []);
  assert.deepEqual(await ids('participant_meeting', 'instance_id', "participant_id = 'ria'"), ['ria-i2']);
  assert.equal((await kendra.leaveMeeting('reload', 'ria', 'ria-i1')).sendSignal, false, 'the old instance is not there any more');
  assert.deepEqual(await kendra.leaveMeeting('reload', 'ria', 'ria-i2'), { response: 'Participant left the meeting', sendSignal: true });
  assert.deepEqual(await ids('participant_producer_transport', 'transport_id', "participant_id = 'ria'"), []);
});

test('kendra\'s empty and null ids are answered, not dropped', async () => {
  await kendra.createMeeting('empty', 2, 2);
  const [{ host, container_id: container }] = await kendra.rows('SELECT host, container_id FROM container_heartbeat');
  const go = new GoClient();
  const post = (path, body) => go.post(host, kendra.ports.get(container), path, body);
  const left = await post('/v1/leaveMeeting', { participantId: 'nobody', instanceId: 'i', meetingId: 'empty', producerTransportId: '', consumerTransportId: '', producerIds: null, consumerIds: null });
  assert.equal(left.status, 200);
  assert.equal(JSON.parse(left.text).sendSignal, false);
  // Kendra sends "" when the participant has no transport: an error it can handle, not a lost connection.
  for (const [path, body] of [
    ['/v1/createProducer', { participantId: 'p', rtpParameters: media.rtpParameters('audio'), kind: 'audio', meetingId: 'empty', producerRouterId: '', producerTransportId: '', consumerRouterIds: null, startRecording: false, instanceId: 'i' }],
    ['/v1/createConsumer', { participantId: 'p', rtpCapabilities: { codecs: [], headerExtensions: [] }, meetingId: 'empty', transportId: '', targetParticipants: {}, instanceId: 'i' }],
    ['/v1/connectTransport', { participantId: 'p', dtlsParameters: media.dtlsParameters(), meetingId: 'empty', transportId: '' }],
  ]) {
    const answer = await post(path, body);
    assert.ok(answer.status >= 400 && answer.status < 500, `${path}: ${answer.status} ${answer.text}`);
    assert.ok(JSON.parse(answer.text).error.code);
  }
  const ended = await post('/v1/endMeeting', { meetingId: 'empty', routerIds: [''], transportIds: ['', ''], producerIds: [''], consumerIds: [''], participantIds: [''] });
  assert.equal(ended.status, 200);
  const absent = await post('/v1/endMeeting', { meetingId: 'never-was', routerIds: [], transportIds: null, producerIds: [], consumerIds: [], participantIds: [] });
  assert.equal(absent.status, 200);
  assert.equal(JSON.parse(absent.text).response, 'Successfully ended meeting');
  go.close();
});

test('endMeeting with kendra\'s cross product of ids clears every row of the meeting and of its routers', async () => {
  await meetWith('ending', 'eva', 'edo');
  await publish('ending', 'eva', 'audio', 1);
  const routers = await ids('router_meeting', 'router_id', "meeting_id = 'ending'");
  assert.deepEqual(await kendra.endMeeting('ending'), { response: 'Successfully ended meeting' });
  for (const table of ['meeting_status', 'router_meeting', 'participant_meeting', 'participant_producers', 'participant_consumers']) {
    assert.deepEqual(await ids(table, 'meeting_id', "meeting_id = 'ending'"), [], table);
  }
  for (const router of routers) assert.deepEqual(await ids('router_worker', 'router_id', `router_id = '${router}'`), []);
});

test('when a server dies its meetings are moved by one call, and a second kendra sending it too does no harm', async (context) => {
  const second = await startServer({ name: 'kendra-second', database: mariadb.url, tenant: ' default', workers: 3 });
  const { containerId: secondId } = await second.status();
  kendra.ports.set(secondId, portOf(second));
  try {
    for (const { meeting_id: meeting } of await kendra.rows('SELECT meeting_id FROM meeting_status')) await kendra.endMeeting(meeting);
    // Full enough that kendra fills the first server.
    await server.openMeeting('moved', { producerWorker: 0, consumerWorker: 1 });
    await kendra.recreateProducerTransport('moved', 'mia', 'i1');
    const [dead] = await kendra.rows("SELECT DISTINCT container_id FROM router_meeting WHERE meeting_id = 'moved'");
    await server.kill();
    // Ten seconds of silence, without waiting for them.
    await database.query('UPDATE container_heartbeat SET heartbeat = heartbeat - 20000000000 WHERE container_id = ?', [dead.container_id]);
    const stale = await kendra.stale();
    assert.deepEqual(stale.map(({ container_id: id }) => id), [dead.container_id]);
    const plan = await kendra.planReplacement(stale[0]);
    assert.deepEqual(plan.meetings, ['moved']);
    assert.equal(await plan.send(), 'created the required routers');
    const routers = await ids('router_meeting', 'router_id', "meeting_id = 'moved'");
    assert.equal(routers.length, 2);
    assert.deepEqual(await ids('router_meeting', 'container_id', "meeting_id = 'moved'"), [secondId, secondId]);
    assert.deepEqual(await ids('participant_meeting', 'participant_id', "meeting_id = 'moved'"), [], 'everyone joins again');

    const options = await kendra.recreateProducerTransport('moved', 'mia', 'i1');
    assert.equal(await plan.send(), 'created the required routers');
    assert.deepEqual(await ids('router_meeting', 'router_id', "meeting_id = 'moved'"), routers, 'the second call changes nothing');
    assert.equal((await kendra.recreateProducerTransport('moved', 'mia', 'i1')).id, options.id, 'who has joined in between stays');
    assert.deepEqual(await kendra.stale(), [], 'kendra has nothing left to repeat');
    assert.deepEqual(await kendra.endMeeting('moved'), { response: 'Successfully ended meeting' });
    const slowest = kendra.calls.reduce((worst, call) => (call.milliseconds > worst.milliseconds ? call : worst));
    context.diagnostic(`${kendra.calls.length} calls of kendra; the slowest, ${slowest.path}, took ${slowest.milliseconds.toFixed(0)} ms of its 1500`);
  } finally {
    await second.kill();
  }
});
