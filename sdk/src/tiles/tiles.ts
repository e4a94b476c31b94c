// SPDX-License-Identifier: MIT
// Elements that show tracks: what is played in each, how large it is, and whether anybody can see it. From that it wishes
// for a layer, or for no picture at all. The only file that touches the page's elements.
import type { Clock } from '../base/environment';
import type { RemoteTrackState } from '../people/remote_track';
import { chooseLayer, fullSize, type Size, type Tile } from './layers';

export interface TilesEvents {
  /** `hidden` or `tileLayer` of the track changed. */
  wishesChanged(track: RemoteTrackState): void;
  playbackBlocked(): void;
}

interface Entry {
  readonly element: HTMLMediaElement;
  readonly track: RemoteTrackState;
  readonly made: boolean;
  /** What the element plays now. */
  shown: MediaStreamTrack | null;
  visible: boolean;
  width: number;
  height: number;
  cancelSwap: () => void;
  readonly onResize: () => void;
}

/** What scrolls out is paused after that time, and what shrinks gets less: people scroll and drag back and forth. */
const patience = 1_200;
/** A new picture that has no frame by then is shown all the same. */
const swapPatience = 3_000;
const assumed: Record<'video' | 'screenshare', Size> = { video: { width: 1280, height: 720 }, screenshare: { width: 1920, height: 1080 } };

