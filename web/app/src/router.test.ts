// SPDX-License-Identifier: MIT
// Which paths are the app's pages.
import { describe, expect, it } from 'vitest';

import { isPage, match } from './router';

describe('paths', () => {
  it('gives the parts of a path that fits', () => {
    expect(match('/recordings/*', '/recordings/r-1')).toEqual(['r-1']);
    expect(match('/m/*', '/m/stand%20up')).toEqual(['stand up']);
    expect(match('/operator', '/operator')).toEqual([]);
  });

  it('refuses what does not fit, and broken escapes', () => {
    expect(match('/recordings/*', '/recordings')).toBeNull();
    expect(match('/recordings/*', '/recordings/a/b')).toBeNull();
    expect(match('/m/*', '/m/%zz')).toBeNull();
  });

  it('leaves the paths of the server to the browser', () => {
    expect(isPage('/recordings/r-1')).toBe(true);
    expect(isPage('/api/recordings/r-1/files/a.webm')).toBe(false);
    expect(isPage('/docs/')).toBe(false);
  });
});
