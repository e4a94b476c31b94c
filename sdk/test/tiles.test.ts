// SPDX-License-Identifier: MIT
// Elements, with the page's observers in the test's hands.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';

import { RemoteTrackState, type TrackHost } from '../src/people/remote_track';
import { ParticipantState } from '../src/people/roster';
import { Tiles } from '../src/tiles/tiles';
import type { Kind } from '../src/types';
import { track as mediaTrack } from './world';

type Callback = (changes: object[]) => void;

class FakeElement extends EventTarget {
  srcObject: unknown = null;
  autoplay = false;
  muted = false;
  hidden = false;
  clientWidth = 640;
  clientHeight = 360;
  videoWidth = 0;
  videoHeight = 0;
  refuses: string | null = null;
  removed = false;
  attributes: string[] = [];
  async play(): Promise<void> {
    if (this.refuses !== null) throw new DOMException('no', this.refuses);
  }
  setAttribute(name: string): void {
    this.attributes.push(name);
  }
  remove(): void {
    this.removed = true;
  }
  get element(): HTMLMediaElement {
    return this as unknown as HTMLMediaElement;
  }
}

class FakeStream {
  constructor(readonly tracks: readonly MediaStreamTrack[]) {}
}

const page = Object.assign(new EventTarget(), {
  hidden: false,
  pictureInPictureElement: null as unknown,
  made: [] as FakeElement[],
  body: { append: () => undefined },
  createElement(): FakeElement {
    const element = new FakeElement();
    page.made.push(element);
    return element;
  },
});
let sized: Callback;
let seen: Callback;
const observer = (take: (callback: Callback) => void): unknown =>
  class {
    constructor(callback: Callback) {
      take(callback);
    }
    observe(): void {}
    unobserve(): void {}
    disconnect(): void {}
  };

