// SPDX-License-Identifier: MIT
// The recording part of `make bench`: what it costs to record a pair of streams, and to compose 1, 4 and 9 of them, beside
// ffmpeg and a plain GStreamer pipeline that do the same work on the same files in the same run.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { binary } from '../tests/e2e/lib/server.mjs';

const programs = path.dirname(binary);
const [width, height, fps] = [1280, 720, 30];

// Processor and wall seconds of a shell command, its children included.
function timed(command, cwd) {
  const script = `TIMEFORMAT='%U %S %R'; { time { ${command}; } >/dev/null 2>/dev/null; } 2>&1 | tail -1`;
  const [user, system, wall] = execFileSync('bash', ['-c', script], { cwd, encoding: 'utf8' }).trim().split(' ').map(Number);
  return { cpu: user + system, wall };
}

function sources(folder, seconds) {
  const shell = (command) => execFileSync('bash', ['-c', command], { cwd: folder, stdio: 'ignore' });
  // Moving picture with noise, as a camera has it: 1.5 Mb/s is then really used.
  shell(`ffmpeg -v error -y -f lavfi -i "testsrc2=s=${width}x${height}:r=${fps}:d=${seconds},noise=alls=12:allf=t" -c:v libvpx -b:v 1500k -deadline realtime -cpu-used 8 -g 90 cam.mkv`);
  // The middle layer of the same camera's simulcast, at what Chromium gives it.
  shell(`ffmpeg -v error -y -f lavfi -i "testsrc2=s=${width / 2}x${height / 2}:r=${fps}:d=${seconds},noise=alls=12:allf=t" -c:v libvpx -b:v 450k -deadline realtime -cpu-used 8 -g 90 small.mkv`);
  shell(`ffmpeg -v error -y -f lavfi -i "anoisesrc=a=0.1:c=pink:d=${seconds}" -c:a libopus -b:a 32k -ac 1 mic.mka`);
}

