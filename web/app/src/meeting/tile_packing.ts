// SPDX-License-Identifier: MIT
// Where each picture goes on a stage of any size. Pure geometry: rectangles in, rectangles out.

export interface Size {
  width: number;
  height: number;
}

export interface Rect extends Size {
  x: number;
  y: number;
}

export interface Packing {
  columns: number;
  rows: number;
  tile: Size;
}

export interface PackingRules {
  gap: number;
  minAspect: number; // how narrow a tile may be cropped
  maxAspect: number;
}

// The columns that show most picture. Every number of columns is tried: there are few, and a formula is wrong at the edges.
export function pack(count: number, stage: Size, rules: PackingRules): Packing {
  let best: Packing = { columns: 1, rows: Math.max(1, count), tile: { width: 0, height: 0 } };
  for (let columns = 1; columns <= count; ++columns) {
    const rows = Math.ceil(count / columns);
    let width = (stage.width - rules.gap * (columns - 1)) / columns;
    let height = (stage.height - rules.gap * (rows - 1)) / rows;
    if (width <= 0 || height <= 0) continue;
    if (width / height > rules.maxAspect) width = height * rules.maxAspect;
    else if (width / height < rules.minAspect) height = width / rules.minAspect;
    if (width * height > best.tile.width * best.tile.height + 0.5) best = { columns, rows, tile: { width, height } };
  }
  return best;
}

// Rectangles of a packing, centred, the last row centred by itself. Whole pixels, so that edges are sharp.
export function place(count: number, stage: Rect, packing: Packing, gap: number): Rect[] {
  const { columns, rows, tile } = packing;
  const width = Math.floor(tile.width);
  const height = Math.floor(tile.height);
  const top = stage.y + (stage.height - rows * height - (rows - 1) * gap) / 2;
  return Array.from({ length: count }, (_, i) => {
    const row = Math.floor(i / columns);
    const inRow = row === rows - 1 ? count - columns * (rows - 1) : columns;
    const left = stage.x + (stage.width - inRow * width - (inRow - 1) * gap) / 2;
    return { x: Math.round(left + (i % columns) * (width + gap)), y: Math.round(top + row * (height + gap)), width, height };
  });
}

// How many tiles fit before they are too small to tell a face.
export function capacity(stage: Size, rules: PackingRules, smallest: Size, most: number): number {
  const columns = Math.max(1, Math.floor((stage.width + rules.gap) / (smallest.width + rules.gap)));
  const rows = Math.max(1, Math.floor((stage.height + rules.gap) / (smallest.height + rules.gap)));
  return Math.min(most, columns * rows);
}
