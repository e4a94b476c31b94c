// SPDX-License-Identifier: MIT
// Every route that /openapi.json names gets every kind of nonsense: each is answered, as JSON, as the caller's mistake.
import assert from 'node:assert/strict';
import net from 'node:net';
import { after, before, test } from 'node:test';

import { startServer } from './lib/server.mjs';

let server;
let routes; // {method, path, schema}
let document;

before(async () => {
  server = await startServer({ name: 'bad_input' });
  document = (await server.get('/openapi.json')).json;
  routes = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      schema: resolved(operation.requestBody?.content?.['application/json']?.schema),
    })),
  );
});
after(() => server?.kill());

function resolved(schema) {
  if (!schema?.$ref) return schema;
  return schema.$ref
    .replace(/^#\//, '')
    .split('/')
    .reduce((node, key) => node[key], document);
}

const posts = () => routes.filter(({ method }) => method === 'POST');

async function refused(path, body, what) {
  let answer;
  try {
    answer = await server.request('POST', path, body);
  } catch (error) {
    assert.fail(`${path} with ${what} was not answered: ${error.cause?.message ?? error.message}`);
  }
  assert.ok(answer.status < 500, `${path} with ${what} answered ${answer.status} ${answer.text}`);
  return answer;
}

function assertError(answer, path, what) {
  assert.ok(answer.status >= 400 && answer.status < 500, `${path} with ${what} answered ${answer.status} ${answer.text.slice(0, 200)}`);
  assert.equal(typeof answer.json?.error?.code, 'string', `${path} with ${what}: ${answer.text.slice(0, 200)}`);
  assert.equal(typeof answer.json?.error?.message, 'string');
}

// A value of the right shape for a schema, so that one field at a time can be spoiled.
function example(schema, depth = 0) {
  const own = resolved(schema) ?? {};
  if (depth > 6) return null;
  if (own.const !== undefined) return own.const;
  if (own.enum) return own.enum[0];
  const type = Array.isArray(own.type) ? own.type[0] : own.type;
  if (own.oneOf || own.anyOf) return example((own.oneOf ?? own.anyOf)[0], depth + 1);
  if (type === 'object' || own.properties) {
    return Object.fromEntries(Object.entries(own.properties ?? {}).map(([key, value]) => [key, example(value, depth + 1)]));
  }
  if (type === 'array') return own.items ? [example(own.items, depth + 1)] : [];
  if (type === 'integer' || type === 'number') return own.minimum ?? 1;
  if (type === 'boolean') return false;
  return 'nobody-knows-this-id';
}

test('the sweep covers the routes of the media API', () => {
  const paths = posts().map(({ path }) => path);
  for (const name of ['createMeeting', 'replaceMeetings', 'joinMeeting', 'createProducer', 'createConsumer', 'endMeeting', 'setPreferredLayers', 'createDataProducer']) {
    assert.ok(paths.includes(`/v1/${name}`), `${name} is in /openapi.json`);
  }
});

test('bodies that are no JSON object are refused with a JSON error on every route', async () => {
  const bodies = {
    'an empty body': '',
    'an empty list': '[]',
    null: 'null',
    'a number': '17',
    'half an object': '{"meetingId":"m',
    'a key twice': '{"meetingId":"a","meetingId":"b"}',
    'deep nesting': '['.repeat(5000) + ']'.repeat(5000),
    'broken UTF-8': new Uint8Array([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x3a, 0x31, 0x7d]),
    'a NUL byte': '{"meetingId":"a\u0000b"}',
  };
  for (const { path } of posts()) {
    for (const [what, body] of Object.entries(bodies)) assertError(await refused(path, body, what), path, what);
  }
});

test('an object with nothing in it, or with wrong types, never gets further than a refusal', async () => {
  for (const { path, schema } of posts()) {
    await refused(path, {}, 'an empty object');
    if (!schema?.properties) continue;
    const good = example(schema);
    for (const field of Object.keys(schema.properties)) {
      for (const wrong of [null, 17, -1, 1e300, true, '', ' ', 'x'.repeat(65), '../../etc/passwd', "'; DROP TABLE meeting_status; --", [], [null], [[]], {}, { a: { b: null } }]) {
        const answer = await refused(path, { ...good, [field]: wrong }, `${field} = ${JSON.stringify(wrong)}`);
        if (answer.status >= 400) assertError(answer, path, field);
      }
    }
  }
});

test('well-formed calls about ids that nobody knows are 404s, or harmless where the operation is idempotent', async () => {
  for (const { path, schema } of posts()) {
    if (!schema?.properties) continue;
    const answer = await refused(path, example(schema), 'unknown ids');
    if (answer.status >= 400) assertError(answer, path, 'unknown ids');
  }
});

test('3 MB of body are refused with 413 and an answer, on a route that exists and on one that does not', async () => {
  const body = `{"meetingId":"${'x'.repeat(3 * 1024 * 1024)}"}`;
  for (const path of ['/v1/createMeeting', '/v1/createProducer', '/v1/nothing']) {
    const answer = await rawPost(path, body);
    assert.match(answer, /^HTTP\/1\.1 4(13|04) /, `${path}: ${answer.slice(0, 100)}`);
  }
});

test('an unknown path is a 404, a wrong method a 405 with Allow', async () => {
  assert.equal((await server.get('/v1/nothing')).status, 404);
  const wrong = await server.get('/v1/createMeeting');
  assert.equal(wrong.status, 405);
  assert.match(wrong.headers.get('allow'), /POST/);
  const preflight = await server.request('OPTIONS', '/v1/createMeeting', undefined, {
    origin: 'https://elsewhere.example',
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'content-type',
  });
  assert.equal(preflight.status, 200);
  assert.equal(preflight.headers.get('access-control-allow-origin'), '*');
});

test('GET routes answer HEAD too, and refuse parameters that make no sense', async () => {
  for (const path of ['/', '/health', '/ready', '/metrics', '/openapi.json', '/v1/server']) {
    const answer = await server.request('HEAD', path);
    assert.equal(answer.status, 200, path);
    assert.equal(answer.text, '');
  }
  const answer = await server.get('/v1/events?meetingId=../../etc');
  assertError(answer, '/v1/events', 'a meetingId that is none');
});

test('bytes that are no HTTP are answered with 400 or closed, and the server goes on', async () => {
  for (const noise of ['\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 'GET\r\n\r\n', `GET / HTTP/1.1\r\n${'a: b\r\n'.repeat(20_000)}\r\n`, 'POST /v1/createMeeting HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n']) {
    const answer = await raw(noise);
    assert.ok(answer === '' || /^HTTP\/1\.1 4\d\d /.test(answer), answer.slice(0, 80));
  }
  assert.equal((await server.get('/health')).status, 200);
});

test('after all of this the server carries nothing and is ready', async () => {
  const status = await server.status();
  assert.equal(status.participants, 0);
  assert.equal((await server.get('/ready')).status, 200);
  assert.ok(!server.exited);
});

function raw(bytes, timeout = 3000) {
  return new Promise((resolve) => {
    const socket = net.connect(Number(new URL(server.origin).port), '127.0.0.1');
    let answer = '';
    const done = () => {
      socket.destroy();
      resolve(answer);
    };
    socket.on('data', (chunk) => (answer += chunk));
    socket.on('end', done);
    socket.on('error', done);
    setTimeout(done, timeout).unref();
    socket.write(Buffer.from(bytes, 'latin1'));
  });
}

// Reads the answer even while the body is still being sent, as a caller that is told to stop does.
function rawPost(path, body) {
  return raw(`POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`);
}
