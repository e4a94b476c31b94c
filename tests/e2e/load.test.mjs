// SPDX-License-Identifier: MIT
// The load generator against a real server: what it is told arrives, nothing is lost, and it says so in figures.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { binary, startServer } from './lib/server.mjs';
import { printedLinks } from './lib/web_app.mjs';

let server;
let token;

before(async () => {
  server = await startServer({ name: 'load', workers: 2, env: { DEVELOPMENT: 'true' } });
  token = (await printedLinks(server)).meeting.split('#token=')[1];
});
after(() => server?.kill());

// Not synchronously: the server's own output must be read meanwhile.
function load(...args) {
  return new Promise((resolve, reject) => {
    const child = spawn(path.join(path.dirname(binary), 'doordarshan-load'), args, {
      env: { ...process.env, DOORDARSHAN_LOAD_TOKEN: token },
      timeout: 60_000,
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (data) => (stdout += data));
    child.stderr.on('data', (data) => (stderr += data));
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}

async function measure(...args) {
  const file = path.join(server.folder, 'load.json');
  const run = await load('--url', server.controlOrigin, '--json', file, ...args);
  // Loss is judged, not this shared machine's latency.
  assert.equal(run.code, 0, `${run.stderr}\n${run.stdout}`);
  return { ...run, json: JSON.parse(fs.readFileSync(file, 'utf8')) };
}

const patient = ['--max-latency', '2000', '--max-loss', '0'];

test('2 publishers reach 6 subscribers without loss, and the report has its figures', async () => {
  const { json, stdout, stderr } = await measure('--publishers', '2', '--subscribers', '6', '--duration', '3', ...patient);
  assert.equal(json.verdict.outcome, 'kept');
  const { measurement, keyFrameWait, conditions } = json;
  assert.equal(measurement.streams, 24); // sound and picture of 2 for each of 6
  assert.equal(measurement.lost, 0);
  assert.equal(measurement.reordered, 0);
  // 6 x 2 x (50 of sound and about 180 of a 1.5 Mbit/s picture) a second.
  assert.ok(measurement.packets > 6000 && measurement.packets < 12_000, `${measurement.packets} packets`);
  assert.ok(measurement.videoLatency.count > 4000);
  assert.ok(measurement.videoLatency.p50Ms > 0 && measurement.videoLatency.p50Ms <= measurement.videoLatency.p99Ms);
  assert.ok(measurement.videoLatency.p99Ms <= measurement.videoLatency.maxMs);
  assert.equal(keyFrameWait.count, 12);
  assert.equal(keyFrameWait.waiting, 0);
  assert.ok(measurement.published.transportFeedback.received > 500, 'the server sends transport-wide feedback');
  assert.ok(measurement.server.microsecondsPerPacket > 0);
  assert.ok(conditions.serverProcesses.every((name) => name.startsWith('mediasoup-work')), `${conditions.serverProcesses}`);
  assert.match(stdout, /KEPT with 2 publishers, 6 subscribers/);
  assert.equal(stderr.split('\n').filter((line) => /packets\/s/.test(line)).length, 3, 'one line for each second');
});

test('a mesh of simulcast cameras: everybody gets the highest layer', async () => {
  const { json } = await measure('--publishers', '3', '--subscribers', '0', '--mesh', '--simulcast', '3', '--duration', '20', ...patient);
  assert.equal(json.measurement.streams, 12);
  assert.equal(json.measurement.lost, 0);
  // The two lower layers together have not half of its bits, so all get 1.5 Mbit/s of it, and 1.2 if one of the three were left a layer below.
  // On a busy machine the estimate takes some seconds more to allow the highest, so it has twenty.
  const bitrate = (json.measurement.video.bytes * 8) / json.measurement.seconds / 6;
  assert.ok(bitrate > 1_250_000, `${Math.round(bitrate)} bit/s a camera`);
});

test('without NACK and transport-wide feedback, and with AES-CM, sound alone', async () => {
  const { json } = await measure('--no-video', '--no-nack', '--no-transport-cc', '--srtp', 'aes-cm-128', '--subscribers', '2', '--duration', '2', ...patient);
  assert.equal(json.conditions.srtp, 'aes-cm-128');
  assert.equal(json.measurement.published.transportFeedback.packets, 0);
  assert.ok(json.measurement.audio.packets > 150);
  assert.equal(json.measurement.video.packets, 0);
});

test('a ramp ends at the load it may try', async () => {
  const { json } = await measure('--ramp', '--ramp-start', '2', '--subscribers', '4', '--ramp-step', '2', ...patient);
  assert.equal(json.highestSubscribers, 4);
  assert.deepEqual(json.steps.map(({ subscribers }) => subscribers), [2, 3, 4]);
});

test('mistakes are named, and a token that is refused says why', async () => {
  const rooms = await load('--url', server.controlOrigin, '--publishers', '2', '--rooms', '2');
  assert.equal(rooms.code, 2);
  assert.match(rooms.stderr, /--rooms/);
  const refused = await load('--url', server.controlOrigin, '--token', 'a.b.c', '--quiet');
  assert.equal(refused.code, 3);
  assert.match(refused.stderr, /join: /);
  const nobody = await load('--url', 'http://127.0.0.1:9', '--quiet');
  assert.equal(nobody.code, 3);
});
