// SPDX-License-Identifier: MIT
// Sound and picture stay together in everything that is made for playing, whatever happens to those who send: four browsers that
// mute, leave, stall for ten seconds and lose packets flash and beep at known moments of the same clock, each at its own pitch.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { openBrowser } from './lib/browser.mjs';
import { allSeeAndHear, consumeEachOther, enter, publishAll } from './lib/call.mjs';
import { openNetwork } from './lib/network.mjs';
import { assertTogether, beeps, completeManifest, delaysBetween, flashes, manifestOf, middle, pictureSizes, play, probe, recordingFolders, soundDelays, timelineOf } from './lib/recording.mjs';
import { startServer } from './lib/server.mjs';
import { sleep, until } from './lib/wait.mjs';

const kAcrossMs = 80; // participants against each other in the programme

// Each flashes and beeps `phase` seconds after the full one, so whatever flashes tells whose it is.
const people = {
  asha: { phase: 0, frequency: 1000 },
  bela: { phase: 0.25, frequency: 1600 },
  chitra: { phase: 0.5, frequency: 2600 },
  dev: { phase: 0.75, frequency: 4200 },
};
// The inner part of each tile of a grid of four.
const tiles = [[0.15, 0.15, 0.2, 0.2], [0.65, 0.15, 0.2, 0.2], [0.15, 0.65, 0.2, 0.2], [0.65, 0.65, 0.2, 0.2]];
const codecs = { asha: 'video/VP8', bela: 'video/H264', chitra: 'video/VP9', dev: 'video/VP8' };

let server;
let browser;
let image;

before(async () => {
  image = path.join(os.tmpdir(), `dd-fill-${process.pid}.png`);
  execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'color=0x204060:s=640x360', '-frames:v', '1', image]);
  const env = { RECORDING_FPS: '30', RECORDING_HEIGHT: '360', RECORDING_WIDTH: '640', RECORDING_FILL_IMAGE: image };
  [server, browser] = await Promise.all([startServer({ name: 'recording-sync', env }), openBrowser()]);
});
after(async () => {
  await browser?.close();
  await server?.kill();
  fs.rmSync(image, { force: true });
});

async function join(meeting, name, network) {
  const tab = await enter(browser, server, meeting, name, { network: network?.port });
  const { phase, frequency } = people[name];
  const source = { source: 'flash', phase, frequency, startRecording: true };
  await publishAll([tab], { video: { ...source, codec: codecs[name] }, audio: source });
  return tab;
}

// Plays the whole file, eight times as fast; what Chromium says its length is.
async function playsInChromium(url) {
  const page = await browser.context.newPage();
  await page.goto(`${server.origin}/health`);
  const played = await page.evaluate(async (source) => {
    const video = Object.assign(document.createElement('video'), { src: source, muted: true });
    document.body.append(video);
    return new Promise((resolve, reject) => {
      video.onerror = () => reject(new Error(video.error?.message));
      video.onended = () => resolve({ seconds: video.duration, at: video.currentTime });
      video.oncanplay = () => {
        video.oncanplay = null;
        video.playbackRate = 8;
        video.play().catch(reject);
      };
    });
  }, url);
  await page.close();
  return played;
}

// Where within its second something of `phase` happened, as milliseconds around nothing.
function offset(time, phase) {
  const part = (((time - phase) % 1) + 1) % 1;
  return (part > 0.5 ? part - 1 : part) * 1000;
}
const spread = (values) => Math.max(...values) - Math.min(...values);

