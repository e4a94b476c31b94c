// SPDX-License-Identifier: MIT
// A phone that is turned during a call: what Chromium says of it in RTP comes through the worker into the recording, whose files carry
// it and whose programme shows it upright.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

import { openBrowser } from './lib/browser.mjs';
import { openCall } from './lib/call.mjs';
import { completeManifest, recordingFolders, timelineOf } from './lib/recording.mjs';
import { startServer } from './lib/server.mjs';
import { sleep } from './lib/wait.mjs';

const run = promisify(execFile);
const degrees = 90;
let server;
let browser;

before(async () => {
  [server, browser] = await Promise.all([startServer({ name: 'turned', env: { RECORDING_WIDTH: '640', RECORDING_HEIGHT: '360' } }), openBrowser()]);
});
after(async () => {
  await browser?.close();
  await server?.kill();
});

// Whether a place of the picture, as parts of its width and height, is bright.
async function pictureAt(file, ...seek) {
  const [width, height] = [32, 18];
  const filter = `scale=${width}:${height}:flags=area,format=gray`;
  const { stdout } = await run('ffmpeg', ['-v', 'error', ...seek, '-i', file, '-frames:v', '1', '-vf', filter, '-f', 'rawvideo', '-'], { encoding: 'buffer' });
  return (x, y) => stdout[Math.floor(y * height) * width + Math.floor(x * width)] > 128;
}

test('a phone that is turned is upright in the programme, and its files say how they are to be turned', async () => {
  const meeting = await server.openMeeting('turned');
  const events = await server.events({ meetingId: meeting.meetingId });
  const tabs = await openCall(browser, server, meeting, { video: { startRecording: true, source: 'phone', turnedAfter: 4, degrees } });
  await events.of('recording.started');
  await sleep(8000);
  await Promise.all(tabs.map((tab) => tab.closeTab()));
  await server.endMeeting(meeting.meetingId);
  await events.of('recording.composed', { meetingId: meeting.meetingId, timeout: 60_000 });
  const [folder] = recordingFolders(server, meeting.meetingId);
  const manifest = await completeManifest(folder, { outputs: 3 });

  for (const track of manifest.tracks.filter(({ kind }) => kind === 'video')) {
    const rotations = track.files.map(({ rotation = 0 }) => rotation);
    assert.deepEqual([...new Set(rotations)], [0, degrees], `${track.track}: ${rotations}`);
    assert.ok(timelineOf(folder).some((event) => event.type === 'rotation' && event.track === track.track && event.degrees === degrees));
  }

  // The two are beside each other, in the middle of the height.
  const programme = path.join(folder, manifest.outputs.find(({ mode }) => mode === 'composite').file);
  const [upright, turned] = [await pictureAt(programme, '-ss', '2'), await pictureAt(programme, '-sseof', '-1')];
  for (const centre of [0.25, 0.75]) {
    assert.deepEqual([upright(centre - 0.15, 0.5), upright(centre + 0.15, 0.5)], [true, false], 'first it is bright on the left');
    assert.deepEqual([turned(centre, 0.38), turned(centre, 0.62)], [true, false], 'then it is bright above');
    assert.deepEqual([turned(centre - 0.2, 0.38), turned(centre + 0.2, 0.38)], [false, false], 'and higher than wide');
  }
});
