// SPDX-License-Identifier: MIT
// Every refusal and every trouble with devices is said in words.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import { ApiError } from '../api/http';
import { explain, explainBoth, explainDevice, explainShortly, refusalOf } from './errors';

describe('refusals', () => {
  it('have words for every reason that docs/signaling.md names', () => {
    const page = readFileSync(new URL('../../../../docs/signaling.md', import.meta.url), 'utf8');
    const table = page.slice(page.indexOf('| reason |'), page.indexOf('## Joining'));
    const reasons = [...table.matchAll(/^\|([^|]+)\|/gm)].flatMap(([, cell]) => [...cell!.matchAll(/`(\w+)`/g)].map(([, name]) => name!));
    expect(reasons.length).toBeGreaterThan(15);
    // The SDK repairs this one by itself; nobody ever reads it.
    for (const reason of reasons.filter((name) => name !== 'media_moved')) {
      expect(explain({ code: 'forbidden', reason }).title, reason).not.toBe(explain({ code: 'forbidden' }).title === reason ? '' : 'Something went wrong');
      expect(explain({ reason }).title, reason).not.toBe('Something went wrong');
    }
  });

  it('are explained by the reason first, then the code, then the message', () => {
    expect(explain({ code: 'unauthorized', reason: 'token_expired' }).title).toBe('This link has expired');
    expect(explain({ code: 'unauthorized' }).title).toBe('This page needs a valid link');
    expect(explain({ code: 'strange', message: 'Odd.' })).toMatchObject({ title: 'Something went wrong', advice: 'Odd.' });
  });

  it('offer another try only where one can help', () => {
    expect(explain({ reason: 'meeting_full' }).again).toBe(true);
    expect(explain({ reason: 'removed' }).again).toBe(false);
  });

  it('are made of whatever was thrown', () => {
    expect(refusalOf(new ApiError(403, 'forbidden', 'no', 'not_granted'))).toMatchObject({ code: 'forbidden', reason: 'not_granted', status: 403 });
    expect(refusalOf('boom')).toEqual({ message: 'boom' });
    expect(explainShortly(new ApiError(400, 'invalid_argument', 'name is too long'))).toBe('The server does not accept this: name is too long');
    expect(explainShortly(new Error('odd'))).toBe('odd');
  });

  it('says what the server says of bad input', () => {
    expect(explain({ code: 'invalid_argument', message: 'name may be at most 128 bytes long' }).advice).toBe('Name may be at most 128 bytes long.');
    expect(explain({ code: 'invalid_argument' }).advice).toBe('Check what you entered.');
  });
});

describe('cameras and microphones', () => {
  it('each trouble has its own words', () => {
    expect(explainDevice('camera', 'NotAllowedError').problem).toBe('denied');
    expect(explainDevice('microphone', 'NotFoundError').title).toBe('No microphone was found');
    expect(explainDevice('camera', 'NotReadableError').problem).toBe('busy');
    expect(explainDevice('camera', 'NotAllowedError', false).problem).toBe('insecure');
    expect(explainDevice('camera', 'Whatever').problem).toBe('failed');
  });

  it('the same trouble with both is said once, with the same way out', () => {
    const titles = ['NotAllowedError', 'NotFoundError', 'NotReadableError', 'InsecureContext', 'NotSupportedError', 'Whatever'].map((name) => {
      const alone = explainDevice('camera', name);
      const both = explainBoth(alone);
      expect(both).toMatchObject({ problem: alone.problem, again: alone.again });
      return both.title;
    });
    expect(new Set(titles).size).toBe(6);
    expect(titles[0]).toBe('Camera and microphone are blocked');
  });
});
