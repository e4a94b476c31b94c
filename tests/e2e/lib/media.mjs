// SPDX-License-Identifier: MIT
// What a browser would send, for tests that need none: RTP parameters and a DTLS fingerprint that are well formed and
// belong to nobody.
import { randomBytes } from 'node:crypto';

export function dtlsParameters() {
  const value = [...randomBytes(32)].map((byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join(':');
  return { role: 'client', fingerprints: [{ algorithm: 'sha-256', value }] };
}

export function rtpParameters(kind, number = 1) {
  const audio = kind === 'audio';
  const ssrc = 1_000_000 + number * 10 + (audio ? 0 : 2);
  const codecs = audio
    ? [{ mimeType: 'audio/opus', payloadType: 111, clockRate: 48000, channels: 2, parameters: { minptime: 10, useinbandfec: 1 }, rtcpFeedback: [{ type: 'transport-cc', parameter: '' }] }]
    : [
        {
          mimeType: 'video/VP8',
          payloadType: 96,
          clockRate: 90000,
          parameters: {},
          rtcpFeedback: [{ type: 'goog-remb' }, { type: 'transport-cc' }, { type: 'ccm', parameter: 'fir' }, { type: 'nack' }, { type: 'nack', parameter: 'pli' }],
        },
        { mimeType: 'video/rtx', payloadType: 97, clockRate: 90000, parameters: { apt: 96 }, rtcpFeedback: [] },
      ];
  return {
    mid: audio ? '0' : '1',
    codecs,
    headerExtensions: [{ uri: 'urn:ietf:params:rtp-hdrext:sdes:mid', id: 4, encrypt: false, parameters: {} }],
    encodings: [audio ? { ssrc, dtx: false } : { ssrc, rtx: { ssrc: ssrc + 1 }, dtx: false }],
    rtcp: { cname: `participant-${number}`, reducedSize: true },
  };
}
