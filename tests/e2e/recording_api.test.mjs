// SPDX-License-Identifier: MIT
// A meeting recorded on request: four people who mute, leave and come back, a programme that plays while it grows and in
// Chromium when it is whole, and everything an operator does with a recording through the API.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { openBrowser } from './lib/browser.mjs';
import { allSeeAndHear, enter, openCall, publishAll } from './lib/call.mjs';
import { manifestOf, play, probe, recordingFolders } from './lib/recording.mjs';
import { startServer } from './lib/server.mjs';
import { sleep, until } from './lib/wait.mjs';

let server;
let browser;

before(async () => {
  [server, browser] = await Promise.all([startServer({ name: 'recording-api' }), openBrowser()]);
});
after(async () => {
  await browser?.close();
  await server?.kill();
});

const small = { layout: 'grid', width: 640, height: 360, fps: 15 };

// What a person sees who opens the file in a browser: its length, and that it plays to the end.
async function playsInChromium(url) {
  const page = await browser.context.newPage();
  await page.goto(`${server.origin}/health`); // the same origin as the file
  const played = await page.evaluate(async (source) => {
    const video = Object.assign(document.createElement('video'), { src: source, muted: true });
    document.body.append(video);
    await new Promise((resolve, reject) => {
      video.onloadedmetadata = resolve;
      video.onerror = () => reject(new Error(video.error?.message));
    });
    const duration = video.duration;
    video.currentTime = Math.max(0, duration - 1);
    await video.play();
    await new Promise((resolve, reject) => {
      video.onended = resolve;
      video.onerror = () => reject(new Error(video.error?.message));
    });
    return { duration, width: video.videoWidth, height: video.videoHeight };
  }, url);
  await page.close();
  return played;
}

test('four people mute, leave and come back: everything plays from start to end', async (context) => {
  const meeting = await server.openMeeting('four');
  const events = await server.events({ meetingId: meeting.meetingId });
  const { recordingId } = await server.post('startRecording', { meetingId: 'four', modes: ['track', 'participant', 'composite'], composite: small });
  const imageless = await server.request('POST', '/v1/startRecording', { meetingId: 'four', fill: 'image' });
  assert.deepEqual([imageless.status, imageless.json.error.field], [400, 'fill'], 'no image is configured');
  const again = await server.post('startRecording', { meetingId: 'four' });
  assert.equal(again.recordingId, recordingId, 'a meeting has one recording at a time');

  const tabs = await openCall(browser, server, meeting, { names: ['asha', 'bela', 'chitra', 'dev'] });
  await events.of('recording.started');
  await allSeeAndHear(tabs.slice(0, 2), { frames: 2 });
  const [asha, bela, chitra, dev] = tabs;
  const { producers } = await asha.ids();
  await server.post('pauseProducer', { meetingId: 'four', participantId: 'asha', producerKindMap: { [producers.audio]: 'audio' } });
  await bela.closeTab();
  await server.post('leaveMeeting', { ...bela.who, producerTransportId: '', consumerTransportId: '', producerIds: [], consumerIds: [] }).catch(() => {});
  await server.post('updateRecording', { meetingId: 'four', layout: 'speaker' });
  await sleep(2500);
  await server.post('resumeProducer', { meetingId: 'four', participantId: 'asha', producerKindMap: { [producers.audio]: 'audio' } });
  const returned = await enter(browser, server, meeting, 'bela');
  await publishAll([returned]);
  await sleep(3000);
  await server.post('stopRecording', { meetingId: 'four' });
  await Promise.all([asha, chitra, dev, returned].map((tab) => tab.closeTab()));
  await server.endMeeting('four');
  await events.of('recording.composed', { timeout: 90_000 });

  const [folder] = recordingFolders(server, 'four');
  const manifest = manifestOf(folder);
  assert.equal(manifest.recording, recordingId);
  const participants = manifest.outputs.filter((output) => output.mode === 'participant').map((output) => output.participant);
  assert.deepEqual([...new Set(participants)].sort(), ['asha', 'bela', 'chitra', 'dev']);
  for (const { file } of [...manifest.tracks.flatMap((track) => track.files), ...manifest.outputs]) {
    assert.equal(await play(path.join(folder, file)), '', file);
  }
  const composite = manifest.outputs.find((output) => output.mode === 'composite');
  const { seconds, streams } = await probe(path.join(folder, composite.file));
  context.diagnostic(`${composite.file}: ${seconds} s of ${manifest.durationUs / 1e6} s`);
  assert.ok(Math.abs(seconds - manifest.durationUs / 1e6) < 0.5);
  assert.deepEqual([streams[0].width, streams[0].height], [640, 360]);
  const shown = await playsInChromium(`${server.origin}/v1/recordings/${recordingId}/files/${composite.file}`);
  assert.deepEqual([shown.width, shown.height], [640, 360]);
  assert.ok(Math.abs(shown.duration - seconds) < 0.5);
  await events.close();
});

