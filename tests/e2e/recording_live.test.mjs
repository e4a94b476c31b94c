// SPDX-License-Identifier: MIT
// A programme that is made while its meeting runs takes small layers for small tiles: Chromium's simulcast, the server's second taps, the
// recorder's previews and the composer's wishes, all the way round.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

import { openBrowser } from './lib/browser.mjs';
import { allSeeAndHear, enter, openCall, publishAll } from './lib/call.mjs';
import { assertTogether, beeps, completeManifest, delaysBetween, flashes, kTogetherMs, middle, play, probe, recordingFolders, timelineOf } from './lib/recording.mjs';
import { startServer } from './lib/server.mjs';
import { sleep, until } from './lib/wait.mjs';

const run = promisify(execFile);
const size = { width: 960, height: 540 };

let server;
let browser;
before(async () => {
  [server, browser] = await Promise.all([startServer({ name: 'recording-live' }), openBrowser()]);
});
after(async () => {
  await browser?.close();
  await server?.kill();
});

test('a small tile is made of a small layer, a large one of what is recorded, and nobody sees the change', async (context) => {
  const meeting = await server.openMeeting('layers');
  await server.post('startRecording', { meetingId: 'layers', modes: ['track', 'composite'], composite: { ...size, layout: 'grid', fps: 15, live: true } });
  const tabs = await openCall(browser, server, meeting, { video: { simulcast: true, ...size, frameRate: 12 } });
  await allSeeAndHear(tabs);
  const folder = recordingFolders(server, 'layers')[0];
  const previews = (type) => timelineOf(folder).filter((event) => event.type === type);
  const tracks = () => new Set(previews('preview').map(({ track }) => track));
  await until('both tracks have a preview', () => tracks().size === 2, { timeout: 60_000 });
  for (const { track, height } of previews('preview')) {
    assert.equal(height, size.height / 2, track);
  }
  // As long as the composer is behind, and a little more: what it shows now is previews.
  await sleep(5000);
  await server.post('updateRecording', { meetingId: 'layers', layout: 'speaker' });
  // The server ends a preview when the composer has its key frame and needs it no longer.
  const large = await until('one of them is large', () => previews('preview_end')[0], { timeout: 40_000 });
  await sleep(3000);
  await server.post('updateRecording', { meetingId: 'layers', layout: 'grid' });
  const ended = previews('preview').length;
  await until('it is small again', () => previews('preview').length > ended, { timeout: 60_000 });
  await sleep(4000);
  await Promise.all(tabs.map((tab) => tab.closeTab()));
  await server.endMeeting('layers');

  const manifest = await completeManifest(folder, { timeout: 90_000 });
  const programme = manifest.outputs.find(({ mode }) => mode === 'composite');
  assert.equal(programme.file, 'composite/live/live.mp4', 'it was made live, and not again afterwards');
  assert.equal(programme.layout, 'timeline');
  await until('the previews are gone', () => !fs.existsSync(path.join(folder, 'previews')), { timeout: 30_000 });
  assert.equal(manifest.tracks.length, 4, 'a preview is no track');

  const file = path.join(folder, programme.file);
  const { seconds } = await probe(file);
  assert.ok(Math.abs(seconds - manifest.durationUs / 1e6) < 1, `${seconds} s of ${manifest.durationUs / 1e6}`);
  assert.equal(await play(file), '');
  // Where the left tile of the grid and the large one are, between the first pictures and the last: nowhere as dark as a tile without a picture.
  // Chromium's test picture has hardly more brightness where it is green, but colour.
  const shown = Math.max(...manifest.tracks.map((track) => track.files[0].startUs)) / 1e6 + 1;
  const last = Math.min(...manifest.tracks.map(({ files }) => files.at(-1).startUs + files.at(-1).durationUs)) / 1e6 - 0.5;
  const filter = 'crop=iw/4:ih/4:iw/8:ih*3/8,signalstats,metadata=print:file=-';
  const { stdout } = await run('ffmpeg', ['-v', 'error', '-i', file, '-map', 'v:0', '-vf', filter, '-f', 'null', '-'], { maxBuffer: 64 << 20 });
  const frames = [...stdout.matchAll(/pts_time:([\d.]+)[^]*?YMAX=(\d+)[^]*?UAVG=([\d.]+)/g)].map(([, ...texts]) => texts.map(Number));
  const seen = frames.filter(([time]) => time > shown && time < last);
  const holes = seen.filter(([, brightest, blue]) => brightest < 40 && Math.abs(blue - 128) < 16).map(([time]) => time);
  context.diagnostic(`${previews('preview').length} files of previews; ${large.file} ended for the large tile; ${seen.length} frames, ${holes.length} of them without a picture`);
  assert.ok(seen.length > 15 * 10, `${seen.length} frames`);
  assert.deepEqual(holes, [], 'no hole where the layers change');
});

test('a programme that is made live has sound and picture together from its beginning', async (context) => {
  const people = {
    asha: { phase: 0, frequency: 1000, codec: 'video/VP8', part: [0.15, 0.4, 0.2, 0.2] },
    bela: { phase: 0.5, frequency: 2600, codec: 'video/H264', part: [0.65, 0.4, 0.2, 0.2] },
  };
  const meeting = await server.openMeeting('flashes');
  await server.post('startRecording', { meetingId: 'flashes', modes: ['track', 'composite'], composite: { width: 640, height: 360, layout: 'grid', fps: 30, live: true } });
  const tabs = [];
  for (const [name, { phase, frequency, codec }] of Object.entries(people)) {
    const tab = await enter(browser, server, meeting, name, {});
    tabs.push(tab);
    const source = { source: 'flash', phase, frequency };
    await publishAll([tab], { video: { ...source, codec }, audio: source });
  }
  await sleep(12_000);
  await Promise.all(tabs.map((tab) => tab.closeTab()));
  await server.endMeeting('flashes');
  const folder = recordingFolders(server, 'flashes')[0];
  const programme = (await completeManifest(folder, { timeout: 90_000 })).outputs.find(({ mode }) => mode === 'composite');
  assert.equal(programme.file, 'composite/live/live.mp4');
  const file = path.join(folder, programme.file);
  for (const [name, { frequency, part }] of Object.entries(people)) {
    const sync = delaysBetween(await flashes(file, { part }), await beeps(file, { frequency }));
    context.diagnostic(`${name}: ${JSON.stringify(sync.delays.map(Math.round))}`);
    assertTogether(sync, name);
    // Before the sender's clock is known, which is some seconds later. The first flash alone says nothing: when the first picture comes it may
    // be lit already, and is then one or two pictures late.
    const first = middle(sync.delays.slice(0, 3));
    assert.ok(Math.abs(first) < kTogetherMs, `${name}: sound is ${first} ms from its picture in the beginning`);
  }
});