export class Tiles {
  readonly #clock: Clock;
  readonly #adaptive: boolean;
  readonly #events: TilesEvents;
  readonly #entries = new Map<HTMLMediaElement, Entry>();
  readonly #blocked = new Set<HTMLMediaElement>();
  readonly #pending = new Map<RemoteTrackState, () => void>();
  readonly #full = new WeakMap<RemoteTrackState, Size>();
  readonly #sizes: ResizeObserver | null;
  readonly #sights: IntersectionObserver | null;
  readonly #onPage = (): void => {
    for (const track of new Set([...this.#entries.values()].map((entry) => entry.track))) this.#judge(track);
  };

  constructor(clock: Clock, adaptive: boolean, events: TilesEvents) {
    this.#clock = clock;
    this.#events = events;
    this.#adaptive = adaptive && typeof ResizeObserver !== 'undefined' && typeof IntersectionObserver !== 'undefined';
    this.#sizes = this.#adaptive ? new ResizeObserver((changes) => changes.forEach(({ target, contentRect }) => this.#onSize(target, contentRect))) : null;
    this.#sights = this.#adaptive
      ? new IntersectionObserver((changes) => changes.forEach(({ target, isIntersecting }) => this.#onSight(target, isIntersecting)))
      : null;
    if (this.#adaptive && typeof document !== 'undefined') document.addEventListener('visibilitychange', this.#onPage);
  }

  attach(track: RemoteTrackState, given: HTMLMediaElement | undefined): HTMLMediaElement {
    const element = given ?? makeElement(track);
    const known = this.#entries.get(element);
    if (known?.track === track) return element;
    if (known !== undefined) this.#drop(known);
    const entry: Entry = {
      element,
      track,
      made: given === undefined,
      shown: null,
      visible: true, // until the browser says otherwise
      width: element.clientWidth,
      height: element.clientHeight,
      cancelSwap: () => undefined,
      onResize: () => this.#learnSize(entry),
    };
    this.#entries.set(element, entry);
    element.autoplay = true;
    if (track.kind !== 'audio') {
      element.muted = true; // its sound is a track of its own, and a silent element may always play
      element.setAttribute('playsinline', '');
      element.addEventListener('resize', entry.onResize);
      this.#sizes?.observe(element);
      this.#sights?.observe(element);
    }
    this.#show(entry);
    this.#judge(track);
    return element;
  }

  detach(track: RemoteTrackState | null, element: HTMLMediaElement | undefined): void {
    for (const entry of [...this.#entries.values()]) {
      if (track !== null && entry.track !== track) continue;
      if (element !== undefined && entry.element !== element) continue;
      this.#drop(entry);
      this.#judge(entry.track);
    }
  }

  /** Another MediaStreamTrack carries it, or none. */
  refresh(track: RemoteTrackState): void {
    for (const entry of this.#entries.values()) if (entry.track === track) this.#show(entry);
    this.#judge(track); // how many layers there are is known with the media
  }

  async startPlayback(): Promise<void> {
    const blocked = [...this.#blocked];
    this.#blocked.clear();
    await Promise.all(blocked.map((element) => this.#play(element)));
  }

  stop(): void {
    for (const entry of [...this.#entries.values()]) this.#drop(entry);
    for (const cancel of this.#pending.values()) cancel();
    this.#pending.clear();
    this.#sizes?.disconnect();
    this.#sights?.disconnect();
    if (this.#adaptive && typeof document !== 'undefined') document.removeEventListener('visibilitychange', this.#onPage);
  }

  #drop(entry: Entry): void {
    const { element } = entry;
    entry.cancelSwap();
    this.#entries.delete(element);
    this.#blocked.delete(element);
    this.#sizes?.unobserve(element);
    this.#sights?.unobserve(element);
    element.removeEventListener('resize', entry.onResize);
    element.srcObject = null;
    if (entry.made) element.remove();
  }

  // ---- what is shown ----

  #show(entry: Entry): void {
    const next = entry.track.mediaStreamTrack;
    entry.cancelSwap();
    if (next === entry.shown) return;
    if (next === null) {
      entry.shown = null;
      entry.element.srcObject = null;
      return;
    }
    // After a recovery the old picture stays until the new one has a frame. Sound is taken at once.
    const replaces = entry.shown !== null && entry.track.kind !== 'audio' && !entry.track.muted && !entry.track.hidden;
    if (!replaces) return this.#put(entry, next);
    const probe = document.createElement('video');
    probe.muted = true;
    probe.setAttribute('playsinline', '');
    probe.srcObject = new MediaStream([next]);
    const finish = (): void => {
      entry.cancelSwap();
      if (entry.track.mediaStreamTrack === next) this.#put(entry, next);
    };
    const cancelTimer = this.#clock.after(swapPatience, finish);
    probe.addEventListener('loadeddata', finish);
    entry.cancelSwap = () => {
      entry.cancelSwap = () => undefined;
      cancelTimer();
      probe.removeEventListener('loadeddata', finish);
      probe.srcObject = null;
    };
    void probe.play().catch(() => undefined);
  }

  #put(entry: Entry, track: MediaStreamTrack): void {
    entry.shown = track;
    entry.element.srcObject = new MediaStream([track]);
    void this.#play(entry.element);
  }

  async #play(element: HTMLMediaElement): Promise<void> {
    try {
      await element.play();
    } catch (thrown) {
      // Anything else is a play() that a newer one overtook.
      if (!(thrown instanceof DOMException) || thrown.name !== 'NotAllowedError' || !this.#entries.has(element)) return;
      this.#blocked.add(element);
      this.#events.playbackBlocked();
    }
  }

  // ---- what is wished for ----

  #onSize(target: Element, { width, height }: Size): void {
    const entry = this.#entries.get(target as HTMLMediaElement);
    if (entry === undefined) return;
    entry.width = width;
    entry.height = height;
    this.#judge(entry.track);
  }

  #onSight(target: Element, visible: boolean): void {
    const entry = this.#entries.get(target as HTMLMediaElement);
    if (entry === undefined || entry.visible === visible) return;
    entry.visible = visible;
    this.#judge(entry.track);
  }

  /** What arrives tells how large the top layer is, which nobody else does. */
  #learnSize(entry: Entry): void {
    const { videoWidth: width, videoHeight: height } = entry.element as HTMLVideoElement;
    const { track } = entry;
    const layer = track.layers?.spatialLayer;
    if (!(width > 0 && height > 0) || (layer === undefined && track.layerCount > 1)) return;
    this.#full.set(track, fullSize({ width, height }, layer ?? 0, track.layerCount));
    this.#judge(track);
  }

  /** Better at once, worse after a while, so that nothing flaps. */
  #judge(track: RemoteTrackState): void {
    if (!this.#adaptive || track.kind === 'audio') return;
    const wish = this.#wishOf(track);
    this.#pending.get(track)?.();
    this.#pending.delete(track);
    if (wish.hidden === track.hidden && wish.layer === track.tileLayer) return;
    const worse = (wish.hidden && !track.hidden) || (!wish.hidden && !track.hidden && wish.layer !== null && wish.layer < (track.tileLayer ?? Infinity));
    if (worse && track.mediaStreamTrack !== null) {
      const cancel = this.#clock.after(patience, () => {
        this.#pending.delete(track);
        this.#wish(track, this.#wishOf(track));
      });
      this.#pending.set(track, cancel);
      return;
    }
    this.#wish(track, wish);
  }

  #wish(track: RemoteTrackState, { hidden, layer }: { hidden: boolean; layer: number | null }): void {
    if (hidden === track.hidden && layer === track.tileLayer) return;
    track.hidden = hidden;
    track.tileLayer = layer;
    this.#events.wishesChanged(track);
  }

  #wishOf(track: RemoteTrackState): { hidden: boolean; layer: number | null } {
    const entries = [...this.#entries.values()].filter((entry) => entry.track === track);
    if (entries.length === 0 || track.kind === 'audio') return { hidden: false, layer: null }; // the application shows it in its own way
    const tiles = entries.map((entry) => tileOf(entry));
    if (!tiles.some(({ visible }) => visible)) return { hidden: true, layer: track.tileLayer };
    const layer = chooseLayer({
      tiles,
      pixelRatio: typeof devicePixelRatio === 'number' ? devicePixelRatio : 1,
      full: this.#full.get(track) ?? assumed[track.kind],
      layers: track.layerCount,
      current: track.tileLayer,
      sharp: track.kind === 'screenshare',
    });
    return { hidden: false, layer };
  }
}

function tileOf(entry: Entry): Tile {
  const { element, width, height } = entry;
  const alone = typeof document !== 'undefined' && document.pictureInPictureElement === element;
  const away = typeof document !== 'undefined' && document.hidden;
  const fit = typeof getComputedStyle === 'function' && getComputedStyle(element).objectFit === 'cover' ? 'cover' : 'contain';
  return { width, height, fit, visible: alone || (entry.visible && !away) };
}

function makeElement(track: RemoteTrackState): HTMLMediaElement {
  if (track.kind !== 'audio') return document.createElement('video');
  const element = document.createElement('audio');
  element.hidden = true;
  document.body.append(element);
  return element;
}
