// SPDX-License-Identifier: MIT
// kill -9 of the worker, the server and the composer, each at ten random moments of one recording: every file plays, at most a
// second before each kill is missing, and the recording goes on. (The recorder's ten are src/recorder/serve_test.cpp.)
// The moments are printed; KILL_MOMENTS=0.3,1.2,… (shares of the longest wait) repeats them.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { openBrowser } from './lib/browser.mjs';
import { enter, publishAll } from './lib/call.mjs';
import { completeManifest, manifestOf, play, probe, recordingFolders, timelineOf } from './lib/recording.mjs';
import { binary, startServer } from './lib/server.mjs';
import { sleep, until } from './lib/wait.mjs';

const kills = 10;
const recorded = { video: { startRecording: true }, audio: { startRecording: true } };

let browser;
before(async () => {
  browser = await openBrowser();
});
after(() => browser?.close());

function moments(context) {
  const shares = process.env.KILL_MOMENTS?.split(',').map(Number) ?? Array.from({ length: kills }, () => Math.round(Math.random() * 1000) / 1000);
  context.diagnostic(`KILL_MOMENTS=${shares.join(',')}`);
  return shares;
}

async function sending(server, meeting) {
  const tab = await enter(browser, server, meeting, 'alice');
  await publishAll([tab], recorded);
  return tab;
}

const bytesOf = (folder) => {
  const tracks = path.join(folder, 'tracks');
  return fs.existsSync(tracks) ? fs.readdirSync(tracks).reduce((sum, name) => sum + fs.statSync(path.join(tracks, name)).size, 0) : 0;
};

// Both streams of a newly begun sender are on the disk.
const growing = (folder, { files, bytes }) =>
  until('the tracks grow', () => fs.existsSync(path.join(folder, 'tracks')) && fs.readdirSync(path.join(folder, 'tracks')).length >= files && bytesOf(folder) > bytes);

async function allPlay(folder, manifest) {
  for (const { file } of [...manifest.tracks.flatMap((track) => track.files), ...manifest.outputs]) {
    assert.equal(await play(path.join(folder, file)), '', file);
  }
}

// Five workers die twice each: one that dies more often in a row waits longer each time (src/child/supervisor.hpp).
test('workers that die ten times leave recordings that play', { timeout: 180_000 }, async (context) => {
  const server = await startServer({ name: 'worker-deaths', workers: kills / 2, env: { RECORDING_MODES: 'track,participant' } });
  try {
    const all = await server.events();
    const shares = moments(context);
    for (let worker = 0; worker < kills / 2; ++worker) {
      const meetingId = `deaths-${worker}`;
      const meeting = await server.openMeeting(meetingId, { producerWorker: worker });
      const tab = await sending(server, meeting);
      await all.of('recording.started', { meetingId });
      const [folder] = recordingFolders(server, meetingId);
      let files = 2;
      for (const share of shares.slice(2 * worker, 2 * worker + 2)) {
        await growing(folder, { files, bytes: bytesOf(folder) });
        await sleep(share * 1000);
        const { pid, workerId } = (await server.status()).workers[worker];
        const seen = all.events.length;
        process.kill(pid, 'SIGKILL');
        await all.of('worker.restored', { workerId, from: seen });
        await tab.recreateTransports();
        await publishAll([tab], recorded);
        files += 2;
      }
      await growing(folder, { files, bytes: bytesOf(folder) });
      await tab.closeTab();
      await server.endMeeting(meetingId);
      const manifest = await completeManifest(folder);
      assert.equal(manifest.parts.length, 1, 'the recorder never noticed');
      assert.equal(manifest.tracks.length, files);
      assert.deepEqual(manifest.missing, []);
      await allPlay(folder, manifest);
    }
    await all.close();
  } finally {
    await server.kill();
  }
});

