// SPDX-License-Identifier: MIT
// The other half of the differential test: mediasoup's own negotiation, called in the order in which its Transport calls it.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const require = createRequire(`${root}package.json`);
// By path: the package's own entry point would want its worker.
const library = `${root}node_modules/mediasoup/node/lib/`;
const ortc = require(`${library}ortc.js`);
const utils = require(`${library}utils.js`);
const { parseScalabilityMode } = require(`${library}scalabilityModesUtils.js`);
const h264 = require(`${root}node_modules/h264-profile-level-id/lib/index.js`);

export const client = require(`${root}node_modules/mediasoup-client/lib/ortc.js`);

// Through JSON, since that is how our half gets it; structuredClone would keep two references to one object as one object.
export const clone = (value) => JSON.parse(JSON.stringify(value));

// An answer as plain JSON. Where a caller gave an array for an object, mediasoup adds named members to that array, which JSON
// would drop.
function plain(value) {
  if (value === null || typeof value !== 'object') return value;
  const keys = Object.keys(value);
  const isList = Array.isArray(value) && keys.length === value.length;
  if (isList) return value.map(plain);
  return Object.fromEntries(keys.filter((key) => value[key] !== undefined).map((key) => [key, plain(value[key])]));
}

let nextSsrc = 0;
utils.generateRandomNumber = () => {
  nextSsrc += 1000;
  return nextSsrc;
};

class Refusal extends Error {
  constructor(stage, cause) {
    super(cause.message);
    this.stage = stage;
  }
}

function answerOf(steps) {
  const stages = {};
  const step = (stage, act) => {
    let value;
    try {
      value = act();
    } catch (error) {
      throw new Refusal(stage, error);
    }
    if (value !== undefined) stages[stage] = plain(value);
    return value;
  };
  try {
    steps(step);
    return { stages };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { stages, error: { stage: error.stage, message: error.message } };
  }
}

const validated = (validate, value) => {
  const copy = value === undefined ? null : clone(value);
  validate(copy);
  return copy;
};

function negotiate(request, step) {
  nextSsrc = 100_000_000;
  let router;
  step('router', () => {
    router = ortc.generateRouterRtpCapabilities(clone(request.codecs));
    return request.showRouter ? router : undefined;
  });
  const params = step('params', () => validated(ortc.validateAndNormalizeRtpParameters, request.params));
  if (params.encodings.length === 0) params.encodings = [{}];
  const mapping = step('mapping', () => ortc.getProducerRtpParametersMapping(params, router));
  const consumable = step('consumable', () => ortc.getConsumableRtpParameters(request.kind, params, router, mapping));
  const { enableRtx, pipe } = request;
  step('pipe', () => ortc.getPipeConsumerRtpParameters({ consumableRtpParameters: consumable, enableRtx }));
  const caps = step('caps', () => validated(ortc.validateAndNormalizeRtpCapabilities, request.caps));
  step('canConsume', () => ortc.canConsume(consumable, caps));
  step('consumer', () =>
    ortc.getConsumerRtpParameters({ consumableRtpParameters: consumable, remoteRtpCapabilities: caps, pipe, enableRtx }));
}

function compareH264({ a, b }, step) {
  const parsed = h264.parseSdpProfileLevelId(a);
  step('spelled', () => (parsed ? (h264.profileLevelIdToString(parsed) ?? null) : null));
  const same = h264.isSameProfile(a, b);
  step('same', () => same);
  step('answer', () => (same ? (h264.generateProfileLevelIdStringForAnswer(a, b) ?? null) : null));
}

export function routerCapabilities(codecs) {
  return ortc.generateRouterRtpCapabilities(clone(codecs));
}

export function reference(request) {
  return answerOf((step) => {
    switch (request.op) {
      case 'negotiate':
        return negotiate(request, step);
      case 'h264':
        return compareH264(request, step);
      case 'scalability':
        return step('mode', () => parseScalabilityMode(request.text));
      case 'caps':
        return step('caps', () => validated(ortc.validateAndNormalizeRtpCapabilities, request.caps));
      case 'params':
        return step('params', () => validated(ortc.validateAndNormalizeRtpParameters, request.params));
      case 'sctp':
        return step('sctp', () => validated(ortc.validateAndNormalizeSctpStreamParameters, request.sctp));
      default:
        throw new Error(`no such operation: ${request.op}`);
    }
  });
}
