// SPDX-License-Identifier: MIT
// Cameras, microphones and the reasons they fail, with an invented browser.
import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';

import * as devices from '../src/devices';
import { DeviceError } from '../src/errors';
import { track } from './world';

class FakeMediaDevices extends EventTarget {
  present: { kind: MediaDeviceKind; deviceId: string }[] = [];
  asked: MediaStreamConstraints[] = [];
  fails: string | null = null;
  async enumerateDevices(): Promise<object[]> {
    return this.present;
  }
  async getUserMedia(constraints: MediaStreamConstraints): Promise<object> {
    this.asked.push(constraints);
    if (this.fails !== null) throw new DOMException('no', this.fails);
    const of = (wanted: unknown, kind: 'audio' | 'video'): MediaStreamTrack[] => (wanted === undefined ? [] : [track(kind)]);
    return { getAudioTracks: () => of(constraints.audio, 'audio'), getVideoTracks: () => of(constraints.video, 'video') };
  }
}

let fake: FakeMediaDevices;
const browser = (mediaDevices: unknown, secure = true): void => {
  Object.defineProperty(globalThis, 'navigator', { value: { mediaDevices }, configurable: true });
  Object.defineProperty(globalThis, 'isSecureContext', { value: secure, configurable: true });
};
beforeEach(() => {
  fake = new FakeMediaDevices();
  browser(fake);
});

const codeOf = async (asked: Promise<unknown>): Promise<string> => {
  try {
    await asked;
  } catch (thrown) {
    assert.ok(thrown instanceof DeviceError);
    return thrown.code;
  }
  return 'none';
};

describe('devices', () => {
  it('are refused in words', async () => {
    for (const [name, code] of [['NotAllowedError', 'denied'], ['NotFoundError', 'notFound'], ['OverconstrainedError', 'notFound'], ['NotReadableError', 'inUse'], ['SecurityError', 'insecureContext'], ['TypeError', 'other']] as const) {
      fake.fails = name;
      assert.equal(await codeOf(devices.requestCamera()), code, name);
    }
    browser(undefined, false);
    assert.equal(await codeOf(devices.requestMicrophone()), 'insecureContext');
    browser(undefined);
    assert.equal(await codeOf(devices.list()), 'unsupported');
    browser(fake);
    assert.equal(await codeOf(devices.requestScreen()), 'unsupported');
  });

  it('are asked for with one prompt, and as calls want them', async () => {
    const { audio, video } = await devices.request({ audio: true, video: { width: 640 } });
    assert.deepEqual([audio?.kind, video?.kind], ['audio', 'video']);
    assert.equal(fake.asked.length, 1);
    assert.deepEqual(fake.asked[0]?.audio, { echoCancellation: true, noiseSuppression: true, autoGainControl: true });
    assert.equal((fake.asked[0]?.video as MediaTrackConstraints).width, 640);
    assert.deepEqual(await devices.request({}), { audio: null, video: null });
    assert.equal(fake.asked.length, 1);
  });

  it('are switched with the old one let go first and its settings kept', async () => {
    const old = track('audio');
    old.enabled = false;
    const other = await devices.switchDevice(old, 'headset');
    assert.equal(old.readyState, 'ended');
    assert.equal(other.enabled, false);
    assert.deepEqual((fake.asked[0]?.audio as MediaTrackConstraints).deviceId, { exact: 'headset' });
  });

  it('are told when they come and go', async () => {
    fake.present = [{ kind: 'audioinput', deviceId: 'a' }];
    const changes: devices.DeviceChange[] = [];
    const heard = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    const off = devices.onChange((change) => changes.push(change));
    await heard();
    fake.present = [{ kind: 'videoinput', deviceId: 'b' }];
    fake.dispatchEvent(new Event('devicechange'));
    await heard();
    assert.deepEqual([changes[0]?.added.map(({ deviceId }) => deviceId), changes[0]?.removed.map(({ deviceId }) => deviceId)], [['b'], ['a']]);
    fake.dispatchEvent(new Event('devicechange')); // nothing new
    await heard();
    assert.equal(changes.length, 1);
    off();
  });
});
