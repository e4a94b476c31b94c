// SPDX-License-Identifier: MIT
// A meeting that goes well: join, publish, receive, moderate, record, leave.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';

import type { Kind, Meeting } from '../src/types';
import { FakeServer } from './fake_server';
import { next, record, track, until, World } from './world';

let server: FakeServer;
let world: World;
let meeting: Meeting | null;

beforeEach(async () => {
  server = await FakeServer.start();
  world = new World();
  meeting = null;
});

afterEach(async () => {
  await meeting?.leave();
  await server.stop();
});

async function join(options: Parameters<World['join']>[1] = {}): Promise<Meeting> {
  return (meeting = await world.join(server, options));
}

const remote = (meeting_: Meeting, participant: string, kind: Kind): MediaStreamTrack | null | undefined =>
  meeting_.participants.get(participant)?.tracks.get(kind)?.mediaStreamTrack;

describe('joining', () => {
  it('tells the server who comes, and the application who is there', async () => {
    server.participants = [server.person('bela', ['audio', 'video'])];
    const standup = await join({ name: 'Asha', metadata: { seat: 3 }, client: 'test/1' });
    const { params } = await server.received('join');
    assert.equal(params['token'], 'token');
    assert.equal(params['name'], 'Asha');
    assert.deepEqual(params['metadata'], { seat: 3 });
    assert.ok(typeof params['instanceId'] === 'string' && params['instanceId'].length >= 16);
    assert.equal(standup.id, 'standup');
    assert.equal(standup.me.id, 'me');
    assert.deepEqual([...standup.participants.keys()], ['bela']);
    assert.deepEqual([...(standup.participants.get('bela')?.tracks.keys() ?? [])], ['audio', 'video']);
  });

  it('announces those present to handlers that are set at once', async () => {
    server.participants = [server.person('bela', ['audio'])];
    const standup = await join();
    const seen = record(standup, 'participantJoined', 'trackAdded', 'trackStarted');
    await until('the sound starts', () => seen.length === 3);
    assert.deepEqual(seen.map(({ event }) => event), ['participantJoined', 'trackAdded', 'trackStarted']);
  });

  it('rejects with the server’s reason', async () => {
    server.answer('join', { error: { code: 'forbidden', reason: 'meeting_locked', message: 'locked' } });
    await assert.rejects(join(), { code: 'forbidden', reason: 'meeting_locked', message: 'locked' });
  });

  it('tries again while the server is busy, and gives up in time', async () => {
    server.answer('join', { error: { code: 'unavailable' } }, { error: { code: 'unavailable' } });
    await join();
    assert.equal(server.of('join').length, 3);
    world.unreachable = true;
    await assert.rejects(new World().join({ ...server, url: 'ws://127.0.0.1:9/' } as unknown as FakeServer, { joinTimeout: 2000 }), { code: 'deadline_exceeded' });
  });

  it('can be given up', async () => {
    server.answer('join', 'silent');
    const abort = new AbortController();
    const joining = join({ signal: abort.signal });
    await server.received('join');
    abort.abort();
    await assert.rejects(joining, { code: 'aborted' });
  });

  it('publishes the tracks it was given', async () => {
    const standup = await join({ audio: track('audio'), video: track('video'), muted: ['audio'] });
    await until('both are live', () => [...standup.me.tracks.values()].filter(({ live }) => live).length === 2);
    const produced = server.of('produce').map(({ params }) => [params['kind'], params['paused'], params['transportId']]);
    assert.deepEqual(produced, [['audio', true, 'send-1'], ['video', false, 'send-1']]);
    assert.equal(standup.me.tracks.get('audio')?.mediaStreamTrack.enabled, false);
  });
});

