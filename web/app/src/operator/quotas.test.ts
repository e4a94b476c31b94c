// SPDX-License-Identifier: MIT
// Quotas as people write them, and sums of what was used.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import { enteredQuotas, kQuotaFields, monthOf, parseQuotas, quotaText, sumUsage } from './quotas';

describe('quotas', () => {
  it('are all there, by the server’s names', () => {
    const header = readFileSync(new URL('../../../../src/control/quota.hpp', import.meta.url), 'utf8');
    const names = [...header.matchAll(/^ {2}k([A-Z]\w+),/gm)].map(([, name]) => name!.replace(/(?<=[a-z])[A-Z]/g, '_$&').toLowerCase());
    expect(names.length).toBeGreaterThan(5);
    expect(kQuotaFields.map(({ name }) => name).sort()).toEqual(names.sort());
  });

  it('are entered in the units that people use, and empty means no bound', () => {
    expect(parseQuotas({ meetings: '10', storage_bytes: '1.5', audio_bitrate: '', video_bitrate: ' 2500 ' })).toEqual({ quotas: { meetings: 10, storage_bytes: 1.5e9, video_bitrate: 2.5e6 } });
    expect(parseQuotas({ meetings: 'many' })).toMatchObject({ field: 'meetings' });
    expect(parseQuotas({ meetings: '-1' })).toMatchObject({ field: 'meetings' });
    expect(parseQuotas({ storage_bytes: '1e12' })).toMatchObject({ field: 'storage_bytes' });
  });

  it('come back into the fields as they were', () => {
    const quotas = { meetings: 3, storage_bytes: 2e9, recording_minutes: 600, video_bitrate: 2.5e6 };
    expect(parseQuotas(enteredQuotas(quotas))).toEqual({ quotas });
  });

  it('are said with their units', () => {
    expect(quotaText('storage_bytes', 5e9)).toBe('5.0 GB');
    expect(quotaText('video_bitrate', 2.5e6)).toBe('2.5 Mbit/s');
    expect(quotaText('recording_minutes', 90)).toBe('1 h 30 min');
    expect(quotaText('meetings', 1000)).toBe('1,000');
  });
});

describe('usage', () => {
  it('is summed by tenant and meter; unknown meters are left out', () => {
    const sums = sumUsage([
      { tenant: 'a', day: '2026-01-01', meter: 'participant_seconds', value: 60 },
      { tenant: 'a', day: '2026-01-02', meter: 'participant_seconds', value: 40 },
      { tenant: 'b', day: '2026-01-01', meter: 'bytes_out', value: 7 },
      { tenant: 'b', day: '2026-01-01', meter: 'something_new', value: 7 },
    ]);
    expect(sums.get('a')).toMatchObject({ participantSeconds: 100, bytesOut: 0 });
    expect(sums.get('b')).toMatchObject({ bytesOut: 7 });
  });

  it('is asked for by months in UTC', () => {
    const now = new Date('2026-03-10T12:00:00Z');
    expect(monthOf(now, 0)).toEqual({ from: '2026-03-01', to: '2026-03-10', hours: 9 * 24 + 12 });
    expect(monthOf(now, 1)).toEqual({ from: '2026-02-01', to: '2026-02-28', hours: 28 * 24 });
    expect(monthOf(new Date('2026-01-15T00:00:00Z'), 1)).toMatchObject({ from: '2025-12-01', to: '2025-12-31' });
  });
});
