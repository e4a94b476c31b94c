// SPDX-License-Identifier: MIT
// Numbers, sizes, times as people read them.
import { describe, expect, it } from 'vitest';

import { count, formatAgo, formatBitrate, formatBytes, formatClock, formatDay, formatSpan, hueOf, initials, toDate } from './format';

describe('numbers and times', () => {
  it('sizes have two digits that matter', () => {
    expect(formatBytes(0)).toBe('0 B');
    expect(formatBytes(999)).toBe('999 B');
    expect(formatBytes(1500)).toBe('1.5 kB');
    expect(formatBytes(999_999)).toBe('1.0 MB');
    expect(formatBytes(48_300_000)).toBe('48 MB');
    expect(formatBytes(2.5e15)).toBe('2.5 PB');
    expect(formatBytes(-1)).toBe('-');
  });

  it('clocks show hours only when there are some', () => {
    expect(formatClock(7.9)).toBe('0:07');
    expect(formatClock(754)).toBe('12:34');
    expect(formatClock(3723)).toBe('1:02:03');
    expect(formatClock(-1)).toBe('0:00');
  });

  it('spans use the two units that matter', () => {
    expect(formatSpan(45)).toBe('45 s');
    expect(formatSpan(3599)).toBe('1 h');
    expect(formatSpan(3900)).toBe('1 h 5 min');
    expect(formatSpan(86400 * 2 + 3600 * 3)).toBe('2 d 3 h');
    expect(formatSpan(NaN)).toBe('-');
  });

  it('days near by have names', () => {
    const now = new Date(2026, 4, 10, 12);
    expect(formatDay(new Date(2026, 4, 10, 0, 1), now)).toBe('Today');
    expect(formatDay(new Date(2026, 4, 9, 23, 59), now)).toBe('Yesterday');
    expect(formatDay(new Date(2026, 0, 31), now)).toBe('31 Jan');
    expect(formatDay(new Date(2025, 0, 31), now)).toBe('31 Jan 2025');
    expect(formatAgo(new Date(2026, 4, 10, 11, 48), now)).toBe('12 min ago');
  });

  it('times are read in each form the server may use', () => {
    expect(toDate(1_795_000_000_000)?.getTime()).toBe(1_795_000_000_000);
    expect(toDate(1_795_000_000)?.getTime()).toBe(1_795_000_000_000);
    expect(toDate('2026-01-31T10:00:00.000Z')?.getTime()).toBe(1_769_853_600_000);
    expect(toDate('never')).toBeNull();
    expect(toDate(undefined)).toBeNull();
  });

  it('counts agree with their noun, rates with their size', () => {
    expect(count(1, 'meeting')).toBe('1 meeting');
    expect(count(1200, 'person', 'people')).toBe('1,200 people');
    expect(formatBitrate(128_000)).toBe('128 kbit/s');
    expect(formatBitrate(2_500_000)).toBe('2.5 Mbit/s');
  });
});

describe('people without a picture', () => {
  it('have initials in any script', () => {
    expect(initials('Asha Rao')).toBe('AR');
    expect(initials('  bela ')).toBe('B');
    expect(initials('आशा राव')).toBe('आरा');
    expect(initials('')).toBe('?');
  });

  it('keep their colour', () => {
    expect(hueOf('asha')).toBe(hueOf('asha'));
    expect(hueOf('asha')).toBeLessThan(8);
  });
});
