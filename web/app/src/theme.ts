// SPDX-License-Identifier: MIT
// Light or dark: the system's choice until somebody makes their own, which is remembered in this browser.
import { computed, effect, signal } from '@preact/signals';

export type ThemeChoice = 'system' | 'light' | 'dark';

const kStored = 'dd.theme';
const systemDark = signal(false);

export const themeChoice = signal<ThemeChoice>('system');
export const theme = computed(() => (themeChoice.value === 'system' ? (systemDark.value ? 'dark' : 'light') : themeChoice.value));

export function toggleTheme() {
  const wanted = theme.value === 'dark' ? 'light' : 'dark';
  themeChoice.value = (wanted === 'dark') === systemDark.value ? 'system' : wanted;
  try {
    localStorage.setItem(kStored, themeChoice.value);
  } catch {
    // Storage is refused (a private window): the choice lasts as long as the page.
  }
}

export function startTheme() {
  const query = matchMedia('(prefers-color-scheme: dark)');
  systemDark.value = query.matches;
  query.addEventListener('change', () => (systemDark.value = query.matches));
  try {
    const stored = localStorage.getItem(kStored);
    if (stored === 'light' || stored === 'dark') themeChoice.value = stored;
  } catch {
    // As above.
  }
  effect(() => {
    document.documentElement.dataset.theme = theme.value;
  });
}