describe('publishing', () => {
  it('mutes at once here, and tells the server', async () => {
    const standup = await join();
    const microphone = track('audio');
    const local = await standup.publish('audio', microphone);
    const muting = standup.setMuted('audio', true);
    assert.equal(microphone.enabled, false);
    await muting;
    assert.equal(local.muted, true);
    const { params } = await server.received('producer.pause');
    assert.equal((params['producerIds'] as string[]).length, 1);
    await standup.setMuted('audio', false);
    assert.equal(microphone.enabled, true);
    await server.received('producer.resume');
  });

  it('never lets a replaced track be heard while muted', async () => {
    const standup = await join();
    await standup.publish('audio', track('audio'), { muted: true });
    const other = track('audio');
    await standup.replaceTrack('audio', other);
    assert.equal(other.enabled, false);
    assert.equal(standup.me.tracks.get('audio')?.mediaStreamTrack, other);
    assert.equal(server.of('produce').length, 1);
  });

  it('stops at the server, too', async () => {
    const standup = await join();
    const camera = track('video');
    await standup.publish('video', camera);
    await standup.unpublish('video');
    await server.received('producer.close');
    assert.equal(standup.me.tracks.size, 0);
    assert.equal(camera.readyState, 'live');
  });

  it('unpublishes what the browser ended, and says so', async () => {
    const standup = await join();
    const screen = track('video');
    await standup.publish('screenshare', screen);
    const ended = next(standup, 'localTrackEnded');
    screen.remoteStop();
    assert.deepEqual(await ended, { kind: 'screenshare' });
    await server.received('producer.close');
  });

  it('rejects what the server refuses for good, and tries again what it cannot do now', async () => {
    const standup = await join();
    server.answer('produce', { error: { code: 'forbidden', reason: 'quota_publish_bitrate' } });
    await assert.rejects(standup.publish('video', track('video')), { reason: 'quota_publish_bitrate' });
    assert.equal(standup.me.tracks.size, 0);
    server.answer('produce', { error: { code: 'unavailable' } });
    await standup.publish('video', track('video'));
    assert.equal(server.of('produce').length, 3);
  });

  it('is heard although the camera cannot be sent', async () => {
    server.answer('produce', { error: { code: 'unavailable' } });
    const standup = await join({ video: track('video') });
    await server.received('produce');
    await standup.publish('audio', track('audio'));
    assert.equal(standup.me.tracks.get('audio')?.live, true);
    await until('it is seen, too', () => standup.me.tracks.get('video')?.live === true);
  });

  it('sends nothing of a kind the token does not grant', async () => {
    const standup = await join();
    Object.assign(standup.me, { grants: { ...standup.me.grants, publish: ['audio'] } });
    await assert.rejects(standup.publish('video', track('video')), { code: 'forbidden', reason: 'not_granted' });
    await assert.rejects(standup.publish('audio', track('video')), { code: 'invalid_argument' });
  });

  it('knows whether anybody watches', async () => {
    const standup = await join();
    const local = await standup.publish('video', track('video'));
    const { params } = await server.received('produce');
    assert.equal(params['kind'], 'video');
    server.notify('producer.demand', { producerId: 'me-video-1', kind: 'video', wanted: false });
    await next(standup, 'localTrack');
    assert.equal(local.wanted, false);
    server.notify('producer.demand', { producerId: 'me-video-1', kind: 'video', wanted: true, maxSpatialLayer: 1 });
    await next(standup, 'localTrack');
    assert.equal(local.wanted, true);
  });

  it('is muted by a moderator, and can unmute itself', async () => {
    const standup = await join();
    const microphone = track('audio');
    await standup.publish('audio', microphone);
    server.notify('you.muted', { kinds: ['audio'], by: 'bela' });
    assert.deepEqual(await next(standup, 'mutedByModerator'), { kinds: ['audio'], by: 'bela' });
    assert.equal(microphone.enabled, false);
    assert.equal(server.of('producer.pause').length, 0);
    await standup.setMuted('audio', false);
    await server.received('producer.resume');
  });
});

