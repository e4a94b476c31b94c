// SPDX-License-Identifier: MIT
// What one may paste to join, and the names new meetings get.
import { describe, expect, it } from 'vitest';

import { destinationOf, isMeetingId } from './meeting_link';
import { inventMeeting } from './start_meeting';

const origin = 'https://meet.example.org';

describe('what people paste', () => {
  it('a link of this server stays here, with its token', () => {
    expect(destinationOf(' https://meet.example.org/m/standup#token=a.b.c ', origin)).toEqual({ to: '/m/standup#token=a.b.c' });
    expect(destinationOf('meet.example.org/m/standup', origin)).toEqual({ to: '/m/standup' });
    expect(destinationOf('/m/standup', origin)).toEqual({ to: '/m/standup' });
  });

  it('a name is a meeting', () => {
    expect(destinationOf('standup', origin)).toEqual({ to: '/m/standup' });
  });

  it('another server’s link goes there', () => {
    expect(destinationOf('https://other.example/m/x', origin)).toEqual({ elsewhere: 'https://other.example/m/x' });
  });

  it('anything else is explained', () => {
    for (const text of ['', 'not a link', 'javascript:alert(1)', 'https://meet.example.org/recordings', 'x'.repeat(60)]) expect(destinationOf(text, origin), text).toHaveProperty('problem');
  });
});

describe('invented meetings', () => {
  it('have names that the server accepts', () => {
    for (const random of [0, 0.5, 0.999999]) expect(isMeetingId(inventMeeting(() => random))).toBe(true);
  });
});
