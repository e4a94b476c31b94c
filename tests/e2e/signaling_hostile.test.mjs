// SPDX-License-Identifier: MIT
// Hostile and broken clients over the real socket: each is answered or closed as docs/signaling.md says, and nobody else notices.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import net from 'node:net';
import { after, before, test } from 'node:test';

import { administrate } from './lib/command.mjs';
import { dtlsParameters, rtpParameters } from './lib/media.mjs';
import { startServer } from './lib/server.mjs';
import { SignalingClient, guest, printedKey, signToken, tokensOf } from './lib/signaling.mjs';
import { SignalingTraffic, schema } from './lib/signaling_schema.mjs';
import { sleep, until, within } from './lib/wait.mjs';

const traffic = new SignalingTraffic();
let server;
let token;
let witness; // somebody in a meeting of her own, who must not notice any of it

before(async () => {
  server = await startServer({ name: 'signaling-hostile', workers: 1 });
  token = tokensOf(server);
  witness = await enter('quiet', 'witness');
});
after(() => server?.kill());

const connect = () => SignalingClient.connect(server, { traffic });
const enter = (meeting, participant, options = {}) => SignalingClient.join(server, token({ meeting, participant, ...options }), { traffic });

// That the witness is served, and how long she waited, in milliseconds.
async function undisturbed() {
  const start = performance.now();
  await witness.request('ping');
  await witness.request('participant.update', {});
  return performance.now() - start;
}

test('what is no JSON-RPC is answered with its fault, and closed with 4010 at once, or when it goes on', async () => {
  for (const garbage of ['', 'join', '{"jsonrpc":"2.0","id":1,"method":"ping"', '{"id":1,"id":2}', '\u0000', `${'['.repeat(60_000)}`]) {
    const client = await connect();
    client.sendRaw(garbage);
    const answer = await client.stray();
    assert.deepEqual([answer.id, answer.error.code, answer.error.data.code], [null, -32700, 'invalid_argument'], garbage.slice(0, 40));
    assert.equal((await client.closed).code, 4010);
  }
  const request = { jsonrpc: '2.0', id: 1, method: 'ping' };
  const none = [[], [request], 7, null, {}, { ...request, id: undefined }, { ...request, id: 1.5 }, { ...request, id: 'x'.repeat(65) }, { ...request, jsonrpc: '1.0' }, { ...request, method: 7 }, { ...request, method: 'x'.repeat(1000) }];
  const client = await connect();
  for (const one of none) {
    client.sendRaw(JSON.stringify(one));
    assert.equal((await client.stray()).error.code, -32600, JSON.stringify(one).slice(0, 80));
  }
  assert.ok((await client.request('ping')).time, 'a mistake or two is no reason to close');
  for (let more = none.length; more <= 20; ++more) client.sendRaw('{}');
  assert.equal((await client.closed).code, 4010);
  await undisturbed();
});

test('frames that are binary, too long or no UTF-8 close their own socket with the code for it', async () => {
  const codeAfter = async (data, options) => {
    const client = await connect();
    client.sendRaw(data, options);
    return (await client.closed).code;
  };
  assert.equal(await codeAfter(randomBytes(100)), 1003);
  assert.equal(await codeAfter('x'.repeat(64 * 1024 + 1)), 1009);
  assert.equal(await codeAfter(Buffer.from([0xff, 0xfe, 0x22]), { binary: false }), 1007);
  const longest = await connect();
  const ping = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping', params: { pad: '' } });
  longest.sendRaw(ping.replace('""', `"${'x'.repeat(64 * 1024 - ping.length)}"`));
  assert.ok((await longest.stray()).result.time, 'what is just short enough is served');
  await longest.close();
});

test('data may be nested, but not without end', async () => {
  const [asha, bela] = [await enter('nested', 'asha'), await enter('nested', 'bela')];
  const nested = (levels) => JSON.parse(`${'['.repeat(levels)}1${']'.repeat(levels)}`);
  await asha.request('message.send', { data: nested(30) }); // below the message and its params
  assert.deepEqual((await bela.next('message')).data, nested(30));
  asha.sendRaw(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'message.send', params: { data: nested(31) } }));
  assert.equal((await asha.stray()).error.code, -32700);
  assert.equal((await asha.closed).code, 4010);
  await bela.close();
});

