// SPDX-License-Identifier: MIT
// Changes to a JSON value: the slips of careless clients, the leftovers of other versions, and plain hostility.
import { clone } from './reference.mjs';

const anything = [
  null, true, false, 0, 1, -1, 1.5, 2, 90, 255, 256, 65536, 4294967295, 4294967296, 1e18, 1e300, '', '1', 'audio', 'video', 'x',
  [], {}, [1], ['a'], { a: 1 }, { ssrc: 7 }, 'y'.repeat(300),
];

// What a field could plausibly hold instead, by its name.
const plausible = {
  mimeType: [
    'audio/opus', 'audio/OPUS', 'Audio/opus', 'video/VP8', 'VIDEO/vp8', 'video/VP9', 'video/H264', 'video/h264', 'video/AV1', 'video/rtx',
    'video/RTX', 'audio/rtx', 'video/H265', 'video/red', 'video/ulpfec', 'audio/PCMU', 'audio/CN', 'audio/multiopus', 'text/plain', 'video/',
    'video', 'opus', 'application/video/vp8', 'video/a/rtx', 'audio/telephone-event',
  ],
  payloadType: [0, 8, 9, 96, 97, 98, 99, 100, 101, 102, 103, 109, 111, 120, 125, 127, 128, 255, 256, -1],
  preferredPayloadType: [0, 8, 96, 97, 99, 100, 101, 111, 125, 127, 255, 256, null, '96'],
  clockRate: [8000, 16000, 48000, 90000, 0, -1, 4294967296, '90000', 90000.5],
  channels: [0, 1, 2, 6, 255, 256, '2', 1.5, null],
  apt: [0, 96, 97, 98, 100, 101, 102, 109, 111, 120, 126, 127, '96', 300, 96.5],
  'profile-level-id': ['42e01f', '42001f', '4d001f', '640032', '64001f', '640c1f', 'f4001f', '42E01F', '42e00b', '42f00b', '64100b', '', 'zz', 420029],
  'packetization-mode': [0, 1, 2, '1', '0', ''],
  'level-asymmetry-allowed': [0, 1, '1', '0', 2],
  'profile-id': [0, 1, 2, 3, '0', '2', ''],
  num_streams: [1, 2, 4, '4'],
  coupled_streams: [0, 1, 2, '2'],
  type: ['nack', 'ccm', 'goog-remb', 'transport-cc', 'NACK', 'x', ''],
  parameter: ['', 'pli', 'fir', 'sli', 'x', null, 5],
  uri: [
    'urn:ietf:params:rtp-hdrext:sdes:mid', 'http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time',
    'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01',
    'http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time',
    'https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension', 'urn:3gpp:video-orientation',
    'urn:x-unknown:extension', '',
  ],
  id: [0, 1, 4, 5, 10, 12, 14, 15, 255, 256, 65535, 65536, '1'],
  preferredId: [0, 1, 4, 5, 10, 12, 255, 65536, '4'],
  preferredEncrypt: [true, false, 0, 1, 'no', null],
  encrypt: [true, false, 0, 1, null],
  direction: ['sendrecv', 'sendonly', 'recvonly', 'inactive', 'sideways', '', null, 3],
  kind: ['audio', 'video', 'Audio', '', null, 1],
  ssrc: [0, 1, 4294967295, 4294967296, -1, '7', null],
  rid: ['', 'r0', 'r1', 'h', 5, null],
  rtx: [null, {}, { ssrc: 9 }, { ssrc: '9' }, [], 5, false],
  dtx: [true, false, 'true', 1, null],
  scalabilityMode: ['L1T3', 'L3T3', 'L3T3_KEY', 'S3T3', 'L1T1', 'S1T2', 'nonsense', '', 3, null],
  maxBitrate: [0, 1, 500000, 4294967295, 4294967296, 1.5, -1, '500000', null],
  codecPayloadType: [96, 111, 0, 255, 256, '96', null],
  mid: ['', '0', 'a very long mid', 0, 7, null],
  cname: ['', 'cname', 5, null, 0],
  msid: ['', 'a b', 5, null],
  reducedSize: [true, false, null, 'yes'],
  rtcp: [null, {}, [], [1], { cname: 'c' }, { reducedSize: false }, 'x', 0, true],
  codecs: [null, [], {}, 'x', 0],
  headerExtensions: [null, [], {}, 'x', 0, false],
  encodings: [null, [], {}, 'x', 0, [{}], [{ rid: 'a' }, { rid: 'b' }], [{ ssrc: 5 }, { ssrc: 6, rtx: { ssrc: 7 } }]],
  parameters: [null, {}, [], ['a'], 'x', 5, { a: 'b', c: 1.25 }, { flag: true }, { nothing: null }, { list: [1] }, { 'profile-id': 2 }],
  rtcpFeedback: [null, [], {}, 'x', [{}], [null], [{ type: 'nack' }], [{ type: 'transport-cc', parameter: 3 }]],
};

// Every place in the value, as [container, key].
function places(value, found = []) {
  if (value === null || typeof value !== 'object') return found;
  for (const key of Array.isArray(value) ? value.keys() : Object.keys(value)) {
    found.push([value, key]);
    places(value[key], found);
  }
  return found;
}

function grow(list, length) {
  while (list.length > 0 && list.length < length) list.push(clone(list[list.length % 3] ?? list[0]));
}

function changeOnce(random, holder) {
  const all = places(holder);
  const [container, key] = random.pick(all);
  const value = container[key];
  const roll = random.next();
  if (roll < 0.2) {
    if (Array.isArray(container)) container.splice(key, 1);
    else if (container !== holder) delete container[key];
  } else if (roll < 0.55 && plausible[key] !== undefined) {
    container[key] = clone(random.pick(plausible[key]));
  } else if (roll < 0.65) {
    container[key] = clone(random.pick(anything));
  } else if (roll < 0.75 && Array.isArray(container)) {
    container.splice(random.below(container.length + 1), 0, clone(value));
  } else if (roll < 0.8 && Array.isArray(value)) {
    container[key] = random.shuffled(value);
  } else if (roll < 0.85 && typeof value === 'string') {
    container[key] = random.pick([value.toUpperCase(), value.toLowerCase(), `${value} `, value.slice(0, -1)]);
  } else if (roll < 0.92 && typeof value === 'number') {
    container[key] = random.pick([value + 1, value - 1, String(value), value + 0.5, -value - 1, value * 65536]);
  } else if (roll < 0.97 && typeof container === 'object' && !Array.isArray(container)) {
    const name = random.pick(Object.keys(plausible));
    container[name] = clone(random.pick(plausible[name]));
  } else if (Array.isArray(value) && random.chance(0.2)) {
    grow(value, random.pick([17, 33, 65, 70]));
  }
}

// Changes `value` in place, and returns what is now in its place.
export function mutate(random, value, changes) {
  const holder = { value };
  for (let i = 0; i < changes; ++i) changeOnce(random, holder);
  return holder.value;
}
