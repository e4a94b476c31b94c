// SPDX-License-Identifier: MIT
// A recording as a player sees it: its manifest and timeline, and what ffprobe and ffmpeg find in its files.
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const bounds = { maxBuffer: 64 << 20, timeout: 60_000 };

export const recordingsRoot = (server) => path.join(server.folder, 'data', 'recordings');

// The folders of a meeting's recordings, the oldest first.
export function recordingFolders(server, meetingId) {
  const root = recordingsRoot(server);
  const folders = [];
  for (const tenant of fs.existsSync(root) ? fs.readdirSync(root) : []) {
    const meeting = path.join(root, tenant, meetingId);
    if (fs.existsSync(meeting)) folders.push(...fs.readdirSync(meeting).sort().map((name) => path.join(meeting, name)));
  }
  return folders;
}

export const manifestOf = (folder) => JSON.parse(fs.readFileSync(path.join(folder, 'manifest.json'), 'utf8'));

export const timelineOf = (folder) =>
  fs.readFileSync(path.join(folder, 'timeline.jsonl'), 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line));

// {seconds, streams: [{codec_type, codec_name, width, height}]}
export async function probe(file) {
  const { stdout } = await run('ffprobe', ['-v', 'error', '-show_format', '-show_streams', '-of', 'json', file], bounds);
  const { format, streams } = JSON.parse(stdout);
  return { seconds: Number(format.duration), streams };
}

// Decodes everything; what the decoder complains of, and how far it came.
export async function play(file) {
  const { stderr } = await run('ffmpeg', ['-hide_banner', '-v', 'error', '-i', file, '-f', 'null', '-'], bounds);
  return stderr.trim();
}