function makeRecording(folder, people, seconds, { live = false, previews = false } = {}) {
  const recording = path.join(folder, `of-${people}${live ? '-live' : ''}${previews ? '-with-previews' : ''}`);
  for (const inner of ['tracks', 'previews']) fs.mkdirSync(path.join(recording, inner), { recursive: true });
  const lines = [{ t: 0, type: 'recording', version: 1, recording: 'r', tenant: 't', meeting: 'm', started: '2026-01-31T10:00:00.000Z', fill: 'black' }];
  for (let i = 0; i < people; ++i) {
    for (const [kind, source, codec] of [['video', 'cam.mkv', 'vp8'], ['audio', 'mic.mka', 'opus']]) {
      const track = `p${i}-${kind}-0`;
      const file = `tracks/${track}.001.mkv`;
      fs.linkSync(path.join(folder, source), path.join(recording, file));
      lines.push({ t: 0, type: 'track', track, participant: `p${i}`, kind, producer: 'x', codec });
      lines.push({ t: 0, type: 'file', track, file, part: 1, reason: 'first', ...(kind === 'video' && { width, height }) });
      if (kind === 'audio' || !previews) continue;
      fs.linkSync(path.join(folder, 'small.mkv'), path.join(recording, `previews/${track}.001.mkv`));
      lines.push({ t: 0, type: 'preview', track, file: `previews/${track}.001.mkv`, width: width / 2, height: height / 2 });
    }
  }
  lines.push({ t: seconds * 1e6, type: 'stopped', reason: 'ended' });
  fs.writeFileSync(path.join(recording, 'timeline.jsonl'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  return recording;
}

const encoder = '-c:v libx264 -preset veryfast -crf 22 -maxrate 4M -bufsize 8M -g 120 -c:a aac -b:a 128k -movflags +faststart';

function commands(people) {
  const columns = Math.ceil(Math.sqrt(people));
  const tile = { w: 2 * Math.floor(width / columns / 2), h: 2 * Math.floor(height / columns / 2) };
  const each = (make, join = ' ') => [...Array(people).keys()].map(make).join(join);
  const place = (i) => ({ x: (i % columns) * tile.w, y: Math.floor(i / columns) * tile.h });
  const inputs = each((i) => `-i tracks/p${i}-video-0.001.mkv -i tracks/p${i}-audio-0.001.mkv`);
  const scaled = each((i) => `[${2 * i}:v]scale=${tile.w}:${tile.h}:flags=bilinear[v${i}]`, ';');
  const stack = `${each((i) => `[v${i}]`, '')}xstack=inputs=${people}:layout=${each((i) => `${place(i).x}_${place(i).y}`, '|')}:fill=black[o]`;
  const graph = people === 1 ? `[0:v]scale=${width}:${height}[o];[1:a]anull[a]` : `${scaled};${stack};${each((i) => `[${2 * i + 1}:a]`, '')}amix=inputs=${people}[a]`;
  const pads = each((i) => `sink_${i}::xpos=${place(i).x} sink_${i}::ypos=${place(i).y} sink_${i}::width=${tile.w} sink_${i}::height=${tile.h}`);
  const queue = 'queue max-size-time=20000000000 max-size-bytes=0 max-size-buffers=0';
  const feeds = each(
    (i) =>
      `filesrc location=tracks/p${i}-video-0.001.mkv ! matroskademux ! vp8dec threads=1 ! queue ! comp.sink_${i} ` +
      `filesrc location=tracks/p${i}-audio-0.001.mkv ! matroskademux ! opusdec ! queue ! amix.`,
  );
  return {
    ours: `${path.join(programs, 'doordarshan-composer')} . -o ours.mp4 --layout grid --width ${width} --height ${height} --fps ${fps}`,
    ffmpeg: `ffmpeg -v error -y ${inputs} -filter_complex "${graph}" -map "[o]" -map "[a]" -r ${fps} ${encoder} ffmpeg.mp4`,
    gstreamer:
      `gst-launch-1.0 -q compositor name=comp background=black ${pads} ! video/x-raw,format=I420,width=${width},height=${height},framerate=${fps}/1 ! ` +
      `x264enc speed-preset=veryfast pass=qual quantizer=22 bitrate=4000 vbv-buf-capacity=2000 key-int-max=120 ! ${queue} ! mp4mux faststart=true name=mux ! ` +
      `filesink location=gst.mp4 audiomixer name=amix ! audioconvert ! avenc_aac bitrate=128000 ! ${queue} ! mux. ${feeds}`,
  };
}

export function recordingSections(quick) {
  const seconds = quick ? 5 : 30;
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'dd-bench-recording-'));
  try {
    const lines = ['## Recording', '', 'VP8 720p30 at 1.5 Mb/s and Opus, sent over loopback to one recorder process, written and synced as in a meeting.', ''];
    lines.push('| pairs | CPU-seconds a minute of a pair | cores | tracks a core | memory of the process | of it for a track |', '|--:|--:|--:|--:|--:|--:|');
    for (const pairs of quick ? [1] : [1, 10, 20, 100]) { // beyond that, sending them takes more than the other core
      const output = execFileSync(path.join(programs, 'doordarshan-recorder-bench'), ['--pairs', String(pairs), '--seconds', String(seconds), '--folder', path.join(folder, `r${pairs}`)], { encoding: 'utf8' });
      const report = JSON.parse(output.trim().split('\n').at(-1));
      const tracks = Math.round((2 * pairs) / report.cores);
      lines.push(`| ${pairs} | ${report.cpuSecondsPerMinuteOfAPair.toFixed(3)} | ${report.cores.toFixed(3)} | ${tracks} | ${(report.residentKiB / 1024).toFixed(1)} MiB | ${report.residentKiBPerTrack.toFixed(0)} KiB |`);
    }
    sources(folder, seconds);
    lines.push('', `Composing ${seconds} s of ${width}x${height} VP8 and Opus tracks into ${width}x${height} at ${fps}, H264 (veryfast, crf 22) and AAC, one after the other:`, '');
    lines.push('| people | times real time | CPU-seconds a second | CPU against ffmpeg | CPU against a GStreamer pipeline |', '|--:|--:|--:|--:|--:|');
    const others = new Map(); // what ffmpeg and GStreamer took, by people
    for (const people of [1, 4, 9]) {
      const recording = makeRecording(folder, people, seconds);
      const { ours, ffmpeg, gstreamer } = Object.fromEntries(Object.entries(commands(people)).map(([name, command]) => [name, timed(command, recording)]));
      lines.push(`| ${people} | ${(seconds / ours.wall).toFixed(1)} | ${(ours.cpu / seconds).toFixed(2)} | ${(ours.cpu / ffmpeg.cpu).toFixed(2)} | ${(ours.cpu / gstreamer.cpu).toFixed(2)} |`);
      others.set(people, { ffmpeg, gstreamer });
    }
    lines.push('', `The same by the live composer, which also writes HLS: of the tracks, beside what the other two took above, and of the simulcast's middle layer`);
    lines.push(`(${width / 2}x${height / 2} at 450 kb/s) where the tiles are small:`, '');
    lines.push('| people | cores, tracks | CPU against ffmpeg | CPU against a GStreamer pipeline | cores, small layers |', '|--:|--:|--:|--:|--:|');
    for (const people of [1, 4, 9]) {
      const [tracks, small] = [false, true].map((previews) => {
        const recording = makeRecording(folder, people, seconds, { previews, live: true });
        return timed(`${path.join(programs, 'doordarshan-composer')} live . -o live --layout grid --width ${width} --height ${height} --fps ${fps}`, recording).cpu / seconds;
      });
      const against = ['ffmpeg', 'gstreamer'].map((other) => ((tracks * seconds) / others.get(people)[other].cpu).toFixed(2));
      lines.push(`| ${people} | ${tracks.toFixed(2)} | ${against.join(' | ')} | ${small.toFixed(2)} |`);
    }
    lines.push('');
    return lines;
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}
