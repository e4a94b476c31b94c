// SPDX-License-Identifier: MIT
// Labels of devices, and the level of sound. Devices themselves are tried in a browser.
import { describe, expect, it } from 'vitest';

import { chimeWav } from './chime';
import { cleanLabel } from './devices';
import { levelOf } from './sound_level';

describe('local media', () => {
  it('a meter is empty in silence and full well before clipping', () => {
    expect(levelOf(0)).toBe(0);
    expect(levelOf(0.0001)).toBe(0);
    expect(levelOf(0.01)).toBeCloseTo(0.4);
    expect(levelOf(1)).toBe(1);
  });

  it('the chime is a whole WAV file that does not clip', () => {
    const bytes = new DataView(chimeWav(8000));
    expect(bytes.getUint32(40, true) + 44).toBe(bytes.byteLength);
    let peak = 0;
    for (let at = 44; at < bytes.byteLength; at += 2) peak = Math.max(peak, Math.abs(bytes.getInt16(at, true)));
    expect(peak).toBeGreaterThan(5000);
    expect(peak).toBeLessThan(32767);
  });

  it('labels lose the USB id and nothing else', () => {
    expect(cleanLabel('HD Webcam (046d:0825)')).toBe('HD Webcam');
    expect(cleanLabel('Headset (left)')).toBe('Headset (left)');
  });
});
