// SPDX-License-Identifier: MIT
// Everything that breaks, and comes back without a click.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';

import type { ConnectionState, Meeting } from '../src/types';
import { FakeServer } from './fake_server';
import { next, record, track, until, World } from './world';

let server: FakeServer;
let world: World;
let meeting: Meeting;

beforeEach(async () => {
  server = await FakeServer.start();
  server.participants = [server.person('bela', ['audio', 'video'])];
  world = new World();
});

afterEach(async () => {
  await meeting.leave();
  await server.stop();
});

/** In a meeting, sending and receiving, connected. */
async function settled(options: Parameters<World['join']>[1] = {}): Promise<Meeting> {
  meeting = await world.join(server, { audio: track('audio'), video: track('video'), ...options });
  await until('it sends', () => [...meeting.me.tracks.values()].every(({ live }) => live));
  await until('it receives', () => [...(meeting.participants.get('bela')?.tracks.values() ?? [])].every(({ mediaStreamTrack }) => mediaStreamTrack !== null));
  world.connect();
  return meeting;
}

const picture = (): MediaStreamTrack | null => meeting.participants.get('bela')?.tracks.get('video')?.mediaStreamTrack ?? null;
const reached = (state: ConnectionState): Promise<unknown> => next(meeting, 'connectionState', (news) => news.state === state);

describe('a server that is away at first', () => {
  it('is tried again, and the application is told each time why', async () => {
    const told: string[] = [];
    server.answer('join', { error: { code: 'unavailable', message: 'the database is away' } });
    await settled({ onWaiting: ({ message }) => void told.push(message) });
    assert.deepEqual(told, ['the database is away']);
    server.drop();
    await reached('reconnecting');
    await reached('connected');
    assert.equal(told.length, 1, 'who was in is told by the connection state');
  });
});

describe('a lost socket', () => {
  it('is resumed: nothing of the media is touched and no news is missed or told twice', async () => {
    await settled();
    const seen = record(meeting, 'message', 'participantLeft', 'trackRemoved', 'connectionState');
    const [before, mark] = [picture(), server.requests.length];
    server.notify('message', { messageId: '1', from: 'bela', data: 1, time: 1 });
    await next(meeting, 'message');
    server.drop();
    server.notify('message', { messageId: '2', from: 'bela', data: 2, time: 2 });
    server.notify('message', { messageId: '3', from: 'bela', data: 3, time: 3 });
    const { params } = await server.received('resume', mark);
    assert.equal(params['lastSeq'], server.seq - 2);
    await until('all was told', () => seen.filter(({ event }) => event === 'message').length === 3);
    assert.deepEqual(seen.map(({ event, news }) => (event === 'message' ? (news as { data: number }).data : (news as { state: string }).state)), [1, 'reconnecting', 'connected', 2, 3]);
    assert.equal(picture(), before);
    assert.deepEqual(server.requests.slice(mark).map(({ method }) => method), ['resume']);
  });

  it('tells nothing twice that the server repeats', async () => {
    await settled();
    const seen = record(meeting, 'message');
    server.notify('message', { messageId: '1', from: 'bela', data: 1, time: 1 });
    server.raw(JSON.stringify({ jsonrpc: '2.0', method: 'message', params: { messageId: '1', from: 'bela', data: 1, time: 1, seq: server.seq } }));
    server.notify('message', { messageId: '2', from: 'bela', data: 2, time: 1 });
    await until('the second came', () => seen.length >= 2);
    assert.deepEqual(seen.map(({ news }) => (news as { data: number }).data), [1, 2]);
  });

  it('is joined anew when the session is gone, with the same instance and new transports', async () => {
    await settled();
    const first = await server.received('join');
    const seen = record(meeting, 'participantJoined', 'participantLeft', 'trackAdded', 'trackRemoved', 'trackStarted');
    const [before, mark] = [picture(), server.requests.length];
    server.answer('resume', { error: { code: 'not_found', reason: 'session_gone' } });
    server.drop();
    const again = await server.received('join', mark);
    assert.equal(again.params['instanceId'], first.params['instanceId']);
    await until('it sends again', () => server.of('produce', mark).length === 2);
    assert.deepEqual(server.of('produce', mark).map(({ params }) => params['transportId']), ['send-2', 'send-2']);
    await until('it receives again', () => picture() !== before && picture() !== null);
    assert.deepEqual(new Set(seen.map(({ event }) => event)), new Set(['trackStarted'])); // the same people, the same tracks
    world.connect();
    await until('all is well', () => meeting.state === 'connected');
  });

  it('asks again what was not answered, but sends no message twice', async () => {
    await settled();
    const mark = server.requests.length;
    server.answer('participant.update', 'drop');
    await meeting.updateMe({ name: 'Asha B' });
    assert.equal(server.of('participant.update', mark).length, 2);
    server.answer('message.send', 'drop');
    await assert.rejects(meeting.sendMessage('once'), { code: 'unavailable', reason: 'connection_lost' });
    await until('it is back', () => meeting.state === 'connected');
    assert.equal(server.of('message.send', mark).length, 1);
  });

  it('is noticed although nobody says so', async () => {
    await settled();
    const mark = server.requests.length;
    server.answer('ping', 'silent');
    await server.received('ping', mark);
    await server.received('resume', mark);
    assert.equal(server.sockets, 2);
  });

  it('is tried for as long as it takes', async () => {
    await settled();
    const { url } = server;
    await server.stop();
    await reached('reconnecting');
    const revived = await FakeServer.start(Number(new URL(url).port));
    revived.participants = server.participants;
    server = revived;
    await server.received('join');
    await until('it is back', () => meeting.state !== 'reconnecting');
  });
});

