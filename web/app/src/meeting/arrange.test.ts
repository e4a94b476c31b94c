// SPDX-License-Identifier: MIT
// Where tiles go: everybody is shown once, nothing overlaps, nothing is cut off.
import { describe, expect, it } from 'vitest';

import { arrange } from './arrange';
import { pack, place, type Rect, type Size } from './tile_packing';

const rules = { gap: 10, minAspect: 4 / 3, maxAspect: 16 / 9 };
const names = (count: number) => Array.from({ length: count }, (_, i) => `camera:p${i}`);

function overlap(a: Rect, b: Rect): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

function expectTidy(rects: Rect[], stage: Size) {
  rects.forEach((rect, i) => {
    expect(rect.width).toBeGreaterThan(0);
    expect(rect.x).toBeGreaterThanOrEqual(0);
    expect(rect.y).toBeGreaterThanOrEqual(0);
    expect(rect.x + rect.width).toBeLessThanOrEqual(stage.width + 1);
    expect(rect.y + rect.height).toBeLessThanOrEqual(stage.height + 1);
    rects.slice(i + 1).forEach((other) => expect(overlap(rect, other)).toBe(false));
  });
}

describe('packing tiles', () => {
  it('takes the columns that show most', () => {
    expect(pack(1, { width: 1280, height: 720 }, rules)).toMatchObject({ columns: 1, rows: 1, tile: { width: 1280, height: 720 } });
    expect(pack(2, { width: 1280, height: 600 }, rules)).toMatchObject({ columns: 2, rows: 1 });
    expect(pack(2, { width: 400, height: 800 }, rules)).toMatchObject({ columns: 1, rows: 2 });
    expect(pack(4, { width: 1280, height: 720 }, rules)).toMatchObject({ columns: 2, rows: 2 });
    expect(pack(9, { width: 1280, height: 720 }, rules)).toMatchObject({ columns: 3, rows: 3 });
  });

  it('keeps tiles between the narrowest and the widest shape', () => {
    for (let count = 1; count <= 30; ++count) {
      const { tile } = pack(count, { width: 1180, height: 640 }, rules);
      expect(tile.width / tile.height).toBeGreaterThan(4 / 3 - 0.01);
      expect(tile.width / tile.height).toBeLessThan(16 / 9 + 0.01);
    }
  });

  it('centres a last row that is not full', () => {
    const packing = pack(5, { width: 1200, height: 700 }, rules);
    const rects = place(5, { x: 0, y: 0, width: 1200, height: 700 }, packing, 10);
    const last = rects.slice(packing.columns * (packing.rows - 1));
    expect(Math.abs(last[0]!.x - (1200 - (last[last.length - 1]!.x + last[0]!.width)))).toBeLessThanOrEqual(1);
  });
});

describe('arranging a stage', () => {
  const stages: Size[] = [
    { width: 1264, height: 650 },
    { width: 900, height: 650 },
    { width: 374, height: 680 },
    { width: 344, height: 520 },
    { width: 780, height: 300 },
    { width: 2500, height: 1300 },
  ];

  it('never lets tiles overlap or leave it, in any size, with any number of people', () => {
    for (const stage of stages) {
      for (const count of [1, 3, 4, 7, 12, 25, 60]) {
        for (const main of [null, 'camera:p0']) {
          const tiles = names(count);
          const seen = new Set<string>();
          const { pages, pager } = arrange({ tiles, main, me: null, stage, page: 0 });
          expect(pager !== null).toBe(pages > 1);
          for (let page = 0; page < pages; ++page) {
            const { places } = arrange({ tiles, main, me: null, stage, page });
            expectTidy([...places.values(), ...(pager ? [pager] : [])], stage);
            for (const key of places.keys()) seen.add(key);
          }
          expect(seen.size, `${count} on ${stage.width}x${stage.height}`).toBe(count);
        }
      }
    }
  });

  it('gives the large picture most of it', () => {
    const { places } = arrange({ tiles: names(6), main: 'camera:p2', me: null, stage: { width: 1264, height: 650 }, page: 0 });
    const main = places.get('camera:p2')!;
    expect(main.width * main.height).toBeGreaterThan(0.75 * 1264 * 650);
  });

  it('does not crop the large picture to a square beside an open panel', () => {
    const { places } = arrange({ tiles: names(3), main: 'camera:p0', me: null, stage: { width: 904, height: 671 }, page: 0 });
    const main = places.get('camera:p0')!;
    expect(main.width / main.height).toBeGreaterThanOrEqual(4 / 3);
    expect(main.y + main.height / 2).toBeCloseTo(671 / 2, -1);
  });

  it('lets oneself float in a conversation of two on a phone, and only there', () => {
    const two = names(2);
    expect(arrange({ tiles: two, main: null, me: 'camera:p0', stage: { width: 374, height: 680 }, page: 0 }).floating).toBe('camera:p0');
    expect(arrange({ tiles: two, main: null, me: 'camera:p0', stage: { width: 1264, height: 650 }, page: 0 }).floating).toBeNull();
  });

  it('shows the nearest page when people left', () => {
    expect(arrange({ tiles: names(3), main: null, me: null, stage: stages[0]!, page: 7 })).toMatchObject({ page: 0, pages: 1 });
  });
});
