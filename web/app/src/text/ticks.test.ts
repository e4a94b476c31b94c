// SPDX-License-Identifier: MIT
// Round steps for axes.
import { describe, expect, it } from 'vitest';

import { niceScale, timeStep } from './ticks';

describe('axes', () => {
  it('have round steps that cover the greatest value', () => {
    expect(niceScale(7)).toEqual({ top: 8, step: 2 });
    expect(niceScale(100)).toEqual({ top: 100, step: 50 });
    expect(niceScale(130)).toEqual({ top: 150, step: 50 });
    for (const max of [0, 0.3, 1, 9, 42, 99.9, 12_345]) {
      const { top, step } = niceScale(max);
      expect(top).toBeGreaterThanOrEqual(max);
      expect(top / step).toBeLessThan(4.5);
    }
  });

  it('have times that people count in', () => {
    expect(timeStep(60, 6)).toBe(10);
    expect(timeStep(3600, 4)).toBe(900);
    expect(timeStep(40, 1)).toBe(60);
    expect(timeStep(86_400 * 10, 5)).toBe(172_800);
  });
});
