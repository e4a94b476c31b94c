// SPDX-License-Identifier: MIT
// The quotas a tenant may have, as people read and enter them, and what of them was used. Pure.
import type { Quotas, UsageRow } from '../api/types';
import { formatBitrate, formatBytes, formatNumber, formatSpan } from '../text/format';

export interface QuotaField {
  name: string;
  label: string;
  unit: string;
  factor: number; // the server's unit in one of what is entered
}

export const kQuotaFields: readonly QuotaField[] = [
  { name: 'meetings', label: 'Meetings at a time', unit: '', factor: 1 },
  { name: 'participants_per_meeting', label: 'People in a meeting', unit: '', factor: 1 },
  { name: 'participants', label: 'People at a time', unit: '', factor: 1 },
  { name: 'recording_minutes', label: 'Recording in a month', unit: 'min', factor: 1 },
  { name: 'storage_bytes', label: 'Storage of recordings', unit: 'GB', factor: 1e9 },
  { name: 'audio_bitrate', label: 'Sound of one person', unit: 'kbit/s', factor: 1e3 },
  { name: 'video_bitrate', label: 'Picture of one person', unit: 'kbit/s', factor: 1e3 },
  { name: 'screenshare_bitrate', label: 'Screen of one person', unit: 'kbit/s', factor: 1e3 },
  { name: 'requests_per_second', label: 'Requests in a second', unit: '', factor: 1 },
];

export function quotaText(name: string, value: number): string {
  if (name.endsWith('_bitrate')) return formatBitrate(value);
  if (name === 'storage_bytes') return formatBytes(value);
  if (name === 'recording_minutes') return formatSpan(value * 60);
  return formatNumber(value);
}

// What is in the fields, "" for no bound. The problem names the field.
export function parseQuotas(entered: Readonly<Record<string, string>>): { quotas: Quotas } | { problem: string; field: string } {
  const quotas: Quotas = {};
  for (const { name, label, factor } of kQuotaFields) {
    const text = (entered[name] ?? '').trim();
    if (text === '') continue;
    const value = Number(text);
    if (!Number.isFinite(value) || value < 0 || value * factor > Number.MAX_SAFE_INTEGER) return { problem: `${label} must be a number, or empty for no bound.`, field: name };
    quotas[name] = Math.round(value * factor);
  }
  return { quotas };
}

export function enteredQuotas(quotas: Quotas): Record<string, string> {
  return Object.fromEntries(kQuotaFields.map(({ name, factor }) => [name, quotas[name] === undefined ? '' : String(quotas[name] / factor)]));
}

export interface UsageSum {
  participantSeconds: number;
  bytesIn: number;
  bytesOut: number;
  recordingSeconds: number;
  storedByteHours: number;
}

const kMeters: Record<string, keyof UsageSum> = {
  participant_seconds: 'participantSeconds',
  bytes_in: 'bytesIn',
  bytes_out: 'bytesOut',
  recording_seconds: 'recordingSeconds',
  stored_byte_hours: 'storedByteHours',
};

export const kNoUsage: UsageSum = { participantSeconds: 0, bytesIn: 0, bytesOut: 0, recordingSeconds: 0, storedByteHours: 0 };

export function sumUsage(rows: readonly UsageRow[]): Map<string, UsageSum> {
  const sums = new Map<string, UsageSum>();
  for (const { tenant, meter, value } of rows) {
    const member = kMeters[meter];
    if (!member) continue;
    const sum = sums.get(tenant) ?? { ...kNoUsage };
    sum[member] += value;
    sums.set(tenant, sum);
  }
  return sums;
}

export interface Period {
  from: string; // 2026-01-31
  to: string;
  hours: number; // of it that have passed
}

const dayText = (date: Date) => date.toISOString().slice(0, 10);

// Usage is counted by days in UTC.
export function monthOf(now: Date, back: number): Period {
  const first = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back, 1));
  const next = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back + 1, 1));
  const end = Math.min(now.getTime(), next.getTime());
  return { from: dayText(first), to: dayText(new Date(Math.min(now.getTime(), next.getTime() - 1))), hours: Math.max(1, (end - first.getTime()) / 3_600_000) };
}
