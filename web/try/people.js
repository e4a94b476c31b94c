// SPDX-License-Identifier: MIT
// The tiles: one per person, in a grid that uses the room there is. Knows names and tracks, nothing of the network.
import { nameOf } from './identity.js';

const gap = 10; // as in style.css
const smallest = 110; // below this height the list scrolls instead

export class People {
  #list;
  #tiles = new Map(); // participant id -> {item, video, audio, plate, muted}
  #onCount;

  constructor(list, onCount) {
    this.#list = list;
    this.#onCount = onCount;
    new ResizeObserver(() => this.#arrange()).observe(list);
  }

  get count() {
    return this.#tiles.size;
  }

  add(participantId, { me = false } = {}) {
    const known = this.#tiles.get(participantId);
    if (known) return known;
    const name = nameOf(participantId);
    const item = document.createElement('li');
    item.className = `person dark${me ? ' me' : ''}`;
    item.dataset.participant = participantId;
    const initial = document.createElement('span');
    initial.className = 'initial';
    initial.textContent = [...name][0]?.toUpperCase() ?? '?';
    initial.setAttribute('aria-hidden', 'true');
    const video = Object.assign(document.createElement('video'), { autoplay: true, playsInline: true, muted: true });
    video.setAttribute('aria-label', `Picture of ${name}`);
    const plate = document.createElement('span');
    plate.className = 'plate';
    const label = document.createElement('span');
    label.textContent = me ? `${name} (you)` : name;
    const muted = document.createElement('span');
    muted.className = 'muted';
    muted.textContent = 'muted';
    muted.hidden = true;
    plate.append(label, muted);
    item.append(initial, video, plate);
    this.#list.append(item);
    const tile = { item, video, muted, audio: null };
    this.#tiles.set(participantId, tile);
    this.#arrange();
    return tile;
  }

  remove(participantId) {
    const tile = this.#tiles.get(participantId);
    if (!tile) return;
    tile.item.remove();
    tile.audio?.remove();
    this.#tiles.delete(participantId);
    this.#arrange();
  }

  clear() {
    for (const participantId of [...this.#tiles.keys()]) this.remove(participantId);
  }

  show(participantId, kind, track) {
    const tile = this.add(participantId);
    if (kind === 'audio') {
      tile.audio ??= this.#list.parentElement.appendChild(Object.assign(document.createElement('audio'), { autoplay: true }));
      tile.audio.srcObject = track ? new MediaStream([track]) : null;
      return;
    }
    tile.video.srcObject = track ? new MediaStream([track]) : null;
    tile.item.classList.toggle('dark', !track);
  }

  setMuted(participantId, kind, muted) {
    const tile = this.#tiles.get(participantId);
    if (!tile) return;
    if (kind === 'audio') tile.muted.hidden = !muted;
    else tile.item.classList.toggle('dark', muted || !tile.video.srcObject);
  }

  setSpeaker(participantId) {
    for (const [id, { item }] of this.#tiles) item.classList.toggle('speaking', id === participantId);
  }

  // As many columns as make the pictures largest; none is taller than square on a phone or than 4:3 elsewhere, and none
  // wider than 16:9, so that little of a camera's picture is cut off.
  #arrange() {
    const count = Math.max(1, this.#tiles.size);
    const { clientWidth, clientHeight } = this.#list;
    const tallest = clientWidth < 560 ? 1 : 3 / 4;
    let best = { area: -1 };
    for (let columns = 1; columns <= count; ++columns) {
      const rows = Math.ceil(count / columns);
      const cellWidth = (clientWidth - 6 - gap * (columns - 1)) / columns;
      const cellHeight = Math.max((clientHeight - 6 - gap * (rows - 1)) / rows, smallest);
      const height = Math.min(cellHeight, cellWidth * tallest);
      const width = Math.min(cellWidth, (height * 16) / 9);
      if (width * height > best.area) best = { columns, width, height, area: width * height };
    }
    const { style } = this.#list;
    style.setProperty('--columns', best.columns);
    style.setProperty('--tile-width', `${Math.floor(best.width)}px`);
    style.setProperty('--tile-height', `${Math.floor(best.height)}px`);
    this.#onCount(this.#tiles.size);
  }
}
