// SPDX-License-Identifier: MIT
// A recording as a player sees it: its manifest and timeline, and what ffprobe and ffmpeg find in its files.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

import { until } from './wait.mjs';

const run = promisify(execFile);
const bounds = { maxBuffer: 512 << 20, timeout: 1_200_000 };

export const recordingsRoot = (server) => path.join(server.folder, 'data', 'recordings');

// The folders of a meeting's recordings, the oldest first.
export function recordingFolders(server, meetingId, root = recordingsRoot(server)) {
  const folders = [];
  for (const tenant of fs.existsSync(root) ? fs.readdirSync(root) : []) {
    const meeting = path.join(root, tenant, meetingId);
    if (fs.existsSync(meeting)) folders.push(...fs.readdirSync(meeting).sort().map((name) => path.join(meeting, name)));
  }
  return folders;
}

export const manifestOf = (folder) => JSON.parse(fs.readFileSync(path.join(folder, 'manifest.json'), 'utf8'));

// The manifest once its recording is over and so many files for playing are made: that begins when `recording.stopped` is told.
export const completeManifest = (folder, { outputs = 1, timeout = 60_000 } = {}) =>
  until('the recording is complete', () => {
    const manifest = manifestOf(folder);
    return manifest.state === 'complete' && manifest.outputs.length >= outputs && manifest;
  }, { timeout });

export const timelineOf = (folder) =>
  fs.readFileSync(path.join(folder, 'timeline.jsonl'), 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line));

// {seconds, streams: [{codec_type, codec_name, width, height}]}
export async function probe(file) {
  const { stdout } = await run('ffprobe', ['-v', 'error', '-show_format', '-show_streams', '-of', 'json', file], bounds);
  const { format, streams } = JSON.parse(stdout);
  return { seconds: Number(format.duration), streams };
}

// Decodes everything; what the decoder complains of. Frames keep their own times: a browser's camera has no fixed rate.
export async function play(file) {
  const { stderr } = await run('ffmpeg', ['-hide_banner', '-v', 'error', '-i', file, '-fps_mode', 'vfr', '-f', 'null', '-'], bounds);
  return stderr.trim();
}

// Which sizes a participant's recorded pictures have, one after the other: [{width, height, seconds}].
export async function pictureSizes(folder, participant) {
  const files = timelineOf(folder).filter(({ type, track }) => type === 'file' && track.startsWith(`${participant}-video`));
  const sizes = [];
  for (const { file } of files) {
    const arguments_ = ['-v', 'error', '-select_streams', 'v', '-show_entries', 'frame=pts_time,width,height', '-of', 'csv=p=0', path.join(folder, file)];
    const { stdout } = await run('ffprobe', arguments_, bounds);
    let began = 0;
    for (const line of stdout.split('\n').filter(Boolean)) {
      const [time, width, height] = line.split(',').map(Number);
      if (sizes.at(-1)?.width !== width || sizes.at(-1)?.height !== height) {
        sizes.push({ width, height, seconds: 0 });
        began = time;
      }
      sizes.at(-1).seconds = time - began;
    }
  }
  return sizes;
}

const kRate = 16_000; // hours of it fit into memory

// When a beep begins, in seconds, by the file's time stamps (the resampler's default is to pass over what is off by less than 0.1 s):
// sound after at least 0.3 s of silence. Gaps in the file count as silence. With a frequency, only
// beeps of that pitch.
export async function beeps(file, { frequency } = {}) {
  const pitch = frequency ? `,bandpass=f=${frequency}:width_type=q:w=8`.repeat(2) : '';
  const filter = `aresample=async=1:min_hard_comp=0.01:first_pts=0:osr=${kRate}${pitch}`;
  const arguments_ = ['-v', 'error', '-i', file, '-map', 'a:0', '-af', filter, '-ac', '1', '-f', 's16le', '-'];
  const { stdout } = await run('ffmpeg', arguments_, { ...bounds, encoding: 'buffer' });
  const samples = new Int16Array(stdout.buffer, stdout.byteOffset, stdout.length >> 1);
  const found = [];
  let quietSince = -Infinity;
  for (let i = 0; i < samples.length; ++i) {
    if (Math.abs(samples[i]) < 2000) continue;
    if (i - quietSince > 0.3 * kRate) found.push(i / kRate);
    quietSince = i;
  }
  return found;
}

const kFlash = 0.1; // of the pages' source; one of more is no harm

// When the picture turns bright, in seconds. With a part ([x, y, width, height], of 1), only that part of it. A busy machine's browser leaves
// pictures out; of a flash that lost its first ones so, which is shorter, the end says when it began.
export async function flashes(file, { part } = {}) {
  const [x, y, width, height] = part ?? [];
  const crop = part ? `crop=iw*${width}:ih*${height}:iw*${x}:ih*${y},` : '';
  const filter = crop + 'scale=16:16,format=gray,signalstats,metadata=print:key=lavfi.signalstats.YAVG:file=-';
  const { stdout } = await run('ffmpeg', ['-v', 'error', '-i', file, '-map', 'v:0', '-fps_mode', 'passthrough', '-vf', filter, '-f', 'null', '-'], bounds);
  const found = [];
  let bright = false;
  for (const [, text, level] of stdout.matchAll(/pts_time:([\d.]+)[^]*?YAVG=([\d.]+)/g)) {
    const time = Number(text);
    if (Number(level) > 128 && !bright) found.push(time);
    if (Number(level) <= 128 && bright) found.push(Math.min(found.pop(), time - kFlash));
    bright = Number(level) > 128;
  }
  return found;
}

export const middle = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

// How late each beep is against the flash it belongs to, in milliseconds.
export async function soundDelays(picture, sound = picture) {
  return delaysBetween(...(await Promise.all([flashes(picture), beeps(sound)])));
}

export function delaysBetween(seen, heard) {
  const delays = heard
    .map((beep) => seen.map((flash) => (beep - flash) * 1000).reduce((best, delay) => (Math.abs(delay) < Math.abs(best) ? delay : best), Infinity))
    .filter((delay) => Math.abs(delay) < 400);
  return { flashes: seen.length, beeps: heard.length, delays, median: middle(delays), worst: Math.max(...delays.map(Math.abs)) };
}

export const kTogetherMs = 40; // sound and picture of one participant

// A page that gets no processor for a while hands its sound over late, which is no fault of the recording: one in ten may be off.
export function assertTogether(sync, what) {
  assert.ok(sync.delays.length >= 5, `${what}: ${sync.delays.length} beeps with their flash`);
  assert.ok(Math.abs(sync.median) < kTogetherMs, `${what}: sound is ${sync.median} ms from its picture`);
  const off = sync.delays.filter((delay) => Math.abs(delay) >= kTogetherMs);
  assert.ok(off.length <= sync.delays.length / 10, `${what}: sound is off by ${off.map(Math.round)} ms`);
}
