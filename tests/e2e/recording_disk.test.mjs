// SPDX-License-Identifier: MIT
// A folder that cannot be written, and one that vanishes while a meeting is recorded: the call goes on, an event and a metric say
// what is wrong, and the recording begins or goes on by itself when the folder is there. So with a disk that fills up.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { openBrowser } from './lib/browser.mjs';
import { allSeeAndHear, openCall } from './lib/call.mjs';
import { completeManifest, play, recordingFolders } from './lib/recording.mjs';
import { startServer } from './lib/server.mjs';
import { sleep, until } from './lib/wait.mjs';

const recorded = { video: { startRecording: true }, audio: { startRecording: true } };

let browser;
let folder;
before(async () => {
  browser = await openBrowser();
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'dd-disk-'));
});
after(async () => {
  await browser?.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

test('a recording waits for a folder that may be written, and survives that it vanishes', { timeout: 120_000 }, async (context) => {
  // Nobody, not even root, makes folders in there: read-only without a mount.
  const root = path.join(folder, 'root');
  fs.symlinkSync('/sys/kernel', root);
  const server = await startServer({ name: 'disk', env: { RECORDINGS_ROOT: root, RECORDING_MODES: 'track,participant' } });
  try {
    const meeting = await server.openMeeting('disk');
    const events = await server.events({ meetingId: 'disk' });
    const tabs = await openCall(browser, server, meeting, recorded);
    await allSeeAndHear(tabs);
    const failed = await events.of('recording.failed', { reason: 'recorder' });
    assert.match(failed.data.detail, /make the recording's folder: /);
    assert.ok(await until('restarts are counted', async () => /doordarshan_recorder_restarts_total [1-9]/.test((await server.get('/metrics')).text)));

    fs.unlinkSync(root);
    fs.mkdirSync(root);
    await events.of('recording.started', { timeout: 30_000 });
    await sleep(2500);

    fs.rmSync(root, { recursive: true });
    await events.of('recording.trouble', { reason: 'folder_gone' });
    await allSeeAndHear(tabs);
    assert.match((await server.get('/metrics')).text, /doordarshan_recording_troubles_total\{reason="folder_gone"\} 1/);
    fs.mkdirSync(root);
    await events.of('recording.trouble', { reason: 'over' });
    await sleep(2500);
    await Promise.all(tabs.map((tab) => tab.closeTab()));
    await server.endMeeting('disk');

    const [recording] = recordingFolders(server, 'disk', root);
    const manifest = await completeManifest(recording, { outputs: 2 });
    assert.equal(manifest.outputs.length, 2);
    context.diagnostic(JSON.stringify(manifest.missing));
    assert.deepEqual(manifest.missing.map((gap) => gap.reason), ['folder_gone']);
    for (const track of manifest.tracks) {
      const written = track.files.filter(({ file }) => fs.existsSync(path.join(recording, file)));
      assert.ok(written.length >= 1, `${track.track} goes on`);
      for (const { file } of written) assert.equal(await play(path.join(recording, file)), '', file);
    }
    for (const { file } of manifest.outputs) assert.equal(await play(path.join(recording, file)), '', file);
    await events.close();
  } finally {
    await server.kill();
  }
});

test('a disk that fills up stops the recording, not the call, and the recording goes on when there is room', { timeout: 120_000 }, async (context) => {
  const megabytes = () => {
    const { bavail, bsize } = fs.statfsSync(folder);
    return Math.floor((bavail * bsize) / (1 << 20));
  };
  // A real disk, filled in one call: full is when less than this is left. Twice as much must be free before it goes on.
  const full = Math.floor(megabytes() / 2) - 1024;
  const server = await startServer({
    name: 'full',
    env: { RECORDINGS_ROOT: path.join(folder, 'full'), RECORDING_MODES: 'track,participant', RECORDING_MIN_FREE_MEGABYTES: String(full) },
  });
  const ballast = path.join(folder, 'ballast');
  try {
    const meeting = await server.openMeeting('full');
    const events = await server.events({ meetingId: 'full' });
    const tabs = await openCall(browser, server, meeting, recorded);
    await allSeeAndHear(tabs);
    await sleep(2500);
    execFileSync('fallocate', ['-l', `${megabytes() - full + 512}MiB`, ballast]);
    await events.of('recording.trouble', { reason: 'disk_full' });
    await allSeeAndHear(tabs);
    assert.match((await server.get('/metrics')).text, /doordarshan_recording_troubles_total\{reason="disk_full"\} 1/);
    fs.rmSync(ballast);
    await events.of('recording.trouble', { reason: 'over' }, { timeout: 20_000 });
    await sleep(2500);
    await Promise.all(tabs.map((tab) => tab.closeTab()));
    await server.endMeeting('full');
    const [recording] = recordingFolders(server, 'full', path.join(folder, 'full'));
    const manifest = await completeManifest(recording, { outputs: 2 });
    assert.equal(manifest.outputs.length, 2);
    context.diagnostic(JSON.stringify(manifest.missing));
    assert.deepEqual(manifest.missing.map((gap) => gap.reason), ['disk_full']);
    for (const { file } of [...manifest.tracks.flatMap((track) => track.files), ...manifest.outputs]) {
      assert.equal(await play(path.join(recording, file)), '', file);
    }
    await events.close();
  } finally {
    fs.rmSync(ballast, { force: true });
    await server.kill();
  }
});
