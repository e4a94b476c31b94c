// SPDX-License-Identifier: MIT
// Cases: what browsers send to routers of many kinds, and what is left of it after a few careless or hostile changes.
import { readFileSync } from 'node:fs';

import { client, clone, routerCapabilities } from './reference.mjs';
import { mutate } from './mutate.mjs';
import { Random } from './random.mjs';

const fixture = (name) => JSON.parse(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), 'utf8'));
const browsers = ['chromium', 'firefox', 'safari'].map(fixture);
const { encodings } = fixture('encodings');
const { routers } = fixture('routers');
const encodingNames = { audio: ['audio', 'audio_dtx', 'plain', 'mid_only', 'none'], video: Object.keys(encodings) };

function routerCodecs(random) {
  const codecs = clone(random.pick(Object.values(routers)));
  if (random.chance(0.3)) codecs.push(...clone(random.pick(Object.values(routers))));
  return random.chance(0.3) ? random.shuffled(codecs) : codecs;
}

// A router, and what each browser makes of it. Made once for many cases, as that costs more than the cases do.
class Offer {
  constructor(codecs) {
    this.codecs = codecs;
    try {
      this.router = routerCapabilities(codecs);
    } catch {
      this.router = routerCapabilities(routers.ours);
    }
    this.send = browsers.map((browser) => client.getExtendedRtpCapabilities(clone(browser.send), clone(this.router), false));
    this.preferred = browsers.map((browser) => client.getExtendedRtpCapabilities(clone(browser.send), clone(this.router), true));
    this.receive = browsers.map((browser) =>
      clone(client.getRecvRtpCapabilities(client.getExtendedRtpCapabilities(clone(browser.recv), clone(this.router), false))));
  }
}

const poolSeed = new Random(20);
const offers = [new Offer(routers.ours), ...Array.from({ length: 60 }, () => new Offer(routerCodecs(poolSeed)))];
const pickOffer = (random) => (random.chance(0.4) ? offers[0] : random.pick(offers));

function sendingParameters(random, offer, who, kind) {
  const browser = browsers[who];
  const parameters = client.getSendingRtpParameters(kind, random.chance(0.2) ? offer.preferred[who] : offer.send[who]);
  if (random.chance(0.6)) {
    // A browser sends one codec; which one is the application's choice.
    const media = parameters.codecs.filter((codec) => !codec.mimeType.endsWith('/rtx'));
    if (media.length > 0) parameters.codecs = client.reduceCodecs(parameters.codecs, random.chance(0.5) ? undefined : random.pick(media));
  }
  if (random.chance(0.85)) parameters.mid = String(random.below(20));
  let ssrc = 1 + random.below(4_000_000_000);
  parameters.encodings = clone(encodings[random.pick(encodingNames[kind])]);
  for (const encoding of parameters.encodings) {
    if (encoding.ssrc) encoding.ssrc = ssrc++;
    if (encoding.rtx) encoding.rtx.ssrc = ssrc++;
  }
  if (random.chance(0.9)) parameters.rtcp = { cname: browser.cname };
  if (random.chance(0.5)) parameters.msid = browser.msid;
  return clone(parameters);
}

// A whole native list, as a device without extended capabilities would send, or a client that sends everything it has.
function nativeParameters(random, browser, kind) {
  const native = clone(browser.send);
  return {
    mid: String(random.below(20)),
    codecs: native.codecs
      .filter((codec) => codec.kind === kind)
      .map(({ kind: _kind, preferredPayloadType, ...rest }) => ({ payloadType: preferredPayloadType, ...rest })),
    headerExtensions: native.headerExtensions
      .filter((extension) => extension.kind === kind)
      .map(({ uri, preferredId, preferredEncrypt }) => ({ uri, id: preferredId, encrypt: preferredEncrypt })),
    encodings: clone(encodings[random.pick(encodingNames[kind])]),
    rtcp: { cname: browser.cname, reducedSize: true },
  };
}

function receivingCapabilities(random, offer) {
  const who = random.below(browsers.length);
  if (random.chance(0.1)) return clone(browsers[who].recv);
  if (random.chance(0.05)) return clone(offer.router);
  return clone(offer.receive[who]);
}

