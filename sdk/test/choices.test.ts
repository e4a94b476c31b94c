// SPDX-License-Identifier: MIT
// What is decided without a network: layers, encodings, statistics, levels, addresses, errors.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { signalingAddress } from '../src/address';
import { Bucket } from '../src/base/bucket';
import { Emitter } from '../src/base/emitter';
import { redact } from '../src/base/log';
import { asError, errorOfAnswer, isTransient } from '../src/errors';
import { levelOf } from '../src/level';
import { activeEncodings, applySending, layersWanted, planSending } from '../src/media/encodings';
import { Counters, trackStatistics, transportStatistics } from '../src/media/statistics';
import { chooseLayer, fullSize, layerCount, type Tile } from '../src/tiles/layers';

describe('the layer of a tile', () => {
  const full = { width: 1280, height: 720 };
  const tile = (width: number, more: Partial<Tile> = {}): Tile => ({ width, height: (width * 9) / 16, fit: 'contain', visible: true, ...more });
  const choose = (tiles: readonly Tile[], current: number | null = null, more = {}): number | null =>
    chooseLayer({ tiles, pixelRatio: 1, full, layers: 3, current, sharp: false, ...more });

  it('is the lowest one that looks right', () => {
    assert.equal(choose([tile(160)]), 0);
    assert.equal(choose([tile(320)]), 0);
    assert.equal(choose([tile(640)]), 1);
    assert.equal(choose([tile(1280)]), 2);
    assert.equal(choose([tile(3000)]), 2);
  });

  it('is that of the largest visible tile', () => {
    assert.equal(choose([tile(160), tile(1280)]), 2);
    assert.equal(choose([tile(160), tile(1280, { visible: false })]), 0);
    assert.equal(choose([tile(1280, { visible: false })]), null);
    assert.equal(choose([]), null);
    assert.equal(choose([tile(0)]), null);
  });

  it('counts device pixels, up to two for each CSS pixel', () => {
    assert.equal(choose([tile(320)], null, { pixelRatio: 2 }), 1);
    assert.equal(choose([tile(320)], null, { pixelRatio: 4 }), 1);
  });

  it('does not flap at the edge', () => {
    const edge = 400; // just needs layer 0 when coming from below
    assert.equal(choose([tile(edge)], 0), 0);
    assert.equal(choose([tile(edge)], 1), 1);
    assert.equal(choose([tile(300)], 1), 0);
  });

  it('needs more for a picture that fills and crops, and for text', () => {
    assert.equal(choose([{ width: 200, height: 720, fit: 'contain', visible: true }]), 0);
    assert.equal(choose([{ width: 200, height: 720, fit: 'cover', visible: true }]), 2);
    assert.equal(choose([tile(380)], null, { sharp: true }), 1);
    assert.equal(choose([tile(380)]), 0);
  });

  it('is 0 of one', () => {
    assert.equal(choose([tile(1280)], null, { layers: 1 }), 0);
    assert.equal(layerCount('L3T3'), 3);
    assert.equal(layerCount('S2T1'), 2);
    assert.equal(layerCount(undefined), 1);
    assert.deepEqual(fullSize({ width: 320, height: 180 }, 0, 3), full);
  });
});

