// SPDX-License-Identifier: MIT
// Numbers and times as people read them. Pure.

export function formatBytes(bytes: number): string {
  if (!Number.isFinite(bytes) || bytes < 0) return '-';
  if (bytes < 1000) return `${Math.round(bytes)} B`;
  const units = ['kB', 'MB', 'GB', 'TB', 'PB'];
  let value = bytes;
  let unit = -1;
  do {
    value /= 1000;
    ++unit;
  } while (value >= 999.5 && unit < units.length - 1);
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

// 0:07, 12:34, 1:02:03
export function formatClock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const s = String(whole % 60).padStart(2, '0');
  const m = Math.floor(whole / 60) % 60;
  const h = Math.floor(whole / 3600);
  return h > 0 ? `${h}:${String(m).padStart(2, '0')}:${s}` : `${m}:${s}`;
}

// 45 s, 12 min, 1 h 5 min, 2 d 3 h
export function formatSpan(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return '-';
  const s = Math.round(seconds);
  if (s < 60) return `${s} s`;
  const m = Math.round(s / 60);
  if (m < 60) return `${m} min`;
  const h = Math.floor(m / 60);
  if (h < 48) return m % 60 ? `${h} h ${m % 60} min` : `${h} h`;
  const d = Math.floor(h / 24);
  return h % 24 ? `${d} d ${h % 24} h` : `${d} d`;
}

export const formatUs = (us: number) => formatClock(us / 1e6);

// Milliseconds since 1970, seconds since 1970, or RFC 3339: whatever the server has at hand.
export function toDate(time: number | string | undefined | null): Date | null {
  if (time === undefined || time === null || time === '') return null;
  const date = typeof time === 'number' ? new Date(time < 1e11 ? time * 1000 : time) : new Date(time);
  return Number.isNaN(date.getTime()) ? null : date;
}

export function formatDay(date: Date, now = new Date()): string {
  const day = (value: Date) => new Date(value.getFullYear(), value.getMonth(), value.getDate()).getTime();
  const apart = Math.round((day(now) - day(date)) / 86_400_000);
  if (apart === 0) return 'Today';
  if (apart === 1) return 'Yesterday';
  return new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', ...(date.getFullYear() === now.getFullYear() ? {} : { year: 'numeric' }) }).format(date);
}

export const formatTimeOfDay = (date: Date) => `${String(date.getHours()).padStart(2, '0')}:${String(date.getMinutes()).padStart(2, '0')}`;

export function formatAgo(date: Date, now = new Date()): string {
  const seconds = Math.max(0, (now.getTime() - date.getTime()) / 1000);
  return seconds < 5 ? 'just now' : `${formatSpan(seconds)} ago`;
}

export const formatNumber = (value: number) => new Intl.NumberFormat('en-GB', { maximumFractionDigits: 1 }).format(value);

export function formatBitrate(bits: number): string {
  return bits >= 1e6 ? `${formatNumber(bits / 1e6)} Mbit/s` : `${formatNumber(bits / 1e3)} kbit/s`;
}

export const count = (n: number, one: string, many = `${one}s`) => `${formatNumber(n)} ${n === 1 ? one : many}`;

// At most two letters that stand for a name, in any script.
export function initials(name: string): string {
  const words = name.trim().split(/[\s._@-]+/u).filter(Boolean);
  if (words.length === 0) return '?';
  const first = (word: string) => [...new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(word)][0]?.segment ?? '';
  const letters = words.length === 1 ? first(words[0]!) : first(words[0]!) + first(words[words.length - 1]!);
  return letters.toLocaleUpperCase();
}

// The same of eight colours for the same person, everywhere.
export function hueOf(id: string): number {
  let hash = 2166136261;
  for (let i = 0; i < id.length; ++i) hash = Math.imul(hash ^ id.charCodeAt(i), 16777619);
  return (hash >>> 0) % 8;
}
