// SPDX-License-Identifier: MIT
// A client of the signaling without the SDK: JSON-RPC over one WebSocket, as docs/signaling.md has it. It tries nothing twice, so a test
// sees what the server says and when; every message is held to the schema.
import { once } from 'node:events';
import { WebSocket } from 'ws';

import { SignalingRecord } from './signaling_schema.mjs';
import { within } from './wait.mjs';

export class SignalingClient {
  #record = new SignalingRecord();
  #waiting = new Map();
  #asked = 0;

  static async connect(server) {
    const client = new SignalingClient();
    client.socket = new WebSocket(`${server.controlOrigin.replace(/^http/, 'ws')}/signaling`);
    client.faults = []; // what was not as the schema says
    client.socket.on('message', (data) => client.#take(data.toString()));
    await within('the signaling socket opens', once(client.socket, 'open'), 5000);
    return client;
  }

  #take(text) {
    this.faults.push(...this.#record.check(text, 'toClient'));
    const { id, result, error } = JSON.parse(text);
    this.#waiting.get(id)?.({ result, error });
    this.#waiting.delete(id);
  }

  // {result} or {error}, and after how many milliseconds it came.
  async ask(method, params = {}, timeout = 15_000) {
    const request = { jsonrpc: '2.0', id: ++this.#asked, method, params };
    this.faults.push(...this.#record.check(request, 'toServer'));
    const start = performance.now();
    const answer = new Promise((resolve) => this.#waiting.set(request.id, resolve));
    this.socket.send(JSON.stringify(request));
    return { ...(await within(`an answer to ${method}`, answer, timeout)), took: Math.round(performance.now() - start) };
  }

  async close() {
    if (this.socket.readyState === WebSocket.CLOSED) return;
    const closed = once(this.socket, 'close');
    this.socket.close();
    await closed;
  }
}
