// SPDX-License-Identifier: MIT
// Wishes that come faster than they can be fulfilled.
import { describe, expect, it } from 'vitest';

import { follow } from './follow';

describe('following wishes', () => {
  it('carries out one at a time and leaves out what is outdated', async () => {
    const done: number[] = [];
    let release = () => {};
    const wish = follow<number>(
      (value) => {
        done.push(value);
        return new Promise((resolve) => (release = resolve));
      },
      () => {},
    );
    wish(1);
    wish(2);
    wish(3);
    expect(done).toEqual([1]);
    release();
    await Promise.resolve();
    await Promise.resolve();
    expect(done).toEqual([1, 3]);
  });

  it('goes on after a failure', async () => {
    const errors: unknown[] = [];
    const wish = follow<string>(
      (value) => (value === 'bad' ? Promise.reject(new Error(value)) : Promise.resolve()),
      (error) => errors.push(error),
    );
    wish('bad');
    wish('good');
    await new Promise((resolve) => setTimeout(resolve));
    expect(errors).toHaveLength(1);
  });
});
