// SPDX-License-Identifier: MIT
// What is read from a token, and what is not believed.
import { describe, expect, it } from 'vitest';

import { accessOf, readClaims, tokenOfFragment } from './tokens';

const token = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2ln`;

describe('tokens', () => {
  it('are taken from the fragment only when they are there and of a sane size', () => {
    expect(tokenOfFragment('#token=a.b.c')).toBe('a.b.c');
    expect(tokenOfFragment('#other=1')).toBeNull();
    expect(tokenOfFragment('')).toBeNull();
    expect(tokenOfFragment(`#token=${'x'.repeat(9000)}`)).toBeNull();
  });

  it('say what they grant, names in any script included', () => {
    const claims = readClaims(token({ tenant: 'acme', meeting: 'standup', name: 'आशा', exp: 100, grants: { publish: ['audio'], moderate: true } }));
    expect(claims).toMatchObject({ tenant: 'acme', meeting: 'standup', name: 'आशा', expires: 100000, publish: ['audio'], moderate: true, admin: false });
  });

  it('that are none say nothing', () => {
    expect(readClaims('nonsense')).toBeNull();
    expect(readClaims('a.!!.c')).toBeNull();
  });

  it('open the pages that they are for', () => {
    expect(accessOf(token({ tenant: 'acme', grants: { admin: true } }))).toEqual({ recordings: true, admin: true, operator: false, tenant: 'acme' });
    expect(accessOf(token({ tenant: 'acme', meeting: 'standup', grants: { admin: true, record: true } }))).toMatchObject({ recordings: true, admin: false });
    expect(accessOf(token({ tenant: '_operator', grants: { admin: true } }))).toMatchObject({ operator: true });
    expect(accessOf(token({ tenant: 'acme', meeting: 'standup', grants: {} }))).toMatchObject({ recordings: false, admin: false });
    expect(accessOf('an-api-key')).toMatchObject({ admin: true, operator: true });
  });
});
