// SPDX-License-Identifier: MIT
// What an application calls the server, as the address of its signaling.
import { DoordarshanError } from './errors';

/** `https://host`, `wss://host/signaling`, `host/path` relative to `base`, or a path. */
export function signalingAddress(url: string, base: string | undefined): string {
  let address: URL;
  try {
    address = new URL(url, base);
  } catch (thrown) {
    throw new DoordarshanError('invalid_argument', 'the address of the server is not valid', { field: 'url', cause: thrown });
  }
  const schemes: Record<string, string> = { 'http:': 'ws:', 'https:': 'wss:', 'ws:': 'ws:', 'wss:': 'wss:' };
  const scheme = schemes[address.protocol];
  if (scheme === undefined) throw new DoordarshanError('invalid_argument', 'the address of the server must be https or wss', { field: 'url' });
  address.protocol = scheme;
  if (address.pathname === '/' || address.pathname === '') address.pathname = '/signaling';
  address.hash = '';
  return address.href;
}
