// SPDX-License-Identifier: MIT
// A real worker with more to do than it may: pictures lose layers, further ones are refused, sound is not, and it recovers. The limits
// are 1 % of a core, so that a meeting of three is too much; that layers rise again is told by tests/scenario/overload.scenario.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { binary, startServer } from './lib/server.mjs';
import { until } from './lib/wait.mjs';
import { printedLinks } from './lib/web_app.mjs';

let server;
let token;

before(async () => {
  const env = { DEVELOPMENT: 'true', WORKER_LOWER_LAYERS_PERCENT: '1', WORKER_REFUSE_PERCENT: '1' };
  server = await startServer({ name: 'overload', workers: 1, env });
  token = (await printedLinks(server)).meeting.split('#token=')[1];
});
after(() => server?.kill());

// The load generator's verdict is about loss; its last line says why nobody came.
function meet(...args) {
  return new Promise((resolve, reject) => {
    const child = spawn(path.join(path.dirname(binary), 'doordarshan-load'), ['--url', server.controlOrigin, '--quiet', '--max-latency', '5000', ...args], {
      env: { ...process.env, DOORDARSHAN_LOAD_TOKEN: token },
      timeout: 60_000,
    });
    let output = '';
    child.stdout.on('data', (data) => (output += data));
    child.stderr.on('data', (data) => (output += data));
    child.once('error', reject);
    child.once('exit', (code) => resolve({ code, said: output.trim().split('\n').at(-1) }));
  });
}

async function metric(name, kind) {
  const { text } = await server.get('/metrics');
  return Number(text.split('\n').find((line) => line.startsWith(`${name}{kind="${kind}"} `))?.split(' ')[1]);
}

test('an overloaded worker lowers layers, then refuses pictures but no sound, and recovers', async () => {
  const events = await server.events();
  const three = meet('--publishers', '3', '--subscribers', '0', '--mesh', '--simulcast', '3', '--duration', '16');
  const lowering = await events.of('worker.overload', { step: 'lowering', timeout: 20_000 });
  assert.ok(lowering.data.busyPercent >= 1);
  await events.of('worker.overload', { step: 'refusing_video', timeout: 20_000 });

  const late = await meet('--publishers', '1', '--subscribers', '1', '--duration', '1');
  assert.equal(late.code, 3);
  assert.match(late.said, /more to do than it can, and adds no pictures for now/);
  const heard = await meet('--publishers', '1', '--subscribers', '1', '--no-video', '--duration', '1');
  assert.equal(heard.code, 0, heard.said);
  assert.equal((await server.status()).workers[0].overload, 'refusing_video');
  await until('the refusal is counted', async () => (await metric('doordarshan_consumers_refused_total', 'video')) >= 1);
  assert.equal(await metric('doordarshan_consumers_refused_total', 'audio'), 0);
  assert.equal(await metric('doordarshan_workers_overloaded', 'refusing_video'), 1);

  const layers = new Map(); // what each viewer of the three got, in order
  await until('each of the six pictures has been reduced to its lowest layer', () => {
    layers.clear();
    for (const { type, data } of events.events) {
      if (type !== 'consumer.layers' || !data.layers) continue;
      layers.set(data.consumerId, [...(layers.get(data.consumerId) ?? []), data.layers.spatialLayer]);
    }
    return layers.size >= 6 && [...layers.values()].every((seen) => seen.at(-1) === 0);
  }, { timeout: 20_000 });
  assert.ok([...layers.values()].some((seen) => Math.max(...seen) > 0), 'some had more before');
  const { code, said } = await three;
  assert.equal(code, 0, `those who were there are served to the end: ${said}`);

  await events.of('worker.overload', { step: 'none', timeout: 60_000 });
  const again = await meet('--publishers', '1', '--subscribers', '1', '--duration', '1');
  assert.equal(again.code, 0, again.said);
  await events.close();
});
