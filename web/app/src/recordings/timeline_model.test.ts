// SPDX-License-Identifier: MIT
// The picture of a recording from its manifest and timeline.
import { describe, expect, it } from 'vitest';

import type { Manifest } from '../api/types';
import { gapSummary, parseTimeline, timelineView, without } from './timeline_model';

const file = (startUs: number, durationUs: number) => ({ file: 'x', part: 1, startUs, durationUs, bytes: 1 });

const manifest: Manifest = {
  version: 1,
  recording: 'r',
  tenant: 't',
  meeting: 'm',
  state: 'complete',
  started: '2026-01-31T10:00:00Z',
  durationUs: 60e6,
  parts: [],
  missing: [{ fromUs: 20e6, toUs: 22e6, reason: 'crash' }],
  participants: [{ participant: 'p2', name: 'Bela' }, { participant: 'p1' }],
  tracks: [
    { track: 'p1-video', participant: 'p1', kind: 'video', producer: 'x', codec: 'vp8', files: [file(0, 20e6), file(22e6, 38e6)], gaps: [{ fromUs: 30e6, toUs: 31e6, reason: 'loss' }] },
    { track: 'p1-audio', participant: 'p1', kind: 'audio', producer: 'y', codec: 'opus', files: [file(1e6, 59e6)], gaps: [] },
    { track: 'p2-audio', participant: 'p2', kind: 'audio', producer: 'z', codec: 'opus', files: [file(5e6, 10e6)], gaps: [] },
  ],
  outputs: [],
};

describe('a recording’s timeline', () => {
  it('is read line by line, without what is not whole or not known', () => {
    const lines = parseTimeline('{"t":0,"type":"recording"}\n\nnonsense\n{"t":5,"type":"new_in_2030","x":1}\n[1]\n{"t":9,"type":"spe');
    expect(lines.map((line) => line.type)).toEqual(['recording', 'new_in_2030']);
  });

  it('has a row for each track, by participant and kind', () => {
    const view = timelineView(manifest, []);
    expect(view.rows.map((row) => row.track)).toEqual(['p2-audio', 'p1-audio', 'p1-video']);
    expect(view.rows.map((row) => row.name)).toEqual(['Bela', 'p1', 'p1']);
    expect(view.durationUs).toBe(60e6);
  });

  it('shows what is there, less the gaps', () => {
    expect(timelineView(manifest, []).rows[2]!.spans).toEqual([
      { fromUs: 0, toUs: 20e6 },
      { fromUs: 22e6, toUs: 30e6 },
      { fromUs: 31e6, toUs: 60e6 },
    ]);
  });

  it('says who spoke when, to the end, and learns names from it', () => {
    const view = timelineView(manifest, [
      { t: 0, type: 'participant', participant: 'p1', name: 'Asha' },
      { t: 1e6, type: 'speaker', participant: 'p1' },
      { t: 4e6, type: 'speaker', participant: '' },
      { t: 50e6, type: 'speaker', participant: 'p2' },
    ]);
    expect(view.speakers).toEqual([
      { participant: 'p1', name: 'Asha', fromUs: 1e6, toUs: 4e6 },
      { participant: 'p2', name: 'Bela', fromUs: 50e6, toUs: 60e6 },
    ]);
  });

  it('reaches as far as its longest file while it is still being recorded', () => {
    expect(timelineView({ ...manifest, durationUs: 0 }, []).durationUs).toBe(60e6);
    expect(timelineView({ ...manifest, durationUs: 0, tracks: [] }, []).durationUs).toBe(1);
  });
});

describe('spans', () => {
  it('that touch are one, and gaps cut them wherever they lie', () => {
    expect(without([{ fromUs: 0, toUs: 5 }, { fromUs: 5, toUs: 9 }], [])).toEqual([{ fromUs: 0, toUs: 9 }]);
    expect(without([{ fromUs: 0, toUs: 9 }], [{ fromUs: 0, toUs: 2 }, { fromUs: 8, toUs: 12 }, { fromUs: 20, toUs: 30 }])).toEqual([{ fromUs: 2, toUs: 8 }]);
    expect(without([{ fromUs: 0, toUs: 9 }], [{ fromUs: 0, toUs: 9 }])).toEqual([]);
  });

  it('of gaps are summed up in words', () => {
    expect(gapSummary([])).toBe('');
    expect(gapSummary([{ fromUs: 0, toUs: 4.2e6, reason: 'paused' }])).toBe('1 gap, 4.2 s: paused');
    expect(gapSummary([{ fromUs: 0, toUs: 30e6, reason: 'loss' }, { fromUs: 0, toUs: 1, reason: 'something_new' }])).toBe('2 gaps, 30 s: lost packets, something new');
  });
});