describe('the end', () => {
  for (const [code, reason] of [[4001, 'replaced'], [4003, 'removed'], [4004, 'ended'], [1000, 'left']] as const) {
    it(`is final after ${code}`, async () => {
      await settled();
      const closed = next(meeting, 'connectionState', ({ state }) => state === 'closed');
      server.drop(code);
      assert.equal((await closed).reason, reason);
      assert.equal(meeting.closeReason, reason);
      assert.equal(world.transport('send').closed, true);
      assert.equal(world.transport('recv').closed, true);
      assert.equal(server.sockets, 1);
    });
  }

  it('is told before it comes', async () => {
    await settled();
    const seen = record(meeting, 'removed', 'ended', 'connectionState');
    server.notify('you.removed', { by: 'bela' });
    server.drop(4003);
    await until('it is over', () => meeting.state === 'closed');
    assert.deepEqual(seen.map(({ event }) => event), ['removed', 'connectionState']);
  });
});

describe('a lost server', () => {
  it('is replaced: what was sent and received goes on over new transports, and old pictures stay until then', async () => {
    await settled();
    const seen = record(meeting, 'trackRemoved', 'trackAdded', 'connectionState');
    const [before, mark, old] = [picture(), server.requests.length, world.transport('recv')];
    assert.notEqual(before, null);
    server.notify('media.lost', { reason: 'worker_died', epoch: 1 });
    await server.received('media.open', mark);
    assert.equal(picture(), before);
    await until('it sends again', () => server.of('produce', mark).length === 2);
    await until('it receives again', () => picture() !== before);
    assert.equal(old.closed, false); // its last picture is still shown
    world.connect();
    await until('all is well', () => meeting.state === 'connected');
    assert.deepEqual(seen.map(({ news }) => (news as { state?: string }).state), ['recovering', 'connected']);
    await until('the old transport is let go', () => old.closed);
  });

  it('is sent to first, and what came meanwhile is asked for in one go', async () => {
    await settled();
    const mark = server.requests.length;
    server.notify('media.lost', { reason: 'worker_died', epoch: 1 });
    await until('it receives again', () => server.of('consume', mark).length > 0);
    const order = server.requests.slice(mark).map(({ method }) => method).filter((method) => ['produce', 'consume'].includes(method));
    assert.deepEqual(order, ['produce', 'produce', 'consume']);
    assert.equal((server.of('consume', mark)[0]?.params['producerIds'] as string[]).length, 2);
  });

  it('is received from even when nothing can be sent', async () => {
    await settled();
    const mark = server.requests.length;
    server.answer('produce', 'silent', 'silent', 'silent', 'silent');
    server.notify('media.lost', { reason: 'worker_died', epoch: 1 });
    await until('it receives again', () => server.of('consume', mark).length > 0);
  });

  it('is left when it drains', async () => {
    await settled();
    const mark = server.requests.length;
    server.notify('drain', { deadlineSeconds: 60 });
    assert.deepEqual(await next(meeting, 'drain'), { deadlineSeconds: 60 });
    assert.equal(server.of('media.open', mark).length, 0);
    server.notify('media.lost', { reason: 'drain', epoch: 1 });
    await server.received('media.open', mark);
    await until('it sends again', () => server.of('produce', mark).length === 2);
  });

  it('keeps trying while no other is there', async () => {
    await settled();
    const mark = server.requests.length;
    server.answer('media.open', { error: { code: 'unavailable' } }, { error: { code: 'unavailable', retryAfter: 1 } });
    server.notify('media.lost', { reason: 'server_died', epoch: 1 });
    await until('it sends again', () => server.of('produce', mark).length === 2);
    assert.equal(server.of('media.open', mark).length, 3);
  });

  it('is not lost twice by news of an older loss', async () => {
    await settled();
    const mark = server.requests.length;
    server.answer('media.open', 'silent');
    server.notify('media.lost', { reason: 'worker_died', epoch: 1 });
    await server.received('media.open', mark);
    server.notify('media.lost', { reason: 'transport_failed', epoch: 1 });
    await until('it sends again', () => server.of('produce', mark).length === 2);
    server.notify('media.lost', { reason: 'transport_failed', epoch: 1 });
    server.notify('message', { messageId: '1', from: 'bela', data: 1, time: 1 });
    await next(meeting, 'message');
    assert.equal(server.of('media.open', mark).length, 2); // the one that was not answered, and its repetition
  });

  it('is found out by a request, too', async () => {
    await settled();
    const mark = server.requests.length;
    server.answer('producer.pause', { error: { code: 'conflict', reason: 'media_moved' } });
    await meeting.setMuted('audio', true);
    await server.received('media.open', mark);
    await until('it sends again', () => server.of('produce', mark).length === 2);
    assert.deepEqual(server.of('produce', mark).map(({ params }) => params['paused']), [true, false]);
  });

  it('of somebody else: the tile stays, and the next producer fills it', async () => {
    await settled();
    const seen = record(meeting, 'trackRemoved', 'trackAdded', 'trackStarted');
    const tile = meeting.participants.get('bela')?.tracks.get('video');
    const before = picture();
    server.notify('producer.closed', { participantId: 'bela', producerId: 'bela-video-1', kind: 'video', reason: 'worker_died' });
    server.notify('consumer.closed', { consumerId: 'consumer-bela-video-1-1', producerId: 'bela-video-1', reason: 'producer_closed' });
    const bela = server.participants[0];
    assert.ok(bela);
    bela.producers = [{ producerId: 'bela-video-2', kind: 'video', paused: false }];
    server.notify('producer.new', { participantId: 'bela', producerId: 'bela-video-2', kind: 'video', paused: false });
    await until('it is seen again', () => picture() !== before);
    assert.equal(meeting.participants.get('bela')?.tracks.get('video'), tile);
    assert.deepEqual(seen.map(({ event }) => event), ['trackStarted']);
  });

  it('of somebody else who never comes back: the tile goes after a while', async () => {
    await settled();
    server.notify('producer.closed', { participantId: 'bela', producerId: 'bela-video-1', kind: 'video', reason: 'server_died' });
    const { reason } = await next(meeting, 'trackRemoved');
    assert.equal(reason, 'server_died');
  });
});

