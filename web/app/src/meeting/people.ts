// SPDX-License-Identifier: MIT
// Small decisions about people and what they say. Pure.

export const nameOf = ({ id, name }: { id: string; name: string }): string => name.trim() || id;

export const soundSummary = (track: { muted: boolean } | undefined): 'none' | 'on' | 'muted' => (!track ? 'none' : track.muted ? 'muted' : 'on');

// The text of a chat message: what this app sends ({text}), or what another application sent as a plain string.
export function textOf(data: unknown): string | null {
  const text = typeof data === 'string' ? data : typeof data === 'object' && data !== null ? (data as Record<string, unknown>)['text'] : null;
  return typeof text === 'string' && text.trim() !== '' ? text : null;
}

// What this app sends. Letters have one to four bytes each, so a bound in bytes is measured, not counted.
export const messageOf = (text: string) => ({ text });
export const fitsMessage = (text: string, bytes: number): boolean => new TextEncoder().encode(JSON.stringify(messageOf(text))).length <= bytes;

export interface TextPart {
  text: string;
  href?: string;
}

// Links in a message, without trusting it: http and https only, closing punctuation stays outside.
export function linkParts(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let from = 0;
  for (const found of text.matchAll(/https?:\/\/[^\s<>"']+/g)) {
    const address = found[0].replace(/[.,;:!?)\]}]+$/, '');
    if (!URL.canParse(address)) continue;
    if (found.index > from) parts.push({ text: text.slice(from, found.index) });
    parts.push({ text: address, href: address });
    from = found.index + address.length;
  }
  if (from < text.length) parts.push({ text: text.slice(from) });
  return parts;
}

// 0 to 10 of the server as 0 to 3 bars; null while it has not been told.
export function qualityBars(score: number | undefined): number | null {
  if (score === undefined) return null;
  return score >= 8 ? 3 : score >= 5 ? 2 : score >= 2 ? 1 : 0;
}

export interface StageView {
  people: readonly { id: string; me: boolean; hand: boolean; screen: unknown }[];
  speaker: string | null;
  pinned: string | null; // a tile's key
  view: 'grid' | 'speaker';
}

export const cameraKey = (id: string) => `camera:${id}`;
export const screenKey = (id: string) => `screen:${id}`;

// Which tiles there are, in order, and which one is large. A pin beats a shared screen, which beats the speaker. `lastSpeaker` keeps the
// large picture where it is while nobody, or only oneself, speaks.
export function stageTiles({ people, speaker, pinned, view }: StageView, lastSpeaker: string | null): { tiles: string[]; main: string | null; speaker: string | null } {
  const tiles = [...people.filter((person) => person.screen).map(({ id }) => screenKey(id)), ...people.map(({ id }) => cameraKey(id))];
  const others = people.filter((person) => !person.me);
  const heard = others.find(({ id }) => id === speaker) ?? others.find(({ id }) => id === lastSpeaker) ?? others[0];
  let main: string | null = null;
  if (pinned && tiles.includes(pinned)) main = pinned;
  else if (tiles[0]?.startsWith('screen:')) main = tiles.find((key) => key.startsWith('screen:') && key !== screenKey(people[0]?.id ?? '')) ?? tiles[0];
  else if (view === 'speaker' && heard) main = cameraKey(heard.id);
  return { tiles, main, speaker: heard?.id ?? null };
}
