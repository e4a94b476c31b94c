// SPDX-License-Identifier: MIT
// When two answers are the same, and which differences are deliberate. README.md lists those; each is decided here from the
// input alone, and ours must name the very field, so that no real difference can hide behind one.
import { clone, reference } from './reference.mjs';

const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);
const asList = (value) => (Array.isArray(value) ? value : []);
const whole = (value, max) => Number.isInteger(value) && value >= 0 && value <= max;
const U8 = 255;
const U16 = 65535;
const U32 = 4294967295;

// --- One form for both answers: known members only, falsy texts and SSRCs absent, boolean parameters left out.

const truthy = (value) => (value ? value : undefined);
const number = (value) => (typeof value === 'number' ? value : undefined);

const parametersForm = (parameters) =>
  isObject(parameters) ? Object.fromEntries(Object.entries(parameters).filter(([, v]) => ['string', 'number'].includes(typeof v)).sort()) : {};

const feedbackForm = (list) => asList(list).map(({ type, parameter }) => ({ type, parameter }));

const codecForm = ({ mimeType, clockRate, channels, parameters, rtcpFeedback }) => ({
  mimeType, clockRate, channels, parameters: parametersForm(parameters), rtcpFeedback: feedbackForm(rtcpFeedback),
});

const directions = ['sendrecv', 'sendonly', 'recvonly'];

const capabilitiesForm = (caps) => ({
  codecs: caps.codecs.map((codec) => ({
    kind: codec.kind, preferredPayloadType: number(codec.preferredPayloadType), ...codecForm(codec),
  })),
  headerExtensions: caps.headerExtensions.map(({ kind, uri, preferredId, preferredEncrypt, direction }) => ({
    kind, uri, preferredId, preferredEncrypt, direction: directions.includes(direction) ? direction : 'inactive',
  })),
});

const encodingForm = (encoding) => ({
  ssrc: truthy(encoding.ssrc),
  rid: truthy(encoding.rid),
  codecPayloadType: number(encoding.codecPayloadType),
  rtxSsrc: encoding.rtx ? encoding.rtx.ssrc : undefined,
  dtx: encoding.dtx,
  scalabilityMode: truthy(encoding.scalabilityMode),
  maxBitrate: number(encoding.maxBitrate),
});

const rtpParametersForm = (params) => ({
  mid: truthy(params.mid),
  codecs: params.codecs.map((codec) => ({ payloadType: codec.payloadType, ...codecForm(codec) })),
  headerExtensions: params.headerExtensions.map(({ uri, id, encrypt, parameters }) => ({
    uri, id, encrypt, parameters: parametersForm(parameters),
  })),
  encodings: params.encodings.map(encodingForm),
  cname: truthy(params.rtcp.cname),
  reducedSize: params.rtcp.reducedSize,
  msid: truthy(params.msid),
});

const mappingForm = (mapping) => ({
  codecs: mapping.codecs,
  encodings: mapping.encodings.map(({ ssrc, rid, mappedSsrc }) => ({ ssrc: truthy(ssrc), rid: truthy(rid), mappedSsrc })),
});

const sctpForm = ({ streamId, ordered, maxPacketLifeTime, maxRetransmits }) => ({
  streamId, ordered, maxPacketLifeTime: number(maxPacketLifeTime), maxRetransmits: number(maxRetransmits),
});

const forms = {
  router: capabilitiesForm, caps: capabilitiesForm, params: rtpParametersForm,
  consumable: rtpParametersForm, consumer: rtpParametersForm, pipe: rtpParametersForm, mapping: mappingForm, sctp: sctpForm,
};

const formOf = (stage, value) => (value !== undefined && forms[stage] ? forms[stage](value) : value);

function differences(ours, theirs, path, found) {
  if (found.length >= 8) return found;
  if (ours !== null && theirs !== null && typeof ours === 'object' && typeof theirs === 'object') {
    for (const key in ours) differences(ours[key], theirs[key], `${path}.${key}`, found);
    for (const key in theirs) {
      if (!(key in ours)) differences(ours[key], theirs[key], `${path}.${key}`, found);
    }
  } else if (ours !== theirs) {
    found.push(`${path}: ours ${JSON.stringify(ours)}, mediasoup's ${JSON.stringify(theirs)}`);
  }
  return found;
}