test('a server that dies ten times goes on with one recording and loses less than a second each time', { timeout: 240_000 }, async (context) => {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'dd-recordings-'));
  const env = { RECORDINGS_ROOT: root, RECORDING_MODES: 'track,participant' };
  const killedAt = [];
  let server;
  try {
    let folder;
    for (const share of [...moments(context), null]) {
      server = await startServer({ name: 'server-deaths', env });
      const meeting = await server.openMeeting('deaths');
      const files = 2 * (killedAt.length + 1);
      const tab = await sending(server, meeting);
      await until('the recording has a folder', () => recordingFolders(server, 'deaths', root).length === 1);
      [folder] = recordingFolders(server, 'deaths', root);
      await growing(folder, { files, bytes: 0 });
      if (share === null) {
        await tab.closeTab();
        await server.endMeeting('deaths');
        break;
      }
      await sleep(1000 + share * 1000);
      killedAt.push(Date.now());
      process.kill(server.pid, 'SIGKILL');
      await server.exit;
      await tab.closeTab();
      await server.kill();
    }
    const manifest = await completeManifest(folder);
    assert.deepEqual(manifest.parts.map((part) => part.end), [...Array(kills).fill('crashed'), 'stopped']);
    assert.equal(manifest.missing.length, kills, 'the manifest says what is missing');
    const began = timelineOf(folder).filter((event) => event.type === 'part');
    const lost = killedAt.map((at, i) => at / 1000 - (began[i].wallUs + manifest.parts[i].toUs - manifest.parts[i].fromUs) / 1e6);
    context.diagnostic(`lost before each kill: ${lost.map((seconds) => seconds.toFixed(2)).join(', ')} s`);
    for (const seconds of lost) assert.ok(seconds < 1, `${seconds} s are lost`);
    await allPlay(folder, manifest);
  } finally {
    await server?.kill().catch(() => {});
    fs.rmSync(root, { recursive: true, force: true });
  }
});

test('a composer that dies ten times leaves nothing broken, and the server makes the programme all the same', { timeout: 180_000 }, async (context) => {
  const small = { RECORDING_FPS: '15', RECORDING_WIDTH: '320', RECORDING_HEIGHT: '180' };
  const server = await startServer({ name: 'composer-deaths', env: { ...small, RECORDING_MODES: 'track,composite' } });
  try {
    const meeting = await server.openMeeting('deaths');
    const events = await server.events({ meetingId: 'deaths' });
    const tab = await sending(server, meeting);
    await events.of('recording.started');
    await sleep(8000);
    await tab.closeTab();
    await server.endMeeting('deaths');
    const composer = path.join(path.dirname(binary), 'doordarshan-composer');
    const running = () => server.descendants().find((pid) => fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith(composer));
    process.kill(await until('the server composes', running, { interval: 10 }), 'SIGKILL');

    // Meanwhile the same folder is composed by hand, and killed.
    const [folder] = recordingFolders(server, 'deaths');
    const output = path.join(server.folder, 'by-hand.mp4');
    const make = () => spawn(composer, [folder, '-o', output, '--width', '320', '--height', '180', '--fps', '15'], { stdio: 'ignore' });
    for (const share of moments(context)) {
      const child = make();
      const ended = new Promise((resolve) => child.once('exit', resolve));
      await sleep(share * 600);
      child.kill('SIGKILL');
      await ended;
      assert.ok(!fs.existsSync(output) || (await play(output)) === '', 'there is a whole programme or none');
    }
    assert.equal(await new Promise((resolve) => make().once('exit', resolve)), 0);
    assert.equal(await play(output), '');

    await events.of('recording.composed', { timeout: 60_000 });
    const manifest = manifestOf(folder);
    const programme = manifest.outputs.find((one) => one.mode === 'composite');
    assert.equal(await play(path.join(folder, programme.file)), '');
    const { seconds } = await probe(path.join(folder, programme.file));
    assert.ok(Math.abs(seconds - manifest.durationUs / 1e6) < 0.2, `${seconds} s of ${manifest.durationUs / 1e6}`);
    await events.close();
  } finally {
    await server.kill();
  }
});
