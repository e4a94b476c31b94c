// SPDX-License-Identifier: MIT
// Typed events. A handler that throws harms neither the other handlers nor the one who emits.

export class Emitter<Events> {
  readonly #handlers = new Map<keyof Events, Set<(news: never) => void>>();
  readonly #onThrown: (thrown: unknown, event: keyof Events) => void;

  constructor(onThrown: (thrown: unknown, event: keyof Events) => void) {
    this.#onThrown = onThrown;
  }

  on<E extends keyof Events>(event: E, handler: (news: Events[E]) => void): () => void {
    const handlers = this.#handlers.get(event) ?? new Set();
    this.#handlers.set(event, handlers);
    handlers.add(handler);
    return () => this.off(event, handler);
  }

  off<E extends keyof Events>(event: E, handler: (news: Events[E]) => void): void {
    this.#handlers.get(event)?.delete(handler);
  }

  emit<E extends keyof Events>(event: E, news: Events[E]): void {
    for (const handler of [...(this.#handlers.get(event) ?? [])]) {
      try {
        (handler as (news: Events[E]) => void)(news);
      } catch (thrown) {
        this.#onThrown(thrown, event);
      }
    }
  }

  clear(): void {
    this.#handlers.clear();
  }
}
