// SPDX-License-Identifier: MIT
// A long meeting in simulated time, of senders whose clocks are 100 ppm fast and slow, with loss, a mute and a stall: sound, pictures and
// participants are together at its start, in its middle and at its end. Ten minutes; `make nightly` makes it four hours.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

import { beeps, delaysBetween, flashes, kTogetherMs, manifestOf } from './lib/recording.mjs';
import { binary } from './lib/server.mjs';

const run = promisify(execFile);
const minutes = Number(process.env.SIMULATED_MINUTES ?? 10);
const patience = { timeout: minutes * 60_000 };
const program = (name) => path.join(path.dirname(binary), name);

const kAcrossMs = 80;
const people = { alice: { frequency: 1000, tile: [0.1, 0.4, 0.3, 0.2] }, bob: { frequency: 2600, tile: [0.6, 0.4, 0.3, 0.2] } };

let scratch;
let folder;
before(async () => {
  scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'dd-long-'));
  folder = path.join(scratch, 'recording');
  await run(program('simulated_recording'), [folder, '--minutes', String(minutes)], patience);
  await run(program('doordarshan-recorder'), ['finish', folder], patience);
}, patience);
after(() => fs.rmSync(scratch, { recursive: true, force: true }));

function assertTogether(context, what, seen, heard) {
  const sync = delaysBetween(seen, heard);
  const part = (from, to) => Math.round(Math.max(...sync.delays.slice(from, to).map(Math.abs)));
  context.diagnostic(`${what}: ${sync.delays.length} beeps; sound is at worst ${part(0, 10)} ms off at the start, ${Math.round(sync.worst)} anywhere, ${part(-10)} at the end; ${Math.round(sync.median)} in the median`);
  assert.ok(sync.delays.length > minutes * 60 * 0.95 - 30, `${what}: ${sync.delays.length} beeps with their flash`);
  assert.ok(sync.worst < kTogetherMs, `${what}: sound is ${sync.worst} ms from its picture`);
}

test('tracks and participant files stay together', patience, async (context) => {
  for (const track of manifestOf(folder).tracks) {
    assert.equal(track.files.length, 1);
    const file = path.join(folder, track.files[0].file);
    const times = track.kind === 'audio' ? await beeps(file) : await flashes(file);
    // From the first second on: what was written before the sender's clock was known has been put right in the file.
    const off = times.map((time) => time + track.files[0].startUs / 1e6).map((time) => (time - Math.round(time)) * 1000);
    const worst = Math.max(...off.map(Math.abs));
    context.diagnostic(`${track.track}: at worst ${worst.toFixed(1)} ms from the full second`);
    assert.ok(worst < 20, `${track.track} is ${worst} ms off`);
  }
  for (const { file, participant } of manifestOf(folder).outputs) {
    const full = path.join(folder, file);
    assertTogether(context, participant, await flashes(full), await beeps(full));
  }
});

test('so do they in the programme, and so do participants', patience, async (context) => {
  const output = path.join(scratch, 'programme.mp4');
  const size = ['--width', '320', '--height', '180', '--fps', '25'];
  await run(program('doordarshan-recorder'), ['compose', folder, '--layout', 'grid', ...size, '-o', output], patience);
  const heard = {};
  const seen = {};
  for (const [name, { frequency, tile }] of Object.entries(people)) {
    [seen[name], heard[name]] = await Promise.all([flashes(output, { part: tile }), beeps(output, { frequency })]);
    assertTogether(context, `${name} in the programme`, seen[name], heard[name]);
  }
  for (const [what, { alice, bob }] of Object.entries({ pictures: seen, sounds: heard })) {
    const across = delaysBetween(alice, bob);
    context.diagnostic(`${what} of the two: at worst ${Math.round(across.worst)} ms from each other`);
    assert.ok(across.worst < kAcrossMs, `${what} are ${across.worst} ms from each other`);
  }
});
