// SPDX-License-Identifier: MIT
// Holds signaling traffic to docs/signaling.schema.json. One SignalingRecord for each WebSocket: an answer is judged by the method
// of the request it answers. check() returns what is wrong, an empty list when nothing is.
import { readFileSync } from 'node:fs';
import Ajv2020 from 'ajv/dist/2020.js';

const schema = JSON.parse(readFileSync(new URL('../../../docs/signaling.schema.json', import.meta.url), 'utf8'));
const ajv = new Ajv2020({ allErrors: true, strict: false });
ajv.addSchema(schema, 'signaling');

function faults(definition, message) {
  if (!(definition in schema.$defs)) return [`docs/signaling.schema.json has no ${definition}`];
  const validate = ajv.getSchema(`signaling#/$defs/${definition}`);
  if (validate(message)) return [];
  return validate.errors.map((error) => `${definition}${error.instancePath} ${error.message}`);
}

export class SignalingRecord {
  #asked = new Map();

  /** `direction` is 'toServer' or 'toClient'; `message` is the text, or what was parsed of it. */
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
}
