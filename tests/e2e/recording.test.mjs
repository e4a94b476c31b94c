// SPDX-License-Identifier: MIT
// Meetings of real browsers are recorded: tracks, participants' files and a programme that play from start to end.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { openBrowser } from './lib/browser.mjs';
import { allSeeAndHear, consumeEachOther, openCall, publishAll } from './lib/call.mjs';
import { completeManifest, manifestOf, play, probe, recordingFolders, timelineOf } from './lib/recording.mjs';
import { startServer } from './lib/server.mjs';
import { sleep, until } from './lib/wait.mjs';

let server;
let browser;

before(async () => {
  [server, browser] = await Promise.all([startServer({ name: 'recording', env: { RECORDING_FPS: '30', RECORDING_HEIGHT: '360', RECORDING_WIDTH: '640' } }), openBrowser()]);
});
after(async () => {
  await browser?.close();
  await server?.kill();
});

const recorded = { video: { startRecording: true }, audio: { startRecording: true } };

async function end(tabs, meeting) {
  await Promise.all(tabs.map((tab) => tab.closeTab()));
  await server.endMeeting(meeting.meetingId);
}

// The recording's folder, once everything that was asked for has been made.
async function finished(events, meeting) {
  const { data } = await events.of('recording.composed', { meetingId: meeting.meetingId, timeout: 60_000 });
  const [folder] = recordingFolders(server, meeting.meetingId);
  assert.equal(path.basename(folder), data.recordingId);
  return folder;
}

test('a call of two is kept as tracks, participants and a programme', async (context) => {
  const meeting = await server.openMeeting('two-recorded');
  const events = await server.events({ meetingId: meeting.meetingId });
  const tabs = await openCall(browser, server, meeting, recorded);
  await events.of('recording.started');
  await allSeeAndHear(tabs);
  await sleep(6000);
  await end(tabs, meeting);
  await events.of('recording.stopped', { reason: 'ended' });
  const folder = await finished(events, meeting);

  const manifest = manifestOf(folder);
  context.diagnostic(`${manifest.tracks.length} tracks, ${manifest.outputs.length} outputs, ${manifest.durationUs / 1e6} s`);
  assert.equal(manifest.state, 'complete');
  assert.deepEqual(manifest.tracks.map((track) => `${track.participant} ${track.kind} ${track.codec}`).sort(), [
    'alice audio opus',
    'alice video vp8',
    'bob audio opus',
    'bob video vp8',
  ]);
  const files = [...manifest.tracks.flatMap((track) => track.files), ...manifest.outputs];
  for (const { file, bytes, sha256 } of files) {
    const full = path.join(folder, file);
    assert.equal(fs.statSync(full).size, bytes, file);
    assert.match(sha256, /^[0-9a-f]{64}$/, file);
    assert.equal(await play(full), '', `${file} decodes without a complaint`);
  }
  for (const output of manifest.outputs) {
    const { seconds, streams } = await probe(path.join(folder, output.file));
    assert.ok(Math.abs(seconds - output.durationUs / 1e6) < 0.5, `${output.file}: ${seconds} s of ${output.durationUs / 1e6}`);
    assert.deepEqual(streams.map((stream) => stream.codec_type).sort(), ['audio', 'video'], output.file);
  }
  assert.deepEqual(manifest.outputs.map((output) => output.mode).sort(), ['composite', 'participant', 'participant']);
  await events.close();
});

test('a recorder that is killed costs the call nothing and the recording less than a second', async (context) => {
  const meeting = await server.openMeeting('recorder-killed');
  const events = await server.events({ meetingId: meeting.meetingId });
  const tabs = await openCall(browser, server, meeting, recorded);
  await events.of('recording.started');
  await allSeeAndHear(tabs);
  await sleep(3000);
  const recorder = server.descendants().find((pid) => fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('doordarshan-recorder'));
  process.kill(recorder, 'SIGKILL');
  await events.of('recording.part', { part: 2 });
  await allSeeAndHear(tabs);
  await sleep(3000);
  await end(tabs, meeting);
  const folder = await finished(events, meeting);

  const manifest = manifestOf(folder);
  assert.deepEqual(manifest.parts.map((part) => part.end), ['crashed', 'stopped']);
  const missing = manifest.missing.reduce((sum, gap) => sum + gap.toUs - gap.fromUs, 0) / 1e6;
  context.diagnostic(`missing: ${missing} s; ${JSON.stringify(manifest.tracks.map((track) => [track.track, track.gaps]))}`);
  assert.ok(missing < 1, `${missing} s are missing`);
  for (const track of manifest.tracks) {
    assert.equal(track.files.length, 2, `${track.track} goes on in a second file`);
    for (const { file } of track.files) assert.equal(await play(path.join(folder, file)), '', file);
  }
  await events.close();
});