describe('another network', () => {
  it('restarts ICE of both transports', async () => {
    await settled();
    const mark = server.requests.length;
    world.changeNetwork();
    const { params } = await server.received('transport.restartIce', mark);
    assert.deepEqual(params['transportIds'], ['send-1', 'receive-1']);
    assert.equal(server.of('media.open', mark).length, 0);
  });

  it('restarts ICE after the socket is back, when both broke', async () => {
    await settled();
    const mark = server.requests.length;
    server.drop();
    world.changeNetwork();
    await server.received('transport.restartIce', mark);
    assert.deepEqual(server.requests.slice(mark, mark + 2).map(({ method }) => method), ['resume', 'transport.restartIce']);
  });

  it('opens transports anew when a restart does not help', async () => {
    await settled();
    const mark = server.requests.length;
    world.ice('recv', 'failed');
    await server.received('transport.restartIce', mark);
    await server.received('media.open', mark);
    await until('it sends again', () => server.of('produce', mark).length === 2);
  });

  it('goes over TCP when UDP does not get through, and says so', async () => {
    meeting = await world.join(server, { audio: track('audio') });
    const fallback = next(meeting, 'transportFallback');
    assert.deepEqual(await fallback, { to: 'tcp' });
    assert.deepEqual((await server.received('media.open')).params, { tcpOnly: true });
    await until('it sends again', () => server.of('produce').length === 2);
  });
});
