// SPDX-License-Identifier: MIT
// Which of a recording's files can be played, best first.
import { describe, expect, it } from 'vitest';

import type { Manifest, Output } from '../api/types';
import { sourcesOf } from './sources';

const output = (more: Partial<Output>): Output => ({ mode: 'participant', file: 'participants/p1.001.webm', startUs: 0, durationUs: 1, bytes: 1, ...more });
const manifest = (outputs: Output[]): Manifest => ({
  version: 1,
  recording: 'r',
  tenant: 't',
  meeting: 'm',
  state: 'complete',
  started: '',
  durationUs: 1,
  parts: [],
  missing: [],
  tracks: [],
  participants: [{ participant: 'p1', name: 'Asha' }],
  outputs,
});

describe('what can be watched', () => {
  it('is the programme first, then people by their names', () => {
    const outputs = [
      output({ participant: 'p1', kind: 'video' }),
      output({ participant: 'p1', kind: 'screenshare', file: 'b.webm' }),
      output({ mode: 'composite', layout: 'grid', file: 'composite/grid.mp4' }),
    ];
    expect(sourcesOf(manifest(outputs)).map((source) => source.label)).toEqual(['Everybody (MP4)', 'Asha', 'Asha, screen']);
  });

  it("has a name for a programme whose layout is the meeting's", () => {
    expect(sourcesOf(manifest([output({ mode: 'composite', file: 'composite/grid-2.mp4' })])).map((source) => source.label)).toEqual(['Programme (MP4)']);
  });

  it('is only what browsers play', () => {
    expect(sourcesOf(manifest([output({ file: 'participants/p1.001.mkv' }), output({ mode: 'composite', file: 'composite/live.m3u8' })]))).toEqual([]);
  });

  it('has numbers where one person has several files', () => {
    const sources = sourcesOf(manifest([output({ participant: 'p1' }), output({ participant: 'p1', file: 'participants/p1.002.webm' })]));
    expect(sources.map((source) => source.label)).toEqual(['Asha 1', 'Asha 2']);
  });
});
