// SPDX-License-Identifier: MIT
// Light or dark, for this browser. theme.ts remembers it.
import { theme, toggleTheme } from '../theme';
import { MoonIcon, SunIcon } from './icons';

export function ThemeButton() {
  const dark = theme.value === 'dark';
  const label = dark ? 'Use the light theme' : 'Use the dark theme';
  return (
    <button type="button" class="icon-button" aria-label={label} title={label} onClick={toggleTheme}>
      {dark ? <SunIcon size={20} /> : <MoonIcon size={20} />}
    </button>
  );
}