/** Time that stands still until it is told. */
class HandClock {
  #now = 0;
  #timers: { at: number; call: () => void }[] = [];
  now = (): number => this.#now;
  after = (milliseconds: number, call: () => void): (() => void) => {
    const timer = { at: this.#now + milliseconds, call };
    this.#timers.push(timer);
    return () => void (this.#timers = this.#timers.filter((other) => other !== timer));
  };
  advance(milliseconds: number): void {
    this.#now += milliseconds;
    for (const timer of [...this.#timers]) {
      if (timer.at > this.#now || !this.#timers.includes(timer)) continue;
      this.#timers = this.#timers.filter((other) => other !== timer);
      timer.call();
    }
  }
}

const globals = globalThis as unknown as Record<string, unknown>;
const saved = { ...Object.fromEntries(['document', 'ResizeObserver', 'IntersectionObserver', 'MediaStream'].map((name) => [name, globals[name]])) };

let clock: HandClock;
let tiles: Tiles;
let wishes: number;
let blocked: number;

const remote = (kind: Kind = 'video'): RemoteTrackState => {
  const participant = new ParticipantState({ participantId: 'bela', name: '', metadata: {}, moderator: false, joinedAt: 0, connected: true, producers: [], dataProducers: [] });
  const host = {} as unknown as TrackHost;
  const track = new RemoteTrackState(host, participant, { kind, producerId: 'p', paused: false }, true);
  track.mediaStreamTrack = mediaTrack(kind === 'audio' ? 'audio' : 'video');
  track.layerCount = kind === 'audio' ? 1 : 3;
  return track;
};

const resize = (element: FakeElement, width: number): void => sized([{ target: element, contentRect: { width, height: (width * 9) / 16 } }]);
const sight = (element: FakeElement, isIntersecting: boolean): void => seen([{ target: element, isIntersecting }]);
const shown = (element: FakeElement): MediaStreamTrack | undefined => (element.srcObject as FakeStream | null)?.tracks[0];

before(() => {
  globals['document'] = page;
  globals['MediaStream'] = FakeStream;
  globals['ResizeObserver'] = observer((callback) => (sized = callback));
  globals['IntersectionObserver'] = observer((callback) => (seen = callback));
});
after(() => void Object.assign(globals, saved));
beforeEach(() => {
  clock = new HandClock();
  wishes = blocked = 0;
  page.hidden = false;
  page.made = [];
  tiles = new Tiles(clock, true, { wishesChanged: () => (wishes += 1), playbackBlocked: () => (blocked += 1) });
});

afterEach(() => tiles.stop());

describe('a tile', () => {
  it('plays its track, silently where it is a picture', () => {
    const [element, video] = [new FakeElement(), remote()];
    tiles.attach(video, element.element);
    assert.equal(shown(element), video.mediaStreamTrack);
    assert.equal(element.muted, true);
    assert.deepEqual(element.attributes, ['playsinline']);
    tiles.detach(video, undefined);
    assert.equal(element.srcObject, null);
  });

  it('is made where none is given, and goes again', () => {
    const audio = remote('audio');
    tiles.attach(audio, undefined);
    const [element] = page.made;
    assert.ok(element);
    assert.equal(element.hidden, true);
    assert.equal(element.muted, false);
    tiles.detach(audio, undefined);
    assert.equal(element.removed, true);
  });

  it('asks for the layer it needs: more at once, less after a while', () => {
    const [element, video] = [new FakeElement(), remote()];
    tiles.attach(video, element.element);
    resize(element, 160);
    clock.advance(5000);
    assert.equal(video.wantedLayer, 0);
    resize(element, 1280);
    assert.equal(video.wantedLayer, 2);
    resize(element, 160);
    assert.equal(video.wantedLayer, 2);
    resize(element, 1280); // dragged back
    clock.advance(5000);
    assert.equal(video.wantedLayer, 2);
  });

  it('learns the true size from the picture', () => {
    const [element, video] = [new FakeElement(), remote()];
    tiles.attach(video, element.element);
    resize(element, 320);
    clock.advance(5000);
    assert.equal(video.wantedLayer, 0);
    video.layers = { spatialLayer: 0 };
    Object.assign(element, { videoWidth: 80, videoHeight: 45 }); // a camera of 320 x 180 only
    element.dispatchEvent(new Event('resize'));
    assert.equal(video.wantedLayer, 2);
  });

  it('is paused a while after it is out of sight, and back at once', () => {
    const [element, video] = [new FakeElement(), remote()];
    tiles.attach(video, element.element);
    clock.advance(5000);
    sight(element, false);
    assert.equal(video.hidden, false);
    clock.advance(2000);
    assert.equal(video.hidden, true);
    sight(element, true);
    assert.equal(video.hidden, false);
  });

  it('is paused with the page, unless it is in a window of its own', () => {
    const [element, video] = [new FakeElement(), remote()];
    tiles.attach(video, element.element);
    page.hidden = true;
    page.dispatchEvent(new Event('visibilitychange'));
    clock.advance(2000);
    assert.equal(video.hidden, true);
    page.pictureInPictureElement = element;
    page.dispatchEvent(new Event('visibilitychange'));
    assert.equal(video.hidden, false);
    page.pictureInPictureElement = null;
  });

  it('decides together with the others of its track, and leaves a track without tiles alone', () => {
    const [small, large, video] = [new FakeElement(), new FakeElement(), remote()];
    tiles.attach(video, small.element);
    tiles.attach(video, large.element);
    resize(small, 160);
    resize(large, 1280);
    clock.advance(5000);
    assert.equal(video.wantedLayer, 2);
    sight(large, false);
    clock.advance(5000);
    assert.deepEqual([video.hidden, video.wantedLayer], [false, 0]);
    tiles.detach(video, undefined);
    clock.advance(5000);
    assert.deepEqual([video.hidden, video.wantedLayer], [false, null]);
  });

  it('never hides sound', () => {
    const [element, audio] = [new FakeElement(), remote('audio')];
    tiles.attach(audio, element.element);
    sight(element, false);
    clock.advance(5000);
    assert.deepEqual([audio.hidden, wishes], [false, 0]);
  });

  it('keeps the old picture until the new one has a frame', () => {
    const [element, video] = [new FakeElement(), remote()];
    tiles.attach(video, element.element);
    const old = video.mediaStreamTrack;
    video.mediaStreamTrack = mediaTrack('video');
    tiles.refresh(video);
    assert.equal(shown(element), old);
    page.made.at(-1)?.dispatchEvent(new Event('loadeddata'));
    assert.equal(shown(element), video.mediaStreamTrack);
  });

  it('takes the new picture anyway when no frame comes', () => {
    const [element, video] = [new FakeElement(), remote()];
    tiles.attach(video, element.element);
    video.mediaStreamTrack = mediaTrack('video');
    tiles.refresh(video);
    clock.advance(4000);
    assert.equal(shown(element), video.mediaStreamTrack);
  });

  it('says when the browser wants a click first, and plays in one', async () => {
    const [element, audio] = [new FakeElement(), remote('audio')];
    element.refuses = 'NotAllowedError';
    tiles.attach(audio, element.element);
    await Promise.resolve();
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(blocked, 1);
    element.refuses = null;
    await tiles.startPlayback();
    assert.equal(blocked, 1);
  });

  it('changes nothing where adapting is off', () => {
    const still = new Tiles(clock, false, { wishesChanged: () => (wishes += 1), playbackBlocked: () => undefined });
    const [element, video] = [new FakeElement(), remote()];
    still.attach(video, element.element);
    page.hidden = true;
    page.dispatchEvent(new Event('visibilitychange'));
    clock.advance(5000);
    assert.deepEqual([video.hidden, video.wantedLayer, wishes], [false, null, 0]);
    still.stop();
  });
});