test('a producer that is paused leaves a gap that the timeline names', async () => {
  const meeting = await server.openMeeting('paused');
  const events = await server.events({ meetingId: meeting.meetingId });
  const tabs = await openCall(browser, server, meeting, recorded);
  await allSeeAndHear(tabs);
  const [alice] = tabs;
  const { producers } = await alice.ids();
  const command = (kind) => ({ meetingId: meeting.meetingId, participantId: 'alice', producerKindMap: { [producers[kind]]: kind } });
  await sleep(2000);
  await server.post('pauseProducer', command('video'));
  await sleep(2500);
  // kendra sends false for those who never heard of the flag; it must not end the recording.
  await server.post('resumeProducer', { ...command('video'), recordingEnabled: false });
  await sleep(2500);
  await end(tabs, meeting);
  const folder = await finished(events, meeting);

  const track = manifestOf(folder).tracks.find((one) => one.participant === 'alice' && one.kind === 'video');
  const gap = track.gaps.find((one) => one.reason === 'paused');
  assert.ok(gap, JSON.stringify(track.gaps));
  const seconds = (gap.toUs - gap.fromUs) / 1e6;
  assert.ok(seconds > 2 && seconds < 4, `${seconds} s`);
  const types = timelineOf(folder).filter((event) => event.track === track.track).map((event) => event.type);
  assert.ok(types.includes('pause') && types.includes('resume'), types.join(' '));
  await events.close();
});

test('a worker that dies takes its producers, not the recording', async () => {
  const meeting = await server.openMeeting('worker-killed', { producerWorker: 1 });
  const events = await server.events({ meetingId: meeting.meetingId });
  const tabs = await openCall(browser, server, meeting, recorded);
  await events.of('recording.started');
  await allSeeAndHear(tabs);
  const worker = (await server.status()).workers[1];
  const server_events = await server.events();
  process.kill(worker.pid, 'SIGKILL');
  await server_events.of('worker.restored', { workerId: worker.workerId });
  await Promise.all(tabs.map((tab) => tab.recreateTransports()));
  await publishAll(tabs, recorded);
  await consumeEachOther(tabs);
  await allSeeAndHear(tabs, { frames: 1 });
  await sleep(2000);
  await end(tabs, meeting);
  const folder = await finished(events, meeting);
  const manifest = manifestOf(folder);
  assert.equal(manifest.tracks.length, 8, 'the producers of before and those of after');
  assert.equal(manifest.parts.length, 1, 'the recorder never noticed');
  for (const { file } of manifest.tracks.flatMap((track) => track.files)) assert.equal(await play(path.join(folder, file)), '', file);
  await Promise.all([events.close(), server_events.close()]);
});

test('a server that is killed goes on with the same recording when its meeting comes back', async (context) => {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'dd-recordings-'));
  const env = { RECORDINGS_ROOT: root, RECORDING_MODES: 'track,participant' };
  const first = await startServer({ name: 'killed', env });
  let second;
  try {
    const meeting = await first.openMeeting('comes-back');
    const tabs = await openCall(browser, first, meeting, recorded);
    await allSeeAndHear(tabs);
    await sleep(3000);
    await first.kill();
    await Promise.all(tabs.map((tab) => tab.closeTab()));

    second = await startServer({ name: 'risen', env });
    const again = await second.openMeeting('comes-back');
    const events = await second.events({ meetingId: again.meetingId });
    const newTabs = await openCall(browser, second, again, recorded);
    const { data } = await events.of('recording.part');
    assert.equal(data.part, 2);
    await allSeeAndHear(newTabs);
    await sleep(2000);
    await Promise.all(newTabs.map((tab) => tab.closeTab()));
    await second.endMeeting(again.meetingId);
    await events.of('recording.stopped');
    const folders = recordingFolders(second, 'comes-back', root);
    assert.equal(folders.length, 1, 'one recording, not two');
    const manifest = await completeManifest(folders[0], { outputs: 2, timeout: 30_000 });
    context.diagnostic(JSON.stringify({ parts: manifest.parts, missing: manifest.missing }));
    assert.deepEqual(manifest.parts.map((part) => part.end), ['crashed', 'stopped']);
    assert.equal(manifest.missing.length, 1);
    for (const { file } of [...manifest.tracks.flatMap((track) => track.files), ...manifest.outputs]) {
      assert.equal(await play(path.join(folders[0], file)), '', file);
    }
    await events.close();
  } finally {
    await second?.kill();
    await first.kill().catch(() => {});
    fs.rmSync(root, { recursive: true, force: true });
  }
});

test('whatever becomes of the recorder, producing is never refused for it', async () => {
  const broken = await startServer({ name: 'no-recorder', env: { RECORDER_PATH: '/nonexistent/recorder' } });
  try {
    const meeting = await broken.openMeeting('unrecordable');
    const tabs = await openCall(browser, broken, meeting, recorded);
    await allSeeAndHear(tabs);
    const metrics = await until('failures are counted', async () => {
      const { text } = await broken.get('/metrics');
      return /doordarshan_recorder_restarts_total [1-9]/.test(text) && text;
    });
    assert.match(metrics, /doordarshan_recordings 1/);
    await Promise.all(tabs.map((tab) => tab.closeTab()));
  } finally {
    await broken.kill();
  }
});
