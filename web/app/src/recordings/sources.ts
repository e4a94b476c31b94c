// SPDX-License-Identifier: MIT
// What of a recording can be watched: programmes first, then each participant's files. Pure.
import type { Manifest, Output } from '../api/types';

export interface Source {
  file: string;
  label: string;
  startUs: number; // where on the timeline the file's time 0 is
}

const kLayouts: Record<string, string> = { grid: 'Everybody', speaker: 'Speaker', presentation: 'Presentation', timeline: 'Programme' };

export const layoutName = (layout: string): string => kLayouts[layout] ?? layout;

// A player understands these; Matroska and playlists are for downloading.
const playable = (output: Output) => /\.(mp4|webm)$/i.test(output.file);

export function sourcesOf(manifest: Manifest): Source[] {
  const names = new Map(manifest.participants.map(({ participant, name }) => [participant, name || participant]));
  // A programme without a layout of its own has those that the meeting had.
  const label = (output: Output) =>
    output.mode === 'composite'
      ? `${output.layout ? layoutName(output.layout) : 'Programme'} (${output.file.split('.').pop()?.toUpperCase()})`
      : `${names.get(output.participant ?? '') ?? output.participant ?? ''}${output.kind === 'screenshare' ? ', screen' : ''}`;
  const outputs = manifest.outputs.filter(playable).sort((a, b) => Number(a.mode !== 'composite') - Number(b.mode !== 'composite'));
  const found = outputs.map((output) => ({ file: output.file, label: label(output), startUs: output.startUs }));
  // Two files of one participant (a second part after a crash) are told apart by number.
  const seen = new Map<string, number>();
  return found.map((source) => {
    const nth = (seen.get(source.label) ?? 0) + 1;
    seen.set(source.label, nth);
    const several = found.filter((other) => other.label === source.label).length > 1;
    return several ? { ...source, label: `${source.label} ${nth}` } : source;
  });
}