describe('what is sent', () => {
  const plan = (input: Partial<Parameters<typeof planSending>[0]>): ReturnType<typeof planSending> =>
    planSending({ kind: 'video', height: 720, layers: 3, maxBitrate: 2_500_000, codec: undefined, ...input });

  it('is three layers of a camera, fewer of a small one', () => {
    assert.deepEqual(plan({}).encodings?.map(({ scaleResolutionDownBy }) => scaleResolutionDownBy), [4, 2, 1]);
    assert.equal(plan({ height: 360 }).encodings?.length, 2);
    assert.equal(plan({ height: 180 }).encodings?.length, 1);
    assert.equal(plan({ layers: 1 }).encodings?.length, 1);
    assert.equal(plan({ kind: 'screenshare', layers: 2, maxBitrate: 4_000_000 }).encodings?.length, 2);
  });

  it('stays below what the server allows', () => {
    for (const maxBitrate of [300_000, 1_000_000, 2_500_000]) {
      const sum = plan({ maxBitrate }).encodings?.reduce((total, { maxBitrate: each = 0 }) => total + each, 0) ?? 0;
      assert.ok(sum > 0 && sum < maxBitrate, `${sum} of ${maxBitrate}`);
    }
    assert.ok((plan({ kind: 'audio', maxBitrate: 32_000 }).codecOptions?.opusMaxAverageBitrate ?? 0) < 32_000);
  });

  it('is one stream with layers inside for VP9 and AV1', () => {
    const codec = { kind: 'video' as const, mimeType: 'video/VP9', clockRate: 90_000, preferredPayloadType: 101 };
    assert.deepEqual(plan({ codec }).encodings?.map(({ scalabilityMode }) => scalabilityMode), ['L3T3_KEY']);
  });

  it('has as many layers as were asked for', () => {
    assert.equal(layersWanted('video', undefined, undefined), 3);
    assert.equal(layersWanted('screenshare', true, undefined), 2);
    assert.equal(layersWanted('video', false, undefined), 1);
    assert.equal(layersWanted('video', { video: 2 }, undefined), 2);
    assert.equal(layersWanted('video', false, 3), 3);
  });

  it('is nothing while muted or while nobody watches, and not more than the highest layer watched', () => {
    assert.deepEqual(activeEncodings(3, { muted: false, wanted: true, maxSpatialLayer: undefined, fresh: false }), [true, true, true]);
    assert.deepEqual(activeEncodings(3, { muted: false, wanted: true, maxSpatialLayer: 1, fresh: false }), [true, true, false]);
    assert.deepEqual(activeEncodings(3, { muted: false, wanted: false, maxSpatialLayer: 1, fresh: false }), [false, false, false]);
    assert.deepEqual(activeEncodings(1, { muted: true, wanted: true, maxSpatialLayer: undefined, fresh: false }), [false]);
    assert.deepEqual(activeEncodings(1, { muted: false, wanted: true, maxSpatialLayer: 0, fresh: false }), [true]);
  });

  it('is the lower layers alone at first, of a camera', () => {
    assert.deepEqual(activeEncodings(3, { muted: false, wanted: true, maxSpatialLayer: undefined, fresh: true }), [true, true, false]);
    assert.deepEqual(activeEncodings(1, { muted: false, wanted: true, maxSpatialLayer: undefined, fresh: true }), [true]);
    assert.deepEqual(plan({}).encodings?.map(({ active }) => active), [true, true, false]);
    assert.deepEqual(plan({ layers: 1 }).encodings?.map(({ active }) => active), [true]);
    assert.deepEqual(plan({ kind: 'screenshare', layers: 2 }).encodings?.map(({ active }) => active), [true, true]);
  });
});

describe('a sender', () => {
  class FakeSender {
    encodings: RTCRtpEncodingParameters[] = [{ active: true }, { active: true }, { active: true }];
    sets = 0;
    failures = 0;
    getParameters(): RTCRtpSendParameters {
      return { encodings: this.encodings.map((each) => ({ ...each })), transactionId: 't', codecs: [], headerExtensions: [], rtcp: {} };
    }
    async setParameters(parameters: RTCRtpSendParameters): Promise<void> {
      this.sets += 1;
      if (this.failures-- > 0) throw new Error('InvalidModificationError');
      this.encodings = parameters.encodings;
    }
  }
  const apply = (sender: FakeSender, wanted: boolean, maxSpatialLayer?: number): Promise<boolean> =>
    applySending(sender as unknown as RTCRtpSender, { muted: false, wanted, maxSpatialLayer, fresh: false });
  const active = (sender: FakeSender): (boolean | undefined)[] => sender.encodings.map((each) => each.active);

  it('is told only what is new, without renegotiation', async () => {
    const sender = new FakeSender();
    await apply(sender, false);
    assert.deepEqual(active(sender), [false, false, false]);
    await apply(sender, false);
    assert.equal(sender.sets, 1);
    await apply(sender, true, 0);
    assert.deepEqual(active(sender), [true, false, false]);
  });

  it('is told again when its parameters changed in between', async () => {
    const sender = new FakeSender();
    sender.failures = 1;
    assert.equal(await apply(sender, false), true);
    assert.deepEqual(active(sender), [false, false, false]);
    sender.failures = 9;
    assert.equal(await apply(sender, true), false);
  });
});

