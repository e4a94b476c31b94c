// SPDX-License-Identifier: MIT
// Which spatial layer a tile needs. Pure: sizes in, layer out.

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Tile extends Size {
  /** `cover` fills the tile and crops, so that the larger side counts. */
  readonly fit: 'contain' | 'cover';
  readonly visible: boolean;
}

/** Each layer is half as large as the next one. */
const step = 2;
/** A picture may be enlarged that much before the next layer is worth its bits. */
const tolerance = 1.25;
/** Going down needs this much less than going up, so that a tile at the edge does not flap. */
const hysteresis = 0.85;
/** More device pixels than these for each CSS pixel are not seen in moving pictures. */
const maxPixelRatio = 2;

export interface LayerInput {
  readonly tiles: readonly Tile[];
  readonly pixelRatio: number;
  /** Of the top layer. */
  readonly full: Size;
  readonly layers: number;
  /** What is asked for now, or null at first. */
  readonly current: number | null;
  /** Screens hold text: they may be enlarged less. */
  readonly sharp: boolean;
}

/** The lowest layer that looks right on the largest visible tile; null when none is visible. */
export function chooseLayer(input: LayerInput): number | null {
  const top = Math.max(0, input.layers - 1);
  let share = 0; // of the top layer's size that is needed
  let seen = false;
  for (const tile of input.tiles) {
    if (!tile.visible || tile.width <= 0 || tile.height <= 0) continue;
    seen = true;
    const horizontal = tile.width / input.full.width;
    const vertical = tile.height / input.full.height;
    share = Math.max(share, tile.fit === 'cover' ? Math.max(horizontal, vertical) : Math.min(horizontal, vertical));
  }
  if (!seen) return null;
  share *= Math.min(maxPixelRatio, Math.max(1, input.pixelRatio));
  const enough = (layer: number, slack: number): boolean => step ** (layer - top) * (input.sharp ? 1 : tolerance) * slack >= share;
  for (let layer = 0; layer < top; ++layer) {
    const down = input.current !== null && layer < input.current;
    if (enough(layer, down ? hysteresis : 1)) return layer;
  }
  return top;
}

/** How many spatial layers a consumer can get, by its scalability mode (`L3T3`, `S2T1`, ...). */
export function layerCount(scalabilityMode: string | undefined): number {
  const match = /^[LS]([1-9])T[1-9]/.exec(scalabilityMode ?? '');
  return match === null ? 1 : Number(match[1]);
}

/** The size of the top layer, from a picture of one layer. */
export function fullSize(shown: Size, layer: number, layers: number): Size {
  const factor = step ** Math.max(0, layers - 1 - layer);
  return { width: shown.width * factor, height: shown.height * factor };
}