// Parameters that would be carried out, each of which is spoilt in turn.
const good = (me) => ({
  join: { token: 'x', meetingId: 'm', participantId: 'p', instanceId: 'i', name: 'n', metadata: {} },
  resume: { sessionId: 's', resumeToken: 't', lastSeq: 0 },
  'media.open': { tcpOnly: false },
  'transport.connect': { transportId: me.media.send.id, dtlsParameters: dtlsParameters() },
  'transport.restartIce': { transportIds: [me.media.send.id] },
  produce: { transportId: me.media.send.id, kind: 'audio', rtpParameters: rtpParameters('audio'), paused: false },
  consume: { producerIds: ['p'], rtpCapabilities: me.media.rtpCapabilities, paused: false },
  'consumer.setLayers': { consumerId: 'c', spatialLayer: 0, temporalLayer: 0 },
  'consumer.setPriority': { consumerId: 'c', priority: 1 },
  'data.produce': { transportId: me.media.send.id, sctpStreamParameters: { streamId: 1 }, label: 'l', protocol: 'p' },
  'data.close': { dataProducerIds: ['d'], dataConsumerIds: ['d'] },
  'message.send': { data: 1, to: [me.me.participantId], topic: 't' },
  'participant.update': { name: 'n', metadata: {} },
  'recording.start': { modes: ['track'], composite: { layout: 'grid' } },
  'recording.layout': { layout: 'grid' },
  'moderate.mute': { participantId: me.me.participantId, kinds: ['audio'] },
});

const resolved = (property) => (property.$ref ? schema.$defs[property.$ref.split('/').at(-1)] : property);

// Values that the schema does not allow: of every other type, and too long, too many, too large or of another alphabet.
function wrongValues(property) {
  const { type, enum: words, minimum, maximum, maxLength, pattern, maxItems, items } = resolved(property);
  if (words) return ['nothing', '', 7, true, [], {}, 'x'.repeat(1000)];
  const values = { string: 'x', integer: 7, boolean: true, array: [], object: {} };
  if (!type) return []; // whatever one likes
  const wrong = Object.entries(values).filter(([name]) => name !== type).map(([, value]) => value);
  if (type === 'string') wrong.push(...(maxLength ? ['x'.repeat(maxLength + 1)] : []), ...(pattern ? ['', 'a b', 'ä'] : []));
  if (type === 'integer') wrong.push(1.5, 1e300, ...(minimum === undefined ? [] : [minimum - 1]), maximum === undefined ? 2 ** 60 : maximum + 1);
  // Empty entries of a list of ids are skipped, as in the media API.
  if (type === 'array') wrong.push(...wrongValues(items).filter((value) => value !== '').map((value) => [value]), Array(maxItems + 1).fill(resolved(items).enum?.[0] ?? 'x'));
  if (type === 'object') wrong.push(null);
  return wrong;
}

test('every parameter of every method, spoilt in every way, is refused by its name', { timeout: 60_000 }, async (context) => {
  let spoilt = 0;
  const amiss = [];
  for (const method of Object.keys(schema.$defs).filter((name) => name.startsWith('request.')).map((name) => name.slice('request.'.length))) {
    const { properties, required } = schema.$defs[`request.${method}`].properties.params;
    const client = method === 'join' || method === 'resume' ? await connect() : await enter('spoilt', `p-${method}`);
    const whole = good(client.joined ?? witness.joined)[method] ?? Object.fromEntries(Object.entries(properties).map(([name, { type }]) => [name, type === 'array' ? ['x'] : type === 'boolean' ? true : 'x']));
    for (const [name, property] of Object.entries(properties)) {
      const missing = required.includes(name) ? [undefined] : [];
      for (const value of [...wrongValues(property).filter((value) => value !== null || required.includes(name)), ...missing]) {
        client.sendRaw(JSON.stringify({ jsonrpc: '2.0', id: 'spoilt', method, params: { ...whole, [name]: value } }));
        const { error } = await client.stray();
        const said = `${method} with ${name} = ${JSON.stringify(value)?.slice(0, 60)}: ${JSON.stringify(error)}`;
        const refused = error && (error.code === -32602 || ['payload_too_large', 'not_found'].includes(error.data.code));
        if (!refused || !new RegExp(`^${name}\\b`).test(error.data.field)) amiss.push(said);
        ++spoilt;
      }
    }
    for (const params of [7, 'x', true, []]) {
      client.sendRaw(JSON.stringify({ jsonrpc: '2.0', id: 'spoilt', method, params }));
      assert.equal((await client.stray()).error?.code, -32602, `${method} with params ${JSON.stringify(params)}`);
    }
    assert.ok((await client.request('ping')).time, `the socket lives after ${method}`);
    await client.close();
  }
  context.diagnostic(`${spoilt} spoilt requests`);
  assert.deepEqual(amiss, []);
  await undisturbed();
});

