// SPDX-License-Identifier: MIT
// Waiting with a bound: every wait of the end-to-end tests names what it waits for and gives up loudly.
// It knows nothing of servers or browsers.

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// Calls `probe` until it answers something truthy, and answers that. A probe that throws counts as "not yet"; the last
// error is part of the complaint when time is up.
export async function until(what, probe, { timeout = 10_000, interval = 50 } = {}) {
  const deadline = Date.now() + timeout;
  let last;
  for (;;) {
    try {
      const value = await probe();
      if (value) return value;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (Date.now() >= deadline) {
      throw new Error(`not within ${timeout} ms: ${what}${last ? ` (${last.message})` : ''}`);
    }
    await sleep(interval);
  }
}

export async function within(what, promise, timeout = 10_000) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${timeout} ms: ${what}`)), timeout);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

export function percentile(sorted, fraction) {
  if (sorted.length === 0) return NaN;
  return sorted[Math.min(sorted.length - 1, Math.ceil(fraction * sorted.length) - 1)];
}