describe('receiving', () => {
  it('asks for all that is there in one request, and tells its capabilities once', async () => {
    server.participants = [server.person('bela', ['audio', 'video']), server.person('chen', ['audio'])];
    const standup = await join();
    await until('all arrived', () => Boolean(remote(standup, 'bela', 'video') && remote(standup, 'chen', 'audio')));
    const consumed = server.of('consume');
    assert.equal(consumed.length, 1);
    assert.notEqual(consumed[0]?.params['rtpCapabilities'], undefined);
    server.join('dara', ['audio']);
    await until('the newcomer is heard', () => Boolean(remote(standup, 'dara', 'audio')));
    assert.equal(server.of('consume')[1]?.params['rtpCapabilities'], undefined);
  });

  it('asks once for a track that is hidden while it is asked for', async () => {
    const standup = await join();
    server.join('dara', ['video']);
    await server.received('consume');
    const track = standup.participants.get('dara')?.tracks.get('video') as unknown as { hidden: boolean };
    track.hidden = true;
    await until('the picture arrived', () => Boolean(remote(standup, 'dara', 'video')));
    await until('it is paused', () => server.of('consumer.pause').length > 0);
    assert.deepEqual(server.of('consume').map(({ params }) => params['producerIds']), [['dara-video-1']]);
    assert.equal(server.of('consumer.close').length, 0);
  });

  it('receives nothing unasked where that is wished, and what is asked for', async () => {
    server.participants = [server.person('bela', ['audio', 'video'])];
    const standup = await join({ autoSubscribe: false });
    standup.subscribe('bela', 'audio');
    await until('the sound arrived', () => Boolean(remote(standup, 'bela', 'audio')));
    assert.deepEqual(server.of('consume').flatMap(({ params }) => params['producerIds']), ['bela-audio-1']);
    standup.unsubscribe('bela', 'audio');
    await server.received('consumer.close');
    assert.equal(remote(standup, 'bela', 'audio'), null);
  });

  it('follows mutes and the end of a track', async () => {
    const bela = server.person('bela', ['audio']);
    server.participants = [bela];
    const standup = await join();
    await until('the sound arrived', () => Boolean(remote(standup, 'bela', 'audio')));
    const ids = { participantId: 'bela', producerId: 'bela-audio-1', kind: 'audio' };
    server.notify('producer.paused', ids);
    assert.equal((await next(standup, 'trackMuted')).track.muted, true);
    server.notify('producer.resumed', ids);
    assert.equal((await next(standup, 'trackUnmuted')).track.muted, false);
    server.notify('producer.closed', { ...ids, reason: 'closed' });
    assert.equal((await next(standup, 'trackRemoved')).reason, 'closed');
    assert.equal(standup.participants.get('bela')?.tracks.size, 0);
  });

  it('tells news in the order in which it happened', async () => {
    const standup = await join();
    const seen = record(standup, 'participantJoined', 'trackAdded', 'trackMuted', 'trackRemoved', 'participantLeft', 'message');
    server.join('bela');
    server.notify('producer.new', { participantId: 'bela', producerId: 'p', kind: 'audio', paused: false });
    server.notify('producer.paused', { participantId: 'bela', producerId: 'p', kind: 'audio' });
    server.notify('message', { messageId: '1', from: 'bela', topic: 'chat', data: 'bye', time: 1 });
    server.notify('participant.left', { participantId: 'bela', reason: 'left' });
    await until('all told', () => seen.length === 6);
    assert.deepEqual(seen.map(({ event }) => event), ['participantJoined', 'trackAdded', 'trackMuted', 'message', 'trackRemoved', 'participantLeft']);
  });

  it('keeps one bad producer from hiding the others', async () => {
    server.participants = [server.person('bela', ['audio']), server.person('chen', ['audio'])];
    const consumers = { result: { consumers: [], failed: [{ producerId: 'bela-audio-1', code: 'forbidden', message: 'no' }, { producerId: 'chen-audio-1', code: 'unavailable', message: 'later' }] } };
    server.answer('consume', consumers);
    const standup = await join();
    const problem = next(standup, 'problem');
    assert.equal((await problem).participantId, 'bela');
    await until('the other is heard', () => Boolean(remote(standup, 'chen', 'audio')));
    assert.deepEqual(server.of('consume')[1]?.params['producerIds'], ['chen-audio-1']);
  });

  it('hears at once and sees later while the server is overloaded, and says so once', async () => {
    server.participants = [server.person('bela', ['audio', 'video']), server.person('chen', ['video'])];
    server.overloaded = new Set(['bela-video-1', 'chen-video-1']);
    const standup = await join();
    const problems = record(standup, 'problem');
    await until('sound is heard', () => Boolean(remote(standup, 'bela', 'audio')));
    await server.received('consume', 0, 2);
    assert.equal(problems.length, 1);
    assert.equal(standup.participants.get('bela')?.tracks.get('video')?.mediaStreamTrack, null);
    server.overloaded.clear();
    await until('the pictures are there', () => Boolean(remote(standup, 'bela', 'video')) && Boolean(remote(standup, 'chen', 'video')));
  });

  it('asks again for what is not known everywhere yet, and not for ever', async () => {
    const standup = await join();
    server.notify('participant.joined', server.person('bela', ['audio'])); // of whom the server's media knows nothing
    await server.received('consume', 0, 2);
    server.participants = [server.person('bela', ['audio'])];
    await until('it is heard', () => Boolean(remote(standup, 'bela', 'audio')));
    server.notify('participant.joined', server.person('ghost', ['audio']));
    const mark = server.requests.length;
    await server.received('consume', mark, 5);
    assert.equal(standup.participants.get('ghost')?.tracks.get('audio')?.mediaStreamTrack, null);
  });

  it('asks for another layer only where there are layers, and honours a bound', async () => {
    server.participants = [server.person('bela', ['audio', 'video'])];
    const standup = await join();
    await until('the picture arrived', () => Boolean(remote(standup, 'bela', 'video')));
    for (const each of standup.participants.get('bela')?.tracks.values() ?? []) each.setMaxSpatialLayer(0);
    const { params } = await server.received('consumer.setLayers');
    assert.equal(params['spatialLayer'], 0);
    assert.match(String(params['consumerId']), /video/);
    standup.participants.get('bela')?.tracks.get('video')?.setMaxSpatialLayer(null);
    assert.equal((await server.received('consumer.setLayers', 0, 2)).params['spatialLayer'], 2);
  });

  it('hears who speaks, and how well', async () => {
    server.participants = [server.person('bela')];
    const standup = await join();
    server.read('speakers', { active: 'bela', levels: [{ participantId: 'bela', level: -20 }] });
    assert.deepEqual(await next(standup, 'activeSpeaker'), { participantId: 'bela' });
    assert.equal(standup.participants.get('bela')?.level, -20);
    server.read('quality', { participantId: 'me', score: 7 });
    await next(standup, 'quality');
    assert.equal(standup.me.quality, 7);
  });
});

