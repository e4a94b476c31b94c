// SPDX-License-Identifier: MIT
// When ICE is restarted, when transports are opened anew: the pure step, with time as an argument.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { initialPaths, pathsStep, restartPatience, udpPatience, type PathsEffect, type PathsInput, type PathsState } from '../src/media/paths';

/** Feeds inputs at times, and ticks at each time it asks to be woken in between. */
class Drive {
  state: PathsState;
  now = 0;
  readonly effects: { at: number; effect: PathsEffect }[] = [];
  #wakeAt: number | null = null;

  constructor(tcpOnly = false) {
    this.state = initialPaths(0, tcpOnly);
    this.feed({ type: 'signaling', ready: true });
    this.feed({ type: 'opened', lost: false });
  }

  feed(input: PathsInput): this {
    const { state, effects } = pathsStep(this.state, input, this.now, 0.5);
    this.state = state;
    this.#wakeAt = null;
    for (const effect of effects) {
      if (effect.type === 'wake') this.#wakeAt = effect.at;
      else this.effects.push({ at: this.now, effect });
    }
    return this;
  }

  until(time: number): this {
    while (this.#wakeAt !== null && this.#wakeAt <= time) {
      this.now = Math.max(this.now, this.#wakeAt);
      this.feed({ type: 'tick' });
    }
    this.now = time;
    return this;
  }

  connected(): this {
    for (const direction of ['send', 'receive'] as const) {
      this.feed({ type: 'transport', direction, state: 'connecting' });
      this.feed({ type: 'transport', direction, state: 'connected' });
    }
    return this;
  }

  take(): PathsEffect['type'][] {
    return this.effects.splice(0).map(({ effect }) => effect.type);
  }
}

describe('paths', () => {
  it('does nothing while all is well', () => {
    const drive = new Drive().connected().until(3_600_000);
    assert.deepEqual(drive.take(), []);
    assert.equal(drive.state.troubled, false);
  });

  it('tries TCP when UDP does not connect within its patience', () => {
    const drive = new Drive().feed({ type: 'transport', direction: 'send', state: 'connecting' }).until(udpPatience - 1);
    assert.deepEqual(drive.take(), []);
    drive.until(udpPatience);
    assert.deepEqual(drive.effects.map(({ effect }) => effect), [{ type: 'fallback' }, { type: 'open', tcpOnly: true }]);
  });

  it('tries UDP again when TCP does not connect either, each time later', () => {
    const drive = new Drive();
    const opened: { at: number; tcpOnly: boolean }[] = [];
    for (let round = 0; round < 6; ++round) {
      drive.feed({ type: 'transport', direction: 'receive', state: 'connecting' }).until(drive.now + 60_000);
      const open = drive.effects.splice(0).find(({ effect }) => effect.type === 'open');
      assert.ok(open?.effect.type === 'open');
      opened.push({ at: open.at, tcpOnly: open.effect.tcpOnly });
      drive.feed({ type: 'opened', lost: false });
    }
    assert.deepEqual(opened.map(({ tcpOnly }) => tcpOnly), [true, false, true, false, true, false]);
  });

  it('lets a short break heal by itself', () => {
    const drive = new Drive().connected();
    drive.feed({ type: 'transport', direction: 'receive', state: 'disconnected' }).until(1000);
    assert.equal(drive.state.troubled, true);
    drive.feed({ type: 'transport', direction: 'receive', state: 'connected' }).until(60_000);
    assert.deepEqual(drive.take(), []);
    assert.equal(drive.state.troubled, false);
  });

  it('restarts ICE when a break lasts, and opens anew when that does not help', () => {
    const drive = new Drive().connected().until(1000);
    drive.feed({ type: 'transport', direction: 'receive', state: 'disconnected' }).until(3000);
    assert.deepEqual(drive.take(), ['restartIce']);
    drive.feed({ type: 'restarted' });
    drive.feed({ type: 'transport', direction: 'receive', state: 'failed' }).until(3000 + restartPatience + 1000);
    assert.deepEqual(drive.take(), ['open']);
  });

  it('restarts ICE at once when a transport failed', () => {
    const drive = new Drive().connected().until(10_000);
    drive.feed({ type: 'transport', direction: 'send', state: 'failed' });
    assert.deepEqual(drive.effects.map(({ effect }) => effect), [{ type: 'restartIce', directions: ['send', 'receive'] }]);
  });

  it('restarts both on another network, and hopes for UDP again', () => {
    const drive = new Drive(true).connected().until(10_000);
    drive.feed({ type: 'network' });
    assert.deepEqual(drive.take(), ['restartIce']);
    assert.equal(drive.state.tcpOnly, false);
  });

  it('waits for signaling with whatever it has to ask', () => {
    const drive = new Drive().connected().until(5000);
    drive.feed({ type: 'signaling', ready: false });
    drive.feed({ type: 'network' });
    drive.feed({ type: 'transport', direction: 'send', state: 'failed' }).until(60_000);
    assert.deepEqual(drive.take(), []);
    drive.feed({ type: 'signaling', ready: true });
    assert.deepEqual(drive.take(), ['restartIce']);
  });

  it('opens at once when the server lost the media, and once more when it is lost meanwhile', () => {
    const drive = new Drive().connected().until(60_000);
    drive.feed({ type: 'lost' });
    assert.deepEqual(drive.take(), ['open']);
    drive.feed({ type: 'opened', lost: true }).until(70_000);
    assert.deepEqual(drive.take(), ['open']);
    drive.feed({ type: 'opened', lost: false }).connected().until(200_000);
    assert.deepEqual(drive.take(), []);
    assert.equal(drive.state.troubled, false);
  });

  it('opens again after a failure, ever more slowly, and heeds the server', () => {
    const drive = new Drive().connected().until(60_000);
    drive.feed({ type: 'lost' });
    const gaps: number[] = [];
    for (let i = 0; i < 10; ++i) {
      const before = drive.now;
      drive.effects.length = 0;
      drive.feed({ type: 'openFailed', retryAfter: 0 }).until(drive.now + 20_000);
      gaps.push((drive.effects[0]?.at ?? Number.NaN) - before);
      drive.now = drive.effects[0]?.at ?? drive.now;
    }
    assert.deepEqual([...gaps].sort((a, b) => a - b), gaps);
    assert.ok((gaps.at(-1) ?? 0) <= 10_000);
    drive.effects.length = 0;
    const before = drive.now;
    drive.feed({ type: 'openFailed', retryAfter: 15_000 }).until(before + 14_999);
    assert.deepEqual(drive.take(), []);
  });

  it('opens anew when the server no longer knows the transports to restart', () => {
    const drive = new Drive().connected().until(60_000);
    drive.feed({ type: 'transport', direction: 'send', state: 'failed' });
    drive.take();
    drive.feed({ type: 'restartFailed', hopeless: true });
    assert.deepEqual(drive.take(), ['open']);
  });
});