describe('statistics', () => {
  const pair = (local: object, remote: object): object[] => [
    { id: 'T', type: 'transport', selectedCandidatePairId: 'P' },
    { id: 'P', type: 'candidate-pair', localCandidateId: 'L', remoteCandidateId: 'R', currentRoundTripTime: 0.0421, availableOutgoingBitrate: 1_200_000 },
    { id: 'L', type: 'local-candidate', ...local },
    { id: 'R', type: 'remote-candidate', ...remote },
  ];
  const pathOf = (local: object, remote: object): string | null => transportStatistics('connected', pair(local, remote) as never).transport;

  it('tell UDP, TCP and TURN apart', () => {
    assert.equal(pathOf({ candidateType: 'host', protocol: 'udp' }, { protocol: 'udp' }), 'udp');
    assert.equal(pathOf({ candidateType: 'prflx', protocol: 'tcp' }, { protocol: 'tcp' }), 'tcp');
    assert.equal(pathOf({ candidateType: 'relay', protocol: 'udp', relayProtocol: 'tls' }, { protocol: 'udp' }), 'turn');
    assert.equal(transportStatistics('new', []).transport, null);
    assert.equal(transportStatistics('connected', pair({}, { protocol: 'udp' }) as never).roundTripTime, 42);
  });

  it('find the pair where the transport names none', () => {
    const reports = [{ id: 'P', type: 'candidate-pair', nominated: true, state: 'succeeded', localCandidateId: 'L', remoteCandidateId: 'R' }, { id: 'R', type: 'remote-candidate', protocol: 'tcp' }];
    assert.equal(transportStatistics('connected', reports).transport, 'tcp');
  });

  it('count bits between two calls, all layers together', () => {
    const counters = new Counters();
    const layers = (bytes: number, timestamp: number): object[] => [
      { type: 'outbound-rtp', bytesSent: bytes, timestamp, frameHeight: 180, frameWidth: 320 },
      { type: 'outbound-rtp', bytesSent: bytes, timestamp, frameHeight: 720, frameWidth: 1280, framesPerSecond: 30, qualityLimitationReason: 'cpu' },
      { type: 'remote-inbound-rtp', packetsLost: 3, jitter: 0.01 },
    ];
    assert.equal(trackStatistics('video', 'p', layers(0, 1000) as never, counters).bitrate, 0);
    counters.turn();
    const statistics = trackStatistics('video', 'p', layers(62_500, 2000) as never, counters);
    assert.deepEqual(statistics, { kind: 'video', bitrate: 1_000_000, packetsLost: 3, jitter: 0.01, framesPerSecond: 30, width: 1280, height: 720, limitedBy: 'cpu' });
  });
});

describe('small things', () => {
  it('measure loudness from silence to full scale', () => {
    assert.equal(levelOf(new Float32Array(8)), 0);
    assert.equal(levelOf(new Float32Array(8).fill(1)), 1);
    const half = levelOf(new Float32Array(8).fill(0.03));
    assert.ok(half > 0.4 && half < 0.6);
  });

  it('find the address of signaling', () => {
    assert.equal(signalingAddress('https://call.example', undefined), 'wss://call.example/signaling');
    assert.equal(signalingAddress('http://localhost:8000/', undefined), 'ws://localhost:8000/signaling');
    assert.equal(signalingAddress('wss://call.example/a/signaling', undefined), 'wss://call.example/a/signaling');
    assert.equal(signalingAddress('/signaling', 'https://call.example/room/1'), 'wss://call.example/signaling');
    assert.throws(() => signalingAddress('ftp://x', undefined), { code: 'invalid_argument' });
    assert.throws(() => signalingAddress('', undefined), { code: 'invalid_argument' });
  });

  it('read the server’s errors, and whatever else is thrown', () => {
    const error = errorOfAnswer({ code: -32000, message: 'm', data: { code: 'forbidden', reason: 'not_granted', field: 'kind', retryAfter: 2 } });
    assert.deepEqual([error.code, error.reason, error.field, error.retryAfter, error.message], ['forbidden', 'not_granted', 'kind', 2, 'm']);
    assert.equal(errorOfAnswer({ code: -32601, message: '' }).code, 'unsupported');
    assert.equal(errorOfAnswer({ code: -32602, message: '' }).code, 'invalid_argument');
    assert.equal(errorOfAnswer(null).code, 'internal');
    assert.equal(errorOfAnswer({ data: { code: 'something new' } }).code, 'internal');
    assert.equal(asError('text').message, 'text');
    assert.equal(isTransient(errorOfAnswer({ data: { code: 'conflict', reason: 'media_moved' } })), true);
    assert.equal(isTransient(errorOfAnswer({ data: { code: 'conflict' } })), false);
  });

  it('keep addresses and ICE passwords out of the log', () => {
    assert.equal(redact('a=candidate:udp 1 udp 1 9.9.9.9 40533 typ host'), 'a=candidate:udp 1 udp 1 <address> 40533 typ host');
    assert.equal(redact('from 2001:db8::1 to fe80::1'), 'from <address> to <address>');
    assert.equal(redact('a=ice-pwd:abc+/d a=ice-ufrag:x'), 'a=ice-pwd:<hidden> a=ice-ufrag:<hidden>');
    assert.equal(redact('consume: at 12:30, version 3.24.1'), 'consume: at 12:30, version 3.24.1');
  });

  it('let through a burst, then a steady stream', () => {
    const bucket = new Bucket(10, 3);
    assert.deepEqual([0, 0, 0].map(() => bucket.take(0)), [0, 0, 0]);
    assert.equal(bucket.take(0), 100);
    assert.equal(bucket.take(100), 0);
    assert.ok(bucket.take(100) > 0);
  });

  it('survive a handler that throws', () => {
    const thrown: unknown[] = [];
    const heard: number[] = [];
    const emitter = new Emitter<{ n: number }>((what) => thrown.push(what));
    emitter.on('n', () => {
      throw new Error('mine');
    });
    const off = emitter.on('n', (n) => heard.push(n));
    emitter.emit('n', 1);
    off();
    emitter.emit('n', 2);
    assert.deepEqual(heard, [1]);
    assert.equal(thrown.length, 2);
  });
});
