// SPDX-License-Identifier: MIT
// A token bucket: how many may go now, and when the next one may. Pure of time: it is told.

export class Bucket {
  #level: number;
  #at = Number.NaN;
  readonly #perSecond: number;
  readonly #burst: number;

  constructor(perSecond: number, burst: number) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#level = burst;
  }

  /** Takes one; or answers in how many milliseconds there will be one. */
  take(now: number): number {
    if (!Number.isNaN(this.#at)) this.#level = Math.min(this.#burst, this.#level + ((now - this.#at) * this.#perSecond) / 1000);
    this.#at = now;
    if (this.#level >= 1) {
      this.#level -= 1;
      return 0;
    }
    return Math.ceil(((1 - this.#level) * 1000) / this.#perSecond);
  }
}
