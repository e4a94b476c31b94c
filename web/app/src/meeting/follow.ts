// SPDX-License-Identifier: MIT
// Carries out the latest of a row of wishes, one at a time: what was wished in between and is outdated is left out.
export function follow<T>(carryOut: (wish: T) => Promise<void>, onError: (error: unknown) => void): (wish: T) => void {
  let next: { wish: T } | null = null;
  let busy = false;
  return async (wish) => {
    next = { wish };
    if (busy) return;
    busy = true;
    while (next) {
      const { wish: now }: { wish: T } = next;
      next = null;
      try {
        await carryOut(now);
      } catch (error) {
        onError(error);
      }
    }
    busy = false;
  };
}
