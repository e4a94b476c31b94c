// SPDX-License-Identifier: MIT
// A participant without a browser: a WebSocket that speaks docs/signaling.md, each of its messages held to the schema; and tokens for it,
// signed here as a tenant's own service would.
import { createHmac } from 'node:crypto';

import WebSocket from 'ws';

import { administrate } from './command.mjs';
import { SignalingTraffic } from './signaling_schema.mjs';
import { within } from './wait.mjs';

export const signalingUrl = (server) => `${server.controlOrigin.replace(/^http/, 'ws')}/signaling`;

export const everything = { publish: ['audio', 'video', 'screenshare'], subscribe: true, data: true, record: true, moderate: true };
export const guest = { publish: ['audio', 'video', 'screenshare'], subscribe: true, data: true };

const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

export function signToken(claims, { id, secret }, header = {}) {
  const signed = `${part({ alg: 'HS256', typ: 'JWT', kid: id, ...header })}.${part(claims)}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

// What the command line printed of a key, for signToken().
export function printedKey(text) {
  const [, id, secret] = /key {5}(\S+)\nsecret {2}(\S+)/.exec(text);
  return { id, secret };
}

/** A function that makes tokens of the tenant: ({meeting, participant?, name?, grants?, seconds?}). Other tenants than the default must be there. */
export function tokensOf(server, tenant = 'default', key = printedKey(administrate(server, 'tenant', 'key', 'add', tenant))) {
  return ({ meeting, participant, name, grants = everything, seconds = 600 }) =>
    signToken({ tenant, meeting, participant, name, grants, exp: Math.floor(Date.now() / 1000) + seconds }, key);
}

// The answer to a request that the server did not carry out.
export class Refusal extends Error {
  constructor(method, error) {
    super(`${method}: ${error.message} ${JSON.stringify(error.data)}`);
    Object.assign(this, { rpcCode: error.code, ...error.data });
  }
}

export class SignalingClient {
  #socket;
  #check;
  #waiting = new Map(); // request id -> {method, resolve, reject}
  #watchers = new Set();
  #lastId = 0;

  constructor(socket, traffic) {
    this.#socket = socket;
    this.#check = traffic.socket();
    this.notices = []; // {method, params}, in order
    this.closed = new Promise((resolve) => socket.once('close', (code, reason) => resolve({ code, reason: String(reason) })));
    socket.on('message', (data) => this.#receive(String(data)));
    socket.on('error', () => {}); // `closed` tells it
    this.closed.then(({ code }) => {
      for (const { method, reject } of this.#waiting.values()) reject(new Error(`the socket closed with ${code} before ${method} was answered`));
    });
  }

  static async connect(server, { traffic = new SignalingTraffic(), origin } = {}) {
    const socket = new WebSocket(signalingUrl(server), { origin, perMessageDeflate: false });
    const client = new SignalingClient(socket, traffic);
    await within('the WebSocket opens', new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject)));
    return client;
  }

  /** A socket that has joined; `joined` is what join answered. */
  static async join(server, token, { traffic, origin, instanceId = 'page-1', ...params } = {}) {
    const client = await SignalingClient.connect(server, { traffic, origin });
    client.joined = await client.request('join', { token, instanceId, ...params });
    return client;
  }

  get me() {
    return this.joined.me.participantId;
  }

  get open() {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  /** The result, or a Refusal is thrown. */
  request(method, params) {
    const id = ++this.#lastId;
    const answer = new Promise((resolve, reject) => this.#waiting.set(id, { method, resolve, reject }));
    answer.catch(() => {}); // whoever sends many at once looks at them later
    this.#send({ jsonrpc: '2.0', id, method, ...(params === undefined ? {} : { params }) });
    return within(`the answer to ${method}`, answer, 15_000);
  }

  /** The Refusal of a request that must not be carried out. */
  async refusal(method, params) {
    let result;
    try {
      result = await this.request(method, params);
    } catch (error) {
      if (error instanceof Refusal) return error;
      throw error;
    }
    throw new Error(`${method} was not refused but answered ${JSON.stringify(result)}`);
  }

  /** The first notification, past or future, that agrees with `wanted`: values, or a function of the parameters. */
  async next(method, wanted = {}, { from = 0, timeout = 10_000 } = {}) {
    const agrees = (notice) =>
      notice.method === method &&
      (typeof wanted === 'function' ? wanted(notice.params) : Object.entries(wanted).every(([name, value]) => notice.params[name] === value));
    const found = this.notices.slice(from).find(agrees);
    if (found) return found.params;
    let watcher;
    const arrival = new Promise((resolve) => {
      watcher = (notice) => agrees(notice) && resolve(notice.params);
      this.#watchers.add(watcher);
    });
    try {
      const heard = () => [...new Set(this.notices.map((notice) => notice.method))].join(', ') || 'none';
      return await within(`${method} ${typeof wanted === 'function' ? '' : JSON.stringify(wanted)} reaches ${this.joined?.me.participantId} (${heard()})`, arrival, timeout);
    } finally {
      this.#watchers.delete(watcher);
    }
  }

  /** Text or bytes that need not be a request; what comes back is still held to the schema. */
  sendRaw(data, options = {}) {
    this.#socket.send(data, options);
  }

  /** The next answer that belongs to no request of request(): to what was sent raw. */
  stray({ timeout = 10_000 } = {}) {
    return within('an answer to what was sent raw', new Promise((resolve) => (this.onStray = resolve)), timeout);
  }

  // As a network that breaks: no closing handshake.
  break() {
    this.#socket.terminate();
    return this.closed;
  }

  close() {
    this.#socket.close(1000);
    return this.closed;
  }

  #send(message) {
    const text = JSON.stringify(message);
    this.#check(text, 'toServer');
    this.#socket.send(text);
  }

  #receive(text) {
    const json = JSON.parse(text);
    const asked = this.#waiting.get(json.id);
    if (asked || 'method' in json || 'error' in json) this.#check(text, 'toClient');
    if ('method' in json) {
      this.notices.push({ method: json.method, params: json.params });
      for (const watcher of [...this.#watchers]) watcher({ method: json.method, params: json.params });
      return;
    }
    if (!asked) return this.onStray?.(json);
    this.#waiting.delete(json.id);
    if (json.error) asked.reject(new Refusal(asked.method, json.error));
    else asked.resolve(json.result);
  }
}