function negotiation(random) {
  const offer = pickOffer(random);
  const kind = random.chance(0.75) ? 'video' : 'audio';
  const who = random.below(browsers.length);
  const params = random.chance(0.07) ? nativeParameters(random, browsers[who], kind) : sendingParameters(random, offer, who, kind);
  const caps = receivingCapabilities(random, offer);
  const request = { op: 'negotiate', kind, codecs: clone(offer.codecs), params, caps, pipe: random.chance(0.2), enableRtx: random.chance(0.7) };
  // One value at a time gets the changes, or nearly every case would end at its first stage.
  const target = random.pick(['params', 'params', 'params', 'caps', 'caps', 'codecs', 'none', 'none']);
  request.showRouter = target === 'codecs' || random.chance(0.1);
  if (target !== 'none') request[target] = mutate(random, request[target], 1 + random.below(3));
  return request;
}

function validation(random) {
  const offer = pickOffer(random);
  if (random.chance(0.5)) return { op: 'caps', caps: mutate(random, receivingCapabilities(random, offer), random.below(6)) };
  const kind = random.pick(['audio', 'video']);
  return { op: 'params', params: mutate(random, sendingParameters(random, offer, random.below(browsers.length), kind), random.below(6)) };
}

const oddNumbers = [0, 1, 2, 5, 1000, 65535, 65536, -1, 0.5, '', '5', null, true, false, {}, []];

function sctp(random) {
  const stream = { streamId: random.chance(0.9) ? random.below(1024) : random.pick(oddNumbers) };
  if (random.chance(0.6)) stream.ordered = random.pick([true, false, false, null, 1, 'false']);
  for (const limit of ['maxPacketLifeTime', 'maxRetransmits']) {
    if (random.chance(0.4)) stream[limit] = random.pick(oddNumbers);
  }
  return { op: 'sctp', sctp: random.chance(0.03) ? random.pick(oddNumbers) : stream };
}

const profileBytes = ['42', '4d', '58', '64', 'f4', '41', '00'];
const flagBytes = ['00', 'e0', '0c', '10', 'c0', '80', '40', 'f0', '01', '1f', 'a0'];
const levelBytes = ['0a', '0b', '0c', '0d', '14', '15', '16', '1e', '1f', '20', '28', '29', '2a', '32', '33', '34', '09', '00', 'ff'];

function h264Parameters(random) {
  const parameters = {};
  if (random.chance(0.9)) {
    let id = random.pick(profileBytes) + random.pick(flagBytes) + random.pick(levelBytes);
    if (random.chance(0.1)) id = id.toUpperCase();
    if (random.chance(0.05)) id = random.pick(['', '42e01', '42e01f0', 'zzzzzz', '42e0zz', '000000', 42, 0, 640032, true]);
    parameters['profile-level-id'] = id;
  }
  if (random.chance(0.7)) parameters['level-asymmetry-allowed'] = random.pick([0, 1, 1, '1', '0', true, false, 2]);
  return parameters;
}

// Most pairs of one profile, since only those negotiate a level.
function h264Pair(random) {
  const a = h264Parameters(random);
  const b = h264Parameters(random);
  const id = a['profile-level-id'];
  if (random.chance(0.7) && typeof id === 'string') b['profile-level-id'] = id.slice(0, 4) + random.pick(levelBytes);
  return { op: 'h264', a, b };
}

function scalability(random) {
  const text = `${random.pick(['L', 'S', 'l', ''])}${random.below(13)}T${random.below(13)}${random.pick(['', '_KEY', '_KEY_SHIFT', 'h', '_key'])}`;
  return { op: 'scalability', text: random.chance(0.1) ? random.pick(['', 'L', 'LT', 'L1', 'L100T3', 'L1T100', ' L1T2', '\n']) : text };
}

export function generate(random) {
  const roll = random.next();
  if (roll < 0.75) return negotiation(random);
  if (roll < 0.88) return validation(random);
  if (roll < 0.93) return sctp(random);
  if (roll < 0.98) return h264Pair(random);
  return scalability(random);
}
