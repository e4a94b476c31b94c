// SPDX-License-Identifier: MIT
// Which page is shown: the path as a signal, links within the app without a page load. It knows no page.
import { signal } from '@preact/signals';

import { takeTokenFromAddress } from './tokens';

export const path = signal('/');
export const query = signal(new URLSearchParams());

function readAddress() {
  path.value = location.pathname.replace(/\/+$/, '') || '/';
  query.value = new URLSearchParams(location.search);
}

export function go(to: string, { replace = false } = {}) {
  if (replace) history.replaceState(null, '', to);
  else history.pushState(null, '', to);
  takeTokenFromAddress();
  readAddress();
  scrollTo(0, 0);
}

// A plain click on a link of ours changes the page here; anything else (new tab, download, other sites) is the browser's.
function followLink(event: MouseEvent) {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = (event.target as Element | null)?.closest?.('a');
  if (!link || link.target || link.hasAttribute('download') || link.origin !== location.origin) return;
  const href = link.getAttribute('href') ?? '';
  if (href.startsWith('#') || !isPage(link.pathname)) return;
  event.preventDefault();
  go(link.pathname + link.search + link.hash);
}

export function isPage(pathname: string): boolean {
  return pathname === '/' || /^\/(m\/.+|recordings(\/.*)?|operator(\/.*)?)$/.test(pathname);
}

export function startRouter() {
  readAddress();
  addEventListener('popstate', readAddress);
  // A fragment alone does not load the page: another link for the same meeting pasted into the address bar arrives here.
  addEventListener('hashchange', () => {
    if (takeTokenFromAddress()) location.reload();
  });
  document.addEventListener('click', followLink);
}

// The parts of "/recordings/r-1" as they were written, or null when the path is another page's.
export function match(pattern: string, pathname: string): string[] | null {
  const wanted = pattern.split('/');
  const given = pathname.split('/');
  if (wanted.length !== given.length) return null;
  const found: string[] = [];
  for (let i = 0; i < wanted.length; ++i) {
    if (wanted[i] === '*') {
      if (!given[i]) return null;
      try {
        found.push(decodeURIComponent(given[i]!));
      } catch {
        return null;
      }
    } else if (wanted[i] !== given[i]) {
      return null;
    }
  }
  return found;
}
