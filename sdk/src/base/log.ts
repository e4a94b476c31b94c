// SPDX-License-Identifier: MIT
// Says what the client does to whoever gave it a logger. Nobody logs tokens, addresses or ICE passwords.
import type { Logger } from '../types';

const nothing = (): void => undefined;

export const silent: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** Browsers quote whole lines of SDP in their errors. IPv4, IPv6, and what stands beside `ice-ufrag` and `ice-pwd`. */
export function redact(text: string): string {
  return text
    .replace(/\b\d{1,3}(\.\d{1,3}){3}\b/g, '<address>')
    .replace(/(?<![\w:])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?![\w:])/gi, '<address>')
    .replace(/(ice-(?:ufrag|pwd):)\S+/g, '$1<hidden>');
}
