// SPDX-License-Identifier: MIT
// The way into a meeting.
import { DoordarshanError } from './errors';
import type { JoinOptions, Meeting, TokenSource } from './types';

/**
 * Joins a meeting.
 *
 * @param url - the server: `https://host`, `wss://host/signaling`, or a path on the page's own host.
 * @param token - the token, or how to get one.
 * @throws DoordarshanError when the server refuses or cannot be reached within `joinTimeout`; DeviceError when a microphone
 * or camera was asked for and cannot be had.
 */
export async function join(url: string, token: TokenSource, options: JoinOptions = {}): Promise<Meeting> {
  throw new DoordarshanError('unsupported', `not yet: ${url} ${typeof token} ${options.name ?? ''}`);
}