// --- What we refuse and mediasoup takes: a map from the field to the name of the reason in README.md.

class Refusable {
  fields = new Map();

  add(path, reason) {
    this.fields.set(path, reason);
  }
  range(path, value, max) {
    if (typeof value === 'number' && !whole(value, max)) this.add(path, 'number-range');
  }
  unchecked(path, value, max) {
    if (value && !whole(value, max)) this.add(path, typeof value === 'number' ? 'number-range' : 'unchecked-type');
  }
  text(path, value) {
    if (typeof value === 'string' && Buffer.byteLength(value) > 255) this.add(path, 'size');
  }
  list(path, value, max, each) {
    if (!Array.isArray(value)) return;
    if (value.length > max) this.add(path, 'size');
    value.forEach((element, i) => {
      if (Array.isArray(element)) this.add(`${path}[${i}]`, 'array-for-object');
      if (isObject(element)) each(element, `${path}[${i}]`);
    });
  }
  parameters(path, value) {
    if (Array.isArray(value) && value.length > 0) this.add(path, 'array-for-object');
    if (!isObject(value)) return;
    if (Object.keys(value).length > 64 || Object.keys(value).some((name) => Buffer.byteLength(name) > 255)) this.add(path, 'size');
    for (const [name, held] of Object.entries(value)) this.text(`${path}.${name}`, held);
  }
  codec(codec, path) {
    this.text(`${path}.mimeType`, codec.mimeType);
    this.range(`${path}.payloadType`, codec.payloadType, U8);
    this.range(`${path}.preferredPayloadType`, codec.preferredPayloadType, U8);
    this.range(`${path}.clockRate`, codec.clockRate, U32);
    if (/^audio\//i.test(codec.mimeType)) this.range(`${path}.channels`, codec.channels, U8);
    this.parameters(`${path}.parameters`, codec.parameters);
    this.list(`${path}.rtcpFeedback`, codec.rtcpFeedback, 32, (feedback, at) => {
      this.text(`${at}.type`, feedback.type);
      this.text(`${at}.parameter`, feedback.parameter);
    });
  }
  extension(extension, path) {
    this.text(`${path}.uri`, extension.uri);
    this.text(`${path}.direction`, extension.direction);
    this.range(`${path}.id`, extension.id, U16);
    this.range(`${path}.preferredId`, extension.preferredId, U16);
    if (isObject(extension.parameters)) {
      if (Object.keys(extension.parameters).length > 64) this.add(`${path}.parameters`, 'size');
      for (const [name, value] of Object.entries(extension.parameters)) this.text(`${path}.parameters.${name}`, value);
    }
  }
  encoding(encoding, path) {
    this.range(`${path}.ssrc`, encoding.ssrc, U32);
    this.text(`${path}.rid`, encoding.rid);
    this.unchecked(`${path}.codecPayloadType`, encoding.codecPayloadType, U8);
    if (isObject(encoding.rtx)) this.range(`${path}.rtx.ssrc`, encoding.rtx.ssrc, U32);
    this.text(`${path}.scalabilityMode`, encoding.scalabilityMode);
    this.unchecked(`${path}.maxBitrate`, encoding.maxBitrate, U32);
  }
  capabilities(caps, path) {
    if (Array.isArray(caps)) this.add(path, 'array-for-object');
    if (!isObject(caps)) return;
    this.list(`${path}.codecs`, caps.codecs, 64, (codec, at) => this.codec(codec, at));
    this.list(`${path}.headerExtensions`, caps.headerExtensions, 64, (extension, at) => this.extension(extension, at));
  }
  rtpParameters(params, path) {
    if (!isObject(params)) return;
    this.text(`${path}.mid`, params.mid);
    this.text(`${path}.msid`, params.msid);
    this.list(`${path}.codecs`, params.codecs, 64, (codec, at) => this.codec(codec, at));
    this.list(`${path}.headerExtensions`, params.headerExtensions, 64, (extension, at) => this.extension(extension, at));
    this.list(`${path}.encodings`, params.encodings, 16, (encoding, at) => this.encoding(encoding, at));
    if (Array.isArray(params.rtcp) && params.rtcp.length > 0) this.add(`${path}.rtcp`, 'array-for-object');
    if (isObject(params.rtcp)) this.text(`${path}.rtcp.cname`, params.rtcp.cname);
  }
  sctp(stream, path) {
    if (!isObject(stream)) return;
    this.range(`${path}.streamId`, stream.streamId, U16);
    this.range(`${path}.maxPacketLifeTime`, stream.maxPacketLifeTime, U16);
    this.range(`${path}.maxRetransmits`, stream.maxRetransmits, U16);
  }
}

function refusable(request) {
  const found = new Refusable();
  found.list('codecs', request.codecs, 64, (codec, at) => found.codec(codec, at));
  found.rtpParameters(request.params, 'rtpParameters');
  found.capabilities(request.caps, 'rtpCapabilities');
  found.sctp(request.sctp, 'sctpStreamParameters');
  return found.fields;
}

// --- What we take and mediasoup refuses: mediasoup is asked about the input without it.

const negotiatedNames = ['apt', 'packetization-mode', 'profile-level-id', 'level-asymmetry-allowed', 'profile-id', 'num_streams', 'coupled_streams'];

function withoutTolerated(request) {
  const copy = clone(request);
  const reasons = new Set();
  const strip = (parameters, keep, reason) => {
    if (!isObject(parameters)) return;
    for (const [name, value] of Object.entries(parameters)) {
      if (keep(value, name)) continue;
      delete parameters[name];
      reasons.add(reason);
    }
  };
  const scalar = (value) => typeof value === 'string' || typeof value === 'number';
  for (const codec of [...asList(copy.codecs), ...asList(copy.params?.codecs), ...asList(copy.caps?.codecs)]) {
    if (isObject(codec)) strip(codec.parameters, (value, name) => typeof value !== 'boolean' || name === 'apt', 'boolean-parameter');
  }
  for (const extension of asList(copy.params?.headerExtensions)) {
    if (!isObject(extension)) continue;
    if (Array.isArray(extension.parameters) && !extension.parameters.every(scalar)) {
      extension.parameters = {};
      reasons.add('extension-parameters');
    }
    strip(extension.parameters, scalar, 'extension-parameters');
  }
  return { copy, reasons };
}

// A boolean under a name that negotiation looks at may change the outcome itself; then only "it did not crash" is compared.
function negotiatesBooleans(request) {
  const codecs = [...asList(request.codecs), ...asList(request.params?.codecs), ...asList(request.caps?.codecs)];
  return codecs.some((codec) => isObject(codec?.parameters) && negotiatedNames.some((name) => typeof codec.parameters[name] === 'boolean'));
}

// Null when the answers agree; { deliberate: [reasons] } or { problems: [lines] } otherwise.
export function compare(request, ours) {
  let theirs = reference(request);
  const deliberate = [];
  if (theirs.error && theirs.error.stage !== ours.error?.stage) {
    const { copy, reasons } = withoutTolerated(request);
    if (reasons.size > 0) {
      if (negotiatesBooleans(request)) return { deliberate: [...reasons] };
      theirs = reference(copy);
      deliberate.push(...reasons);
    }
  }

  if (ours.error?.stage !== theirs.error?.stage) {
    const reason = ours.error && refusable(request).get(ours.error.field);
    if (reason) return { deliberate: [...deliberate, reason] };
    const say = (error) => (error ? `refuses at ${error.stage}${error.field ? ` (${error.field})` : ''}: ${error.message}` : 'accepts');
    return { problems: [`ours ${say(ours.error)}`, `mediasoup's ${say(theirs.error)}`] };
  }
  for (const stage of new Set([...Object.keys(ours.stages), ...Object.keys(theirs.stages)])) {
    const problems = differences(formOf(stage, ours.stages[stage]), formOf(stage, theirs.stages[stage]), stage, []);
    if (problems.length > 0) return { problems };
  }
  return deliberate.length > 0 ? { deliberate } : null;
}
