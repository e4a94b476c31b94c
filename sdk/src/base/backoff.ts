// SPDX-License-Identifier: MIT
// How long to wait before trying again: at once, then doubling up to ten seconds, spread so that many clients do not come together.

const first = 500;
const cap = 10_000;

/** `attempt` 0 is the first try after something worked. `random` is in [0, 1). */
export function backoff(attempt: number, random: number): number {
  if (attempt <= 0) return Math.round(random * 300);
  const full = Math.min(cap, first * 2 ** Math.min(attempt - 1, 10));
  return Math.round(full / 2 + (full / 2) * random);
}