test('who asks too much at once is refused with a time to wait, and served afterwards; who goes on is closed with 4029', async () => {
  const client = await enter('greedy', 'asha');
  const many = (count) => Promise.allSettled(Array.from({ length: count }, () => client.request('participant.update', {})));
  const answers = await many(250);
  const served = answers.filter(({ status }) => status === 'fulfilled');
  assert.ok(served.length >= 99 && served.length < 150, `${served.length} of 250 are served`);
  for (const { reason } of answers.filter(({ status }) => status === 'rejected')) assert.deepEqual([reason.code, reason.retryAfter], ['too_many_requests', 1]);
  await until('she is served again', () => client.request('participant.update', {}).then(() => true, () => false), { interval: 300 });

  const flood = many(5000);
  assert.equal((await client.closed).code, 4029);
  const longest = await undisturbed();
  assert.ok(longest < 500, `the witness waited ${longest} ms`);
  for (const { status, reason } of await flood) assert.ok(status === 'fulfilled' || reason.code === 'too_many_requests' || /closed with 4029/.test(reason.message), reason?.message);
});

// A WebSocket that has joined and then reads no more, so that TCP stops its sender.
async function joinAndStopReading(text) {
  const { port } = new URL(server.controlOrigin);
  const socket = net.connect(Number(port), 'localhost');
  socket.on('error', () => {});
  socket.write(`GET /signaling HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n\r\n`);
  let read = '';
  socket.on('data', (data) => (read += data));
  await until('the WebSocket opens', () => /^HTTP\/1.1 101/.test(read));
  const bytes = Buffer.from(text);
  const head = Buffer.from([0x81, 0xfe, bytes.length >> 8, bytes.length & 255, 0, 0, 0, 0]); // masked with zeroes
  socket.write(Buffer.concat([head, bytes]));
  await until('the join is answered', () => read.includes('"sessionId"'));
  socket.pause();
  return socket;
}

test('who does not read is closed, at the cost of bounded memory, while the others go on', async (context) => {
  const senders = [];
  for (let number = 0; number < 20; ++number) senders.push(await enter('slow', `sender-${number}`));
  const { residentKb: before } = server.footprint();
  const text = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'join', params: { token: token({ meeting: 'slow', participant: 'slow' }), instanceId: 'i' } });
  const slow = await joinAndStopReading(text);
  let highest = before;
  let longest = 0;
  let over = false;
  const data = 'x'.repeat(4000);
  const sending = senders.map(async (sender) => {
    while (!over) await sender.request('message.send', { data, to: ['slow'] }).catch(({ retryAfter }) => sleep(retryAfter * 1000));
  });
  const watching = (async () => {
    for (; !over; await sleep(100)) { // below her rate
      longest = Math.max(longest, await undisturbed());
      highest = Math.max(highest, server.footprint().residentKb);
    }
  })();
  await senders[0].next('participant.connection', { participantId: 'slow', connected: false }, { timeout: 20_000 });
  over = true;
  await Promise.all([...sending, watching]);
  context.diagnostic(`memory grew by ${highest - before} KiB, the witness waited ${longest.toFixed(0)} ms at most`);
  assert.ok(highest - before < 16 * 1024, `${highest - before} KiB`);
  assert.ok(longest < 1000, `${longest} ms`);
  assert.match((await server.get('/metrics')).text, /doordarshan_signaling_refused_total\{reason="slow_reader"\} 1/);
  slow.destroy();
  await Promise.all(senders.map((sender) => sender.close()));
});