describe('talking and deciding', () => {
  it('sends messages and says which one it was', async () => {
    const standup = await join();
    assert.match(await standup.sendMessage({ text: 'hi' }, { topic: 'chat', to: ['bela'] }), /^message-/);
    assert.deepEqual((await server.received('message.send')).params, { data: { text: 'hi' }, topic: 'chat', to: ['bela'] });
    await assert.rejects(standup.sendMessage('x'.repeat(5000)), { code: 'payload_too_large' });
  });

  it('records and moderates', async () => {
    const standup = await join();
    assert.equal(await standup.recording.start({ modes: ['composite'] }), 'rec-1');
    server.notify('recording.started', { recordingId: 'rec-1' });
    await next(standup, 'recording');
    assert.equal(standup.recordingState?.recordingId, 'rec-1');
    server.notify('recording.paused', { recordingId: 'rec-1' });
    await next(standup, 'recording');
    assert.equal(standup.recordingState?.paused, true);
    server.notify('recording.stopped', { recordingId: 'rec-1' });
    await next(standup, 'recording');
    assert.equal(standup.recordingState, null);
    assert.deepEqual(await standup.moderate.mute('bela', ['audio']), ['audio']);
    await standup.moderate.lock(true);
    server.notify('meeting.locked', { locked: true, by: 'me' });
    await next(standup, 'locked');
    assert.equal(standup.locked, true);
  });

  it('leaves, releases nothing it was given, and is over', async () => {
    const standup = await join();
    const camera = track('video');
    await standup.publish('video', camera);
    const closed = next(standup, 'connectionState', ({ state }) => state === 'closed');
    await standup.leave();
    assert.equal((await closed).reason, 'left');
    await server.received('leave');
    assert.equal(camera.readyState, 'live');
    await assert.rejects(standup.sendMessage('late'), { code: 'aborted' });
    await assert.rejects(standup.publish('video', camera), { code: 'aborted' });
  });

  it('says goodbye when the page goes away', async () => {
    await join();
    world.closePage();
    await server.received('leave');
  });
});
