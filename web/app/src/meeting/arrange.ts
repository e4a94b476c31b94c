// SPDX-License-Identifier: MIT
// Who is where on the stage: a grid, or one large picture with the others beside it (below it on a narrow stage). Pure.
import { capacity, pack, place, type PackingRules, type Rect, type Size } from './tile_packing';

export interface Arrangement {
  places: Map<string, Rect>; // of the tiles on this page
  main: string | null;
  floating: string | null; // lies over the large one
  page: number;
  pages: number;
  pager: Rect | null; // where one turns pages, in room that no tile has
}

export interface ArrangeRequest {
  tiles: readonly string[]; // in order of importance
  main: string | null; // large; null for a grid
  me: string | null; // one's own tile, which floats in a conversation of two on a phone
  stage: Size;
  page: number;
}

const kGap = 10;
const kMostOnAPage = 25;
const kPager = 42;
const kNarrowest = 4 / 3; // a picture on a wide stage is not cropped further

export function arrange({ tiles, main, me, stage, page }: ArrangeRequest): Arrangement {
  const portrait = stage.height > stage.width;
  if (stage.width <= 0 || stage.height <= 0 || tiles.length === 0) return { places: new Map(), main: null, floating: null, page: 0, pages: 1, pager: null };
  if (main !== null && tiles.length > 1) return withMain(tiles, main, stage, page);
  if (main === null && me !== null && tiles.length === 2 && stage.width < 600 && portrait) return twoOnAPhone(tiles, me, stage);
  return grid(tiles, stage, page);
}

function grid(tiles: readonly string[], stage: Size, page: number): Arrangement {
  const rules: PackingRules = { gap: kGap, minAspect: stage.height > stage.width ? 0.6 : kNarrowest, maxAspect: 16 / 9 };
  const smallest = stage.width < 600 ? { width: 150, height: 130 } : { width: 208, height: 130 };
  let room = stage;
  let fits = capacity(room, rules, smallest, kMostOnAPage);
  if (tiles.length > fits) {
    room = { width: stage.width, height: Math.max(1, stage.height - kPager) };
    fits = capacity(room, rules, smallest, kMostOnAPage);
  }
  const pages = Math.max(1, Math.ceil(tiles.length / fits));
  const shown = Math.min(Math.max(0, page), pages - 1);
  const here = tiles.slice(shown * fits, (shown + 1) * fits);
  // The last page keeps the size of the others, so that turning pages changes faces and nothing else.
  const packing = pack(pages > 1 ? fits : here.length, room, rules);
  const rows = Math.ceil(here.length / packing.columns);
  const rects = place(here.length, { x: 0, y: 0, ...room }, { ...packing, rows }, kGap);
  return { places: new Map(here.map((key, i) => [key, rects[i]!])), main: null, floating: null, page: shown, pages, pager: pages > 1 ? { x: 0, y: room.height, width: stage.width, height: kPager } : null };
}

function withMain(tiles: readonly string[], main: string, stage: Size, page: number): Arrangement {
  const others = tiles.filter((key) => key !== main);
  const beside = stage.width > stage.height * 1.15 && stage.width >= 640;
  const places = new Map<string, Rect>();
  const strip = beside ? Math.min(260, Math.max(150, stage.width * 0.19)) : Math.min(132, Math.max(84, stage.height * 0.2));
  const tile: Size = beside ? { width: strip, height: Math.round((strip * 9) / 16) } : { width: Math.round((strip * 4) / 3), height: strip };
  const each = beside ? tile.height : tile.width;
  const fitting = (length: number) => Math.max(1, Math.floor((length + kGap) / (each + kGap)));
  const paged = others.length > fitting(beside ? stage.height : stage.width);
  // Beside the large picture the pager stands under the strip; below it, under everything.
  const foot = paged ? kPager : 0;
  const length = beside ? stage.height - foot : stage.width;
  const fits = fitting(length);
  const pages = Math.max(1, Math.ceil(others.length / fits));
  const shown = Math.min(Math.max(0, page), pages - 1);
  const here = others.slice(shown * fits, (shown + 1) * fits);
  const used = here.length * each + (here.length - 1) * kGap;
  const start = Math.round((length - used) / 2);
  here.forEach((key, i) => {
    const along = start + i * (each + kGap);
    places.set(key, beside ? { x: Math.round(stage.width - strip), y: along, ...tile } : { x: along, y: Math.round(stage.height - foot - strip), ...tile });
  });
  const left = Math.floor(stage.width - strip - kGap);
  const high = Math.min(Math.floor(stage.height), Math.floor(left / kNarrowest));
  places.set(
    main,
    beside ? { x: 0, y: Math.floor((stage.height - high) / 2), width: left, height: high } : { x: 0, y: 0, width: Math.floor(stage.width), height: Math.floor(stage.height - foot - strip - kGap) },
  );
  const pager = beside ? { x: Math.round(stage.width - strip), y: stage.height - foot, width: strip, height: foot } : { x: 0, y: stage.height - foot, width: stage.width, height: foot };
  return { places, main, floating: null, page: shown, pages, pager: paged ? pager : null };
}

function twoOnAPhone(tiles: readonly string[], me: string, stage: Size): Arrangement {
  const other = tiles.find((key) => key !== me)!;
  const width = Math.round(Math.min(118, stage.width * 0.3));
  const height = Math.round((width * 4) / 3);
  const places = new Map<string, Rect>([
    [other, { x: 0, y: 0, width: Math.floor(stage.width), height: Math.floor(stage.height) }],
    [me, { x: Math.round(stage.width - width - 10), y: Math.round(stage.height - height - 10), width, height }],
  ]);
  return { places, main: null, floating: me, page: 0, pages: 1, pager: null };
}