test('sockets that never join are closed after ten seconds, and keep nobody out meanwhile', async (context) => {
  const before = server.footprint();
  const strangers = await Promise.all(Array.from({ length: 500 }, connect));
  const opened = Date.now();
  const start = performance.now();
  const guestOf = await enter('crowded', 'asha', { grants: guest });
  context.diagnostic(`a join beside 500 strangers takes ${(performance.now() - start).toFixed(0)} ms; they cost ${server.footprint().residentKb - before.residentKb} KiB`);
  const codes = await within('all strangers are closed', Promise.all(strangers.map(({ closed }) => closed)), 15_000);
  assert.ok(codes.every(({ code }) => code === 4010), 'with 4010');
  const after = Date.now() - opened;
  assert.ok(after > 8_000 && after < 13_000, `${after} ms`);
  await guestOf.request('ping');
  await guestOf.close();
  await until('the descriptors are free again', () => server.footprint().files <= before.files + 5);
});

test('tokens that are forged, changed, of the past or of another tenant open nothing', async () => {
  const key = printedKey(administrate(server, 'tenant', 'key', 'add', 'default'));
  const other = printedKey(administrate(server, 'tenant', 'create', 'acme'));
  const now = Math.floor(Date.now() / 1000);
  const claims = { tenant: 'default', meeting: 'safe', participant: 'eve', grants: guest, exp: now + 600 };
  const whole = signToken(claims, key);
  const [head, body, signature] = whole.split('.');
  const of = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const refused = {
    token_malformed: ['', 'x', '..', `${head}.${body}`, `${whole}.x`, `${of({ typ: 'JWT' })}.${body}.${signature}`, signToken({ ...claims, exp: undefined }, key), signToken({ ...claims, meeting: 'a:b' }, key), signToken(claims, key, { crit: ['exp'] })],
    token_invalid: [
      `${of({ alg: 'none' })}.${body}.`, `${of({ alg: 'none', kid: key.id })}.${body}.${signature}`, signToken(claims, key, { alg: 'RS256' }), signToken(claims, key, { alg: 'EdDSA' }),
      `${head}.${of({ ...claims, grants: { ...guest, moderate: true } })}.${signature}`, `${head}.${body}.${signature.slice(4)}`, `${head}.${body}.`,
      signToken(claims, { ...key, secret: 'guessed' }), signToken(claims, other), signToken(claims, { id: key.id, secret: other.secret }), signToken({ ...claims, tenant: 'acme' }, key), signToken({ ...claims, tenant: 'nobody' }, key),
    ],
    token_expired: [signToken({ ...claims, exp: now - 60 }, key), signToken({ ...claims, exp: 0 }, key)],
    token_not_yet_valid: [signToken({ ...claims, nbf: now + 60 }, key)],
  };
  const client = await connect();
  for (const [reason, tokens] of Object.entries(refused)) {
    for (const bad of tokens) assert.equal((await client.refusal('join', { token: bad, instanceId: 'i' })).reason, reason, bad);
  }
  assert.equal((await client.refusal('join', { token: whole, instanceId: 'i', meetingId: 'another' })).reason, 'not_granted');
  assert.equal((await client.refusal('join', { token: whole, instanceId: 'i', participantId: 'asha' })).reason, 'not_granted');
  await client.request('join', { token: whole, instanceId: 'i' });
  assert.equal((await client.refusal('moderate.end')).reason, 'not_granted');
  await client.close();
});

test('who was removed does not come back with the same token, nor resumes', async () => {
  const [asha, eve] = [await enter('removing', 'asha'), await enter('removing', 'eve')];
  await asha.request('moderate.remove', { participantId: 'eve' });
  assert.equal((await eve.closed).code, 4003);
  const again = await connect();
  for (const instanceId of ['page-1', 'page-2']) assert.equal((await again.refusal('join', { token: token({ meeting: 'removing', participant: 'eve' }), instanceId })).reason, 'removed');
  const { sessionId, resumeToken, seq } = eve.joined;
  assert.equal((await again.refusal('resume', { sessionId, resumeToken, lastSeq: seq })).reason, 'session_gone');
  await Promise.all([again.close(), asha.close()]);
});

test('a page of another origin gets no socket', async () => {
  await assert.rejects(SignalingClient.connect(server, { traffic, origin: 'https://evil.example' }), /403/);
  await (await SignalingClient.connect(server, { traffic, origin: server.controlOrigin })).close();
});

test('after all of it the server is the same process, and every answer was as the schema says', async () => {
  assert.ok(!server.exited);
  await undisturbed();
  traffic.assertValid();
});
