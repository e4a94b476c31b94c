// SPDX-License-Identifier: MIT
// Holds signaling traffic to docs/signaling.schema.json: one SignalingRecord for each WebSocket, since an answer is judged by the method
// of the request it answers; and a SignalingTraffic for all sockets of a test, which keeps what was wrong and what has been seen.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import Ajv2020 from 'ajv/dist/2020.js';

export const schema = JSON.parse(readFileSync(new URL('../../../docs/signaling.schema.json', import.meta.url), 'utf8'));
const ajv = new Ajv2020({ allErrors: true, strict: false });
ajv.addSchema(schema, 'signaling');

const named = (prefix) => Object.keys(schema.$defs).filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length)).sort();
export const methods = named('request.');
export const notifications = named('notification.');

function faults(definition, message) {
  if (!(definition in schema.$defs)) return [`docs/signaling.schema.json has no ${definition}`];
  const validate = ajv.getSchema(`signaling#/$defs/${definition}`);
  if (validate(message)) return [];
  return validate.errors.map((error) => `${definition}${error.instancePath} ${error.message}`);
}

export class SignalingRecord {
  #asked = new Map();

  /** `direction` is 'toServer' or 'toClient'; `message` is the text, or what was parsed of it. Answers what is wrong: [] when nothing is. */
  check(message, direction) {
    const json = typeof message === 'string' ? JSON.parse(message) : message;
    if (direction === 'toServer') {
      this.#asked.set(json.id, json.method);
      return faults(`request.${json.method}`, json);
    }
    if ('method' in json) return faults(`notification.${json.method}`, json);
    if ('error' in json) return faults('refusal', json);
    const method = this.#asked.get(json.id);
    return method === undefined ? [`nothing was asked under the id ${json.id}`] : faults(`result.${method}`, json);
  }

  methodOf(id) {
    return this.#asked.get(id);
  }
}

export class SignalingTraffic {
  constructor() {
    this.faults = [];
    this.messages = 0;
    this.answered = new Set(); // methods that were carried out
    this.told = new Set(); // notifications
  }

  /** For one socket: a function that takes every message on it, (text, direction). */
  socket() {
    const record = new SignalingRecord();
    return (text, direction) => {
      ++this.messages;
      try {
        for (const fault of record.check(text, direction)) this.faults.push(`${fault}: ${text.slice(0, 300)}`);
      } catch (error) {
        this.faults.push(`${error.message}: ${text.slice(0, 300)}`);
        return;
      }
      if (direction === 'toServer') return;
      const json = JSON.parse(text);
      if ('method' in json) this.told.add(json.method);
      if ('result' in json) this.answered.add(record.methodOf(json.id));
    };
  }

  assertValid() {
    assert.deepEqual(this.faults, []);
    assert.ok(this.messages > 0, 'messages have been seen at all');
  }
}