test('recordings are listed, read in ranges, composed again and removed', async () => {
  const { json: list } = await server.get('/v1/recordings?meetingId=four');
  assert.equal(list.recordings.length, 1);
  const { recordingId } = list.recordings[0];
  const { json: details } = await server.get(`/v1/recordings/${recordingId}`);
  assert.equal(details.state, 'complete');
  const file = details.files.find((one) => one.file.startsWith('tracks/')).file;
  const whole = fs.readFileSync(path.join(recordingFolders(server, 'four')[0], file));
  const url = `${server.origin}/v1/recordings/${recordingId}/files/${file}`;
  const ranged = await fetch(url, { headers: { range: 'bytes=100-199' } });
  assert.equal(ranged.status, 206);
  assert.deepEqual(Buffer.from(await ranged.arrayBuffer()), whole.subarray(100, 200));
  assert.deepEqual(Buffer.from(await (await fetch(url)).arrayBuffer()), whole);
  assert.equal((await fetch(url, { headers: { range: `bytes=${whole.length}-` } })).status, 416);

  const events = await server.events({ meetingId: 'four' });
  const composing = await server.request('POST', `/v1/recordings/${recordingId}/compose`, { ...small, layout: 'speaker', toUs: 2_000_000 });
  assert.equal(composing.status, 202, composing.text);
  const job = await until('the programme is made', async () => {
    const { jobs } = (await server.get(`/v1/recordings/${recordingId}`)).json;
    return jobs.find((one) => one.jobId === composing.json.jobId && one.state === 'done');
  }, { timeout: 60_000 });
  assert.equal(job.percent, 100);
  assert.deepEqual([job.kind, job.layout, job.file], ['compose', 'speaker', `composite/speaker-${job.jobId}.mp4`]);
  await events.of('recording.composed', { job: job.jobId });
  await events.close();
  const outputs = manifestOf(recordingFolders(server, 'four')[0]).outputs.filter((output) => output.mode === 'composite');
  assert.equal(outputs.length, 2);
  assert.deepEqual(outputs.map((output) => output.layout).sort(), ['speaker', 'timeline'], 'the first follows the layouts of the meeting');
  assert.ok(outputs.every((output) => output.file.startsWith(`composite/${output.layout}-`)));
  assert.ok(outputs.some((output) => Math.abs(output.durationUs - 2_000_000) < 100_000));

  assert.equal((await server.request('DELETE', `/v1/recordings/${recordingId}`)).status, 200);
  assert.equal((await server.get(`/v1/recordings/${recordingId}`)).status, 404);
  assert.equal(recordingFolders(server, 'four').length, 0);
  assert.equal((await server.request('POST', '/v1/stopRecording', { meetingId: 'four' })).status, 404);
});

test('a live programme can be watched while its meeting runs', async (context) => {
  const meeting = await server.openMeeting('live');
  const events = await server.events({ meetingId: meeting.meetingId });
  const { recordingId } = await server.post('startRecording', { meetingId: 'live', modes: ['track', 'composite'], composite: { ...small, live: true } });
  const tabs = await openCall(browser, server, meeting);
  await allSeeAndHear(tabs);
  const folder = recordingFolders(server, 'live')[0];
  const playlist = path.join(folder, 'composite', 'live', 'live.m3u8');
  const segments = () => (fs.existsSync(playlist) ? fs.readFileSync(playlist, 'utf8').split('\n').filter((line) => line && !line.startsWith('#')).length : 0);
  await until('two segments are listed', () => segments() >= 2, { timeout: 45_000 });
  const { streams } = await probe(playlist);
  assert.deepEqual(streams.map((stream) => stream.codec_type).sort(), ['audio', 'video'], 'it plays while it grows');
  await server.post('updateRecording', { meetingId: 'live', layout: 'speaker' });

  const composer = server.descendants().find((pid) => fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith(path.join(path.dirname(server.child.spawnfile), 'doordarshan-composer')));
  assert.ok(composer, 'a composer runs');
  process.kill(composer, 'SIGKILL');
  const before_kill = segments();
  await until('it goes on', () => segments() > before_kill, { timeout: 45_000 });

  await Promise.all(tabs.map((tab) => tab.closeTab()));
  await server.endMeeting('live');
  const composite = await until('the programme is in the manifest', () => manifestOf(folder).outputs.find((output) => output.mode === 'composite'), { timeout: 90_000 });
  const { seconds } = await probe(path.join(folder, composite.file));
  const { durationUs } = manifestOf(folder);
  context.diagnostic(`${recordingId} ${composite.file}: ${seconds} s of ${durationUs / 1e6}`);
  assert.ok(Math.abs(seconds - durationUs / 1e6) < 1, `${seconds} s of ${durationUs / 1e6}`);
  assert.equal(await play(path.join(folder, composite.file)), '');
  await events.close();
});
