// SPDX-License-Identifier: MIT
// What people paste: a whole link, its path, or a meeting's name. Pure.

const kId = /^[A-Za-z0-9\-_.@]{1,48}$/;

export type Destination = { to: string } | { elsewhere: string } | { problem: string };

export function destinationOf(typed: string, origin: string): Destination {
  const text = typed.trim();
  if (text === '') return { problem: 'Enter a meeting link.' };
  if (kId.test(text)) return { to: `/m/${encodeURIComponent(text)}` };
  let url: URL;
  try {
    url = new URL(text.startsWith('/') ? origin + text : /^[a-z]+:\/\//i.test(text) ? text : `https://${text}`);
  } catch {
    return { problem: 'This is no link. It should look like https://…/m/name#token=…' };
  }
  if (!/^https?:$/.test(url.protocol) || !/^\/m\/[^/]+\/?$/.test(url.pathname)) return { problem: 'This link is not one of a meeting: its path should begin with /m/.' };
  const path = url.pathname + url.search + url.hash;
  return url.host === new URL(origin).host ? { to: path } : { elsewhere: url.href };
}

export const isMeetingId = (text: string): boolean => kId.test(text);
