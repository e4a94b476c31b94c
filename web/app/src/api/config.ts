// SPDX-License-Identifier: MIT
// What the server says about itself, asked for once for each load of the page.
import { signal } from '@preact/signals';

import { getJson } from './http';
import type { Config } from './types';

export const config = signal<Config | null>(null);

let asked: Promise<void> | null = null;

export function askConfig(): Promise<void> {
  asked ??= getJson<Config>('/api/config', { token: null }).then(
    (answer) => {
      config.value = answer;
    },
    () => {
      asked = null;
    },
  );
  return asked;
}
