// SPDX-License-Identifier: MIT
// JSON-RPC over one WebSocket, from its opening to its end. It knows no method and never reconnects; session.ts does.
import type { Clock, Socket } from '../base/environment';
import { DoordarshanError, errorOfAnswer } from '../errors';

/** Outcome of a call, given synchronously with the message that brings it. */
export type Settle = (outcome: { ok: true; result: unknown } | { ok: false; error: DoordarshanError }) => void;

export interface WireEvents {
  opened(): void;
  notification(method: string, params: Record<string, unknown>): void;
  /** Once, whatever happened; calls that have no answer yet have been settled with `connection_lost`. */
  closed(code: number): void;
}

/** More than this without an answer is a server that does not answer. */
const maxPending = 512;

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

export class Wire {
  readonly #socket: Socket;
  readonly #events: WireEvents;
  readonly #clock: Clock;
  readonly #pending = new Map<number, { settle: Settle; cancel: () => void }>();
  #nextId = 1;
  #over = false;
  #heardAt: number;

  constructor(socket: Socket, clock: Clock, events: WireEvents) {
    this.#socket = socket;
    this.#clock = clock;
    this.#events = events;
    this.#heardAt = clock.now();
    socket.onopen = () => {
      if (!this.#over) events.opened();
    };
    socket.onmessage = ({ data }) => this.#onText(data);
    socket.onclose = ({ code }) => this.#end(code);
    socket.onerror = () => undefined; // `close` follows and says more
  }

  /** When the server was last heard. */
  get heardAt(): number {
    return this.#heardAt;
  }

  call(method: string, params: object, timeout: number, settle: Settle): void {
    if (this.#over) return settle({ ok: false, error: lost() });
    if (this.#pending.size >= maxPending) {
      return settle({ ok: false, error: new DoordarshanError('too_many_requests', 'too many requests are waiting for the server') });
    }
    const id = this.#nextId++;
    const cancel = this.#clock.after(timeout, () => {
      this.#pending.delete(id);
      settle({ ok: false, error: new DoordarshanError('deadline_exceeded', `${method}: the server did not answer in time`) });
    });
    this.#pending.set(id, { settle, cancel });
    try {
      this.#socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
    } catch {
      this.abandon(); // a socket that cannot send is as good as closed
    }
  }

  /** Closes in an orderly way; `closed` comes when the browser says so, or at once from {@link abandon}. */
  close(code: number): void {
    try {
      this.#socket.close(code);
    } catch {
      this.abandon();
    }
  }

  /** Closes without waiting: the other side may be unreachable, and browsers wait long for it. */
  abandon(code = 1006): void {
    if (this.#over) return;
    this.#socket.onopen = this.#socket.onmessage = this.#socket.onclose = null;
    try {
      this.#socket.close();
    } catch {
      // never opened
    }
    this.#end(code);
  }

  #onText(data: unknown): void {
    if (this.#over || typeof data !== 'string') return;
    this.#heardAt = this.#clock.now();
    let message: unknown;
    try {
      message = JSON.parse(data);
    } catch {
      return; // not of this protocol; the server never sends it
    }
    if (!isRecord(message)) return;
    const { id, method, params } = message;
    if (typeof method === 'string' && id === undefined) {
      this.#events.notification(method, isRecord(params) ? params : {});
      return;
    }
    if (typeof id !== 'number') return;
    const pending = this.#pending.get(id);
    if (pending === undefined) return; // came after its deadline
    this.#pending.delete(id);
    pending.cancel();
    pending.settle('error' in message ? { ok: false, error: errorOfAnswer(message['error']) } : { ok: true, result: message['result'] });
  }

  #end(code: number): void {
    if (this.#over) return;
    this.#over = true;
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { settle, cancel } of pending) {
      cancel();
      settle({ ok: false, error: lost() });
    }
    this.#events.closed(code);
  }
}

function lost(): DoordarshanError {
  return new DoordarshanError('unavailable', 'the connection was lost before the answer came', { reason: 'connection_lost' });
}
