// SPDX-License-Identifier: MIT
// Who is on the stage, and what is read from messages and tracks.
import { describe, expect, it } from 'vitest';

import { fitsMessage, linkParts, qualityBars, stageTiles, textOf } from './people';

const person = (id: string, more: object = {}) => ({ id, me: false, hand: false, screen: null, ...more });
const me = person('me', { me: true });

describe('the stage', () => {
  const people = [me, person('a'), person('b')];

  it('is a grid unless something is large', () => {
    expect(stageTiles({ people, speaker: 'a', pinned: null, view: 'grid' }, null)).toMatchObject({ main: null, tiles: ['camera:me', 'camera:a', 'camera:b'] });
  });

  it('shows who speaks, and stays there while nobody does', () => {
    expect(stageTiles({ people, speaker: 'b', pinned: null, view: 'speaker' }, null).main).toBe('camera:b');
    expect(stageTiles({ people, speaker: null, pinned: null, view: 'speaker' }, 'b').main).toBe('camera:b');
    expect(stageTiles({ people, speaker: 'me', pinned: null, view: 'speaker' }, 'b').main).toBe('camera:b');
    expect(stageTiles({ people: [me], speaker: null, pinned: null, view: 'speaker' }, null).main).toBeNull();
  });

  it('puts a shared screen before the speaker, another one before one’s own, and a pin before all', () => {
    const sharing = [person('me', { me: true, screen: {} }), person('a', { screen: {} }), person('b')];
    expect(stageTiles({ people: sharing, speaker: 'b', pinned: null, view: 'speaker' }, null).main).toBe('screen:a');
    expect(stageTiles({ people: sharing, speaker: 'b', pinned: 'camera:b', view: 'grid' }, null).main).toBe('camera:b');
    expect(stageTiles({ people: sharing, speaker: 'b', pinned: 'camera:gone', view: 'grid' }, null).main).toBe('screen:a');
  });
});

describe('chat', () => {
  it('reads what this app and others send, and nothing else', () => {
    expect(textOf({ text: 'hello' })).toBe('hello');
    expect(textOf('hello')).toBe('hello');
    expect(textOf({ text: ' ' })).toBeNull();
    expect(textOf({ other: 1 })).toBeNull();
    expect(textOf(null)).toBeNull();
  });

  it('makes links of web addresses only', () => {
    expect(linkParts('see https://example.org/a?b=1, then')).toEqual([{ text: 'see ' }, { text: 'https://example.org/a?b=1', href: 'https://example.org/a?b=1' }, { text: ', then' }]);
    expect(linkParts('javascript:alert(1)')).toEqual([{ text: 'javascript:alert(1)' }]);
    expect(linkParts('')).toEqual([]);
  });
});

describe('quality', () => {
  it('is three bars when good, none when bad, and unknown before it was told', () => {
    expect([undefined, 0, 1, 2, 5, 8, 10].map(qualityBars)).toEqual([null, 0, 0, 1, 2, 3, 3]);
  });
});

describe('a message', () => {
  it('is measured in bytes, as the server does', () => {
    expect(fitsMessage('a'.repeat(4085), 4096)).toBe(true);
    expect(fitsMessage('a'.repeat(4086), 4096)).toBe(false);
    expect(fitsMessage('न'.repeat(1361), 4096)).toBe(true);
    expect(fitsMessage('न'.repeat(1362), 4096)).toBe(false);
    expect(fitsMessage('"'.repeat(2043), 4096)).toBe(false);
  });
});
