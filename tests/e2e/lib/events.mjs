// SPDX-License-Identifier: MIT
// A reader of the server's event stream (GET /v1/events): it keeps what arrived, in order, and lets a test wait for one.
// It does not reconnect; a test that wants to resume opens a new reader with `lastEventId`.
import { within } from './wait.mjs';

export class EventReader {
  #abort = new AbortController();
  #waiting = new Set();
  #done;

  constructor() {
    this.events = []; // {id, type, data, at}
  }

  static async open(origin, { meetingId, lastEventId } = {}) {
    const reader = new EventReader();
    const url = new URL('/v1/events', origin);
    if (meetingId) url.searchParams.set('meetingId', meetingId);
    const headers = { accept: 'text/event-stream' };
    if (lastEventId !== undefined) headers['last-event-id'] = lastEventId;
    const response = await fetch(url, { headers, signal: reader.#abort.signal });
    if (response.status !== 200) throw new Error(`GET /v1/events answered ${response.status}: ${await response.text()}`);
    reader.contentType = response.headers.get('content-type');
    reader.#done = reader.#read(response.body).catch(() => {});
    return reader;
  }

  // The first event, past or future, that `matches`. Looks at events from index `from` on.
  async next(what, matches, { timeout = 10_000, from = 0 } = {}) {
    const found = this.events.slice(from).find(matches);
    if (found) return found;
    let waiter;
    const arrival = new Promise((resolve) => {
      waiter = (event) => matches(event) && resolve(event);
      this.#waiting.add(waiter);
    });
    try {
      return await within(`event: ${what} (seen: ${[...new Set(this.events.map((event) => event.type))].join(', ') || 'none'})`, arrival, timeout);
    } finally {
      this.#waiting.delete(waiter);
    }
  }

  of(type, { timeout, from, ...wanted } = {}) {
    const agrees = (event) => event.type === type && Object.entries(wanted).every(([key, value]) => event.data[key] === value);
    return this.next(`${type} ${JSON.stringify(wanted)}`, agrees, { timeout, from });
  }

  get lastId() {
    return this.events.at(-1)?.id;
  }

  async close() {
    this.#abort.abort();
    await this.#done;
  }

  // The parts of the standard's event stream syntax that a server may use: comments, id, event, data, blank line.
  async #read(body) {
    const decoder = new TextDecoder();
    let rest = '';
    let event = { data: [] };
    for await (const chunk of body) {
      rest += decoder.decode(chunk, { stream: true });
      let end;
      while ((end = rest.indexOf('\n')) >= 0) {
        const line = rest.slice(0, end).replace(/\r$/, '');
        rest = rest.slice(end + 1);
        if (line === '') {
          if (event.data.length > 0) this.#arrived(event);
          event = { data: [] };
          continue;
        }
        const colon = line.indexOf(':');
        const field = colon < 0 ? line : line.slice(0, colon);
        const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
        if (field === 'data') event.data.push(value);
        if (field === 'id') event.id = value;
        if (field === 'event') event.type = value;
      }
    }
  }

  #arrived({ id, type, data }) {
    const value = JSON.parse(data.join('\n'));
    const event = { id, type: type ?? value.type ?? 'message', data: value, at: Date.now() };
    this.events.push(event);
    for (const waiter of [...this.#waiting]) waiter(event);
  }
}