test('four who mute, leave, stall and lose packets stay in sync in all that is made', { timeout: 240_000 }, async (context) => {
  const meeting = await server.openMeeting('in-sync');
  const events = await server.events({ meetingId: 'in-sync' });
  const [lossy, stalling] = await Promise.all([openNetwork({ to: server.rtcBase, loss: 0.05 }), openNetwork({ to: server.rtcBase })]);
  await server.post('startRecording', { meetingId: 'in-sync', modes: ['track', 'participant', 'composite'], fill: 'image' });

  const tabs = [];
  for (const name of Object.keys(people)) tabs.push(await join(meeting, name, { dev: lossy, chitra: stalling }[name]));
  await consumeEachOther(tabs);
  await allSeeAndHear(tabs, { frames: 2 });
  const [asha, bela] = tabs;
  await sleep(6000);

  const { producers } = await asha.ids();
  const asked = (kind) => ({ meetingId: 'in-sync', participantId: 'asha', producerKindMap: { [producers[kind]]: kind } });
  const mute = async (kind) => Promise.all([asha.pause(kind), server.post('pauseProducer', asked(kind))]);
  const unmute = async (kind) => Promise.all([asha.unpause(kind), server.post('resumeProducer', { ...asked(kind), recordingEnabled: true })]);
  stalling.cut = true;
  await mute('audio');
  await bela.leave();
  await bela.closeTab();
  await sleep(5000);
  await unmute('audio');
  await mute('video');
  await sleep(5000);
  await unmute('video');
  stalling.cut = false;
  tabs[1] = await join(meeting, 'bela');
  await sleep(12_000);
  await Promise.all(tabs.map((tab) => tab.closeTab()));
  await server.endMeeting('in-sync');
  context.diagnostic(`dev's network carried ${lossy.carried} packets and lost ${lossy.lost}; chitra's lost ${stalling.lost} in its stall`);
  assert.ok(lossy.lost / (lossy.carried + lossy.lost) > 0.03);
  await Promise.all([lossy.close(), stalling.close()]);
  await events.of('recording.composed', { timeout: 120_000 });

  const [folder] = recordingFolders(server, 'in-sync');
  assert.deepEqual(fs.readFileSync(path.join(folder, 'fill-image')), fs.readFileSync(image), 'what fills gaps stays with the recording');
  const manifest = manifestOf(folder);
  const length = manifest.durationUs / 1e6;
  context.diagnostic(`${length} s; ${JSON.stringify(timelineOf(folder).filter(({ type }) => type === 'gap').map(({ track, reason, fromUs, toUs }) => [track, reason, fromUs / 1e6, toUs / 1e6]))}`);
  for (const { file } of [...manifest.tracks.flatMap((track) => track.files), ...manifest.outputs]) {
    assert.equal(await play(path.join(folder, file)), '', file);
  }
  for (const { file, durationUs } of manifest.outputs) {
    const { seconds } = await playsInChromium(`${server.origin}/v1/recordings/${manifest.recording}/files/${file}`);
    assert.ok(Math.abs(seconds - durationUs / 1e6) < 0.5, `${file} is ${seconds} s long in Chromium, not ${durationUs / 1e6}`);
    assert.ok(Math.abs((await probe(path.join(folder, file))).seconds - durationUs / 1e6) < 0.5, file);
  }

  for (const { file, participant } of manifest.outputs.filter((output) => output.mode === 'participant')) {
    const sync = await soundDelays(path.join(folder, file));
    context.diagnostic(`${participant} ${file}: ${JSON.stringify({ ...sync, delays: sync.delays.map(Math.round) })}`);
    assert.ok(sync.beeps >= 5, `${file}: ${sync.beeps} beeps`);
    assertTogether(sync, file);
  }

  const composite = path.join(folder, manifest.outputs.find((output) => output.mode === 'composite').file);
  // All four are there, and unhurt, at the end. The recording began at any moment of a second: dev's beeps say at which.
  const atTheEnd = (times) => times.filter((time) => time > length - 10 && time < length - 0.5);
  const heard = {};
  for (const [name, { frequency }] of Object.entries(people)) heard[name] = atTheEnd(await beeps(composite, { frequency }));
  const began = middle(heard.dev.map((time) => (time - people.dev.phase + 10) % 1));
  const instants = [];
  const shown = new Set();
  for (const part of tiles) {
    const seen = atTheEnd(await flashes(composite, { part }));
    const off = (name) => middle(seen.map((time) => offset(time - began, people[name].phase)));
    const [name] = Object.keys(people).sort((a, b) => Math.abs(off(a)) - Math.abs(off(b)));
    shown.add(name);
    const sync = delaysBetween(seen, heard[name]);
    context.diagnostic(`${name} in the programme: ${JSON.stringify({ ...sync, delays: sync.delays.map(Math.round) })}`);
    assertTogether(sync, `${name} in the programme`);
    instants.push(off(name), middle(heard[name].map((time) => offset(time - began, people[name].phase))));
  }
  assert.deepEqual([...shown].sort(), Object.keys(people), 'each has a tile');
  context.diagnostic(`participants against each other: ${JSON.stringify(instants.map(Math.round))}`);
  assert.ok(spread(instants) < kAcrossMs, `they are ${spread(instants)} ms apart`);
  await events.close();
});

test('of a layered stream the highest layer is recorded, whatever its viewers ask for', { timeout: 120_000 }, async (context) => {
  const meeting = await server.openMeeting('layers');
  const events = await server.events({ meetingId: 'layers' });
  const layered = {
    simulcast: { simulcast: true },
    svc: { codec: 'video/VP9', scalabilityMode: 'L3T3', maxBitrate: 2_000_000 },
  };
  const cameras = [];
  const viewers = []; // of each camera: one who asks for the smallest layer, and one who sees that the largest is sent
  for (const [name, options] of Object.entries(layered)) {
    const camera = await enter(browser, server, meeting, name, { receive: false });
    await publishAll([camera], { video: { width: 1280, height: 720, frameRate: 15, startRecording: true, ...options }, audio: false });
    cameras.push(camera);
    for (const wish of ['small', 'large']) {
      const participantId = `${name}-${wish}`;
      const viewer = await enter(browser, server, meeting, participantId, { send: false });
      const [{ consumerId }] = await viewer.consume({ [name]: { video: camera.published.video.producerId } });
      if (wish === 'small') await server.post('setPreferredLayers', { meetingId: 'layers', participantId, consumerId, spatialLayer: 0 });
      const height = wish === 'small' ? 180 : 720;
      viewers.push({ viewer, sees: async () => (await viewer.received())[name].video.frameHeight === height, times: 0 });
    }
  }
  // A browser that is short of processor or bandwidth leaves the largest layer out for a while: three seconds of it in all will do.
  const looks = async (one) => (one.times += (await one.sees()) ? 1 : 0);
  await until('the viewers see the smallest and the largest layers for a while', async () => (await Promise.all(viewers.map(looks))).every((times) => times > 15), {
    timeout: 90_000,
    interval: 200,
  });
  await Promise.all([...viewers.map(({ viewer }) => viewer), ...cameras].map((tab) => tab.closeTab()));
  await server.endMeeting('layers');
  await events.of('recording.stopped');
  const [folder] = recordingFolders(server, 'layers');
  const manifest = await completeManifest(folder, { outputs: cameras.length });
  for (const { file } of manifest.tracks.flatMap((track) => track.files)) assert.equal(await play(path.join(folder, file)), '', file);
  for (const name of Object.keys(layered)) {
    const sizes = await pictureSizes(folder, name);
    context.diagnostic(`${name}: ${JSON.stringify(sizes)}`);
    const inFull = sizes.filter(({ height }) => height === 720).reduce((sum, { seconds }) => sum + seconds, 0);
    assert.ok(inFull > 2.5, `${name} is recorded in full for ${inFull} s`);
    assert.ok(sizes.length < 10, `${name} shows one layer at a time`);
  }
  await events.close();
});
