// SPDX-License-Identifier: MIT
// A display name in any script as an id of the server's alphabet, and back: the name in base64url, then something random
// so that two people of one name (or one person in two tabs) are two participants.

export function idOf(name) {
  let short = name.trim();
  while (new TextEncoder().encode(short).length > 36) short = [...short].slice(0, -1).join('');
  const bytes = String.fromCharCode(...new TextEncoder().encode(short));
  const random = [...crypto.getRandomValues(new Uint8Array(6))].map((byte) => (byte % 36).toString(36)).join('');
  return `${btoa(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}.${random}`;
}

export function nameOf(participantId) {
  try {
    const encoded = participantId.slice(0, participantId.lastIndexOf('.')).replaceAll('-', '+').replaceAll('_', '/');
    const bytes = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes) || participantId;
  } catch {
    return participantId; // somebody who joined by other means
  }
}

export const randomId = () =>
  [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
