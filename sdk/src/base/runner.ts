// SPDX-License-Identifier: MIT
// Runs one piece of work at a time: asked while it runs, it runs once more afterwards; when it fails for a reason that may
// pass, again after a pause that grows. What publishes and what subscribes are each such a piece: they compare what is
// wanted with what is there, so that it never matters which news came first.
import { DoordarshanError, asError } from '../errors';
import { backoff } from './backoff';
import type { Environment } from './environment';

export class Runner {
  readonly #environment: Environment;
  readonly #work: () => Promise<void>;
  readonly #onIdle: () => void;
  #running = false;
  #again = false;
  #failures = 0;
  #cancelRetry: (() => void) | null = null;
  #stopped = false;

  /** `work` throws a DoordarshanError to be called again later. */
  constructor(environment: Environment, work: () => Promise<void>, onIdle: () => void) {
    this.#environment = environment;
    this.#work = work;
    this.#onIdle = onIdle;
  }

  /** Nothing runs and nothing waits for another attempt. */
  get idle(): boolean {
    return !this.#running && this.#cancelRetry === null;
  }

  wake(): void {
    if (this.#stopped) return;
    if (this.#running) {
      this.#again = true;
      return;
    }
    this.#cancelRetry?.();
    this.#cancelRetry = null;
    this.#running = true;
    void this.#run();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelRetry?.();
    this.#cancelRetry = null;
  }

  async #run(): Promise<void> {
    let failure: DoordarshanError | null = null;
    await Promise.resolve(); // several wishes of one turn are one piece of work
    do {
      this.#again = false;
      failure = null;
      try {
        await this.#work();
        this.#failures = 0;
      } catch (thrown) {
        failure = asError(thrown);
      }
    } while (this.#again && failure === null && !this.#stopped);
    this.#running = false;
    if (this.#stopped) return;
    if (failure !== null) {
      this.#failures += 1;
      const pause = Math.max(backoff(this.#failures, this.#environment.random()), (failure.retryAfter ?? 0) * 1000);
      this.#cancelRetry = this.#environment.clock.after(pause, () => {
        this.#cancelRetry = null;
        this.wake();
      });
      return;
    }
    this.#onIdle();
  }
}
