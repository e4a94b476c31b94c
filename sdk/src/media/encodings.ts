// SPDX-License-Identifier: MIT
// What is sent of a track: how many layers, how large, at which bit rates, and which of them at the moment. Pure functions.
import type { types } from 'mediasoup-client';

import type { JoinOptions, Kind, VideoCodec } from '../types';

export interface SendPlan {
  readonly encodings?: types.RtpEncodingParameters[];
  readonly codecOptions?: types.ProducerCodecOptions;
  readonly codec?: types.RtpCodecCapability;
}

interface Layer {
  readonly scale: number;
  readonly bitrate: number;
}

// From the measured needs of VP8 at 180p, 360p and 720p; the sum stays below the server's default bound of 2.5 Mbit/s.
const camera: readonly Layer[] = [
  { scale: 4, bitrate: 150_000 },
  { scale: 2, bitrate: 500_000 },
  { scale: 1, bitrate: 1_500_000 },
];
const screen: readonly Layer[] = [
  { scale: 2, bitrate: 500_000 },
  { scale: 1, bitrate: 2_500_000 },
];

/** Of the server's bound this much is planned with: retransmissions and probing count as well. */
const headroom = 0.9;

export interface EncodingInput {
  readonly kind: Kind;
  /** Of the track, where the browser tells. */
  readonly height: number | undefined;
  readonly layers: number;
  readonly maxBitrate: number;
  readonly codec: types.RtpCodecCapability | undefined;
}

/** How many layers were asked for. */
export function layersWanted(kind: Kind, simulcast: JoinOptions['simulcast'], override: number | undefined): number {
  if (kind === 'audio') return 1;
  if (override !== undefined) return override;
  const full = kind === 'video' ? 3 : 2;
  if (simulcast === false) return 1;
  if (simulcast === true || simulcast === undefined) return full;
  return simulcast[kind] ?? full;
}

export function planSending(input: EncodingInput): SendPlan {
  const codec = input.codec === undefined ? {} : { codec: input.codec };
  if (input.kind === 'audio') {
    return { codecOptions: { opusDtx: true, opusFec: true, opusMaxAverageBitrate: Math.max(6000, Math.min(48_000, Math.floor(input.maxBitrate * headroom))) } };
  }
  const all = input.kind === 'video' ? camera : screen;
  // A layer smaller than a thumbnail helps nobody: 2 layers up to 360 lines, 1 up to 180.
  const sensible = input.kind === 'video' && input.height !== undefined ? (input.height <= 180 ? 1 : input.height <= 360 ? 2 : 3) : all.length;
  const count = Math.max(1, Math.min(input.layers, sensible, all.length));
  const chosen = all.slice(all.length - count);
  const codecOptions: types.ProducerCodecOptions = { videoGoogleStartBitrate: 1000 };

  const sum = chosen.reduce((total, layer) => total + layer.bitrate, 0);
  const factor = Math.min(1, (input.maxBitrate * headroom) / sum);
  if (isSvc(input.codec)) {
    // VP9 and AV1 carry the layers in one stream; K: upper layers lean on the lower ones at key frames only.
    const scalabilityMode = count === 1 ? 'L1T3' : `L${count}T3_KEY`;
    return { ...codec, codecOptions, encodings: [{ maxBitrate: Math.floor(sum * factor), scalabilityMode }] };
  }
  const active = activeEncodings(count, { muted: false, wanted: true, maxSpatialLayer: undefined, fresh: startsLow(input.kind) });
  const encodings = chosen.map(({ scale, bitrate }, index) => ({
    active: active[index] ?? true,
    scaleResolutionDownBy: scale,
    maxBitrate: Math.floor(bitrate * factor),
    scalabilityMode: 'L1T3',
  }));
  return { ...codec, codecOptions, encodings };
}

/**
 * Whether the top layer waits for the connection to be known. The browser starts with an estimate of 1 Mbit/s; the first key frame of
 * 720 lines alone can take it a second, in which no other layer moves. A screen does not: small, its text cannot be read.
 */
export function startsLow(kind: Kind): boolean {
  return kind === 'video';
}

function isSvc(codec: types.RtpCodecCapability | undefined): boolean {
  return /^video\/(vp9|av1)$/i.test(codec?.mimeType ?? '');
}

/** The router's codec of that name, if this browser can send it, too. */
export function findCodec(capabilities: types.RtpCapabilities, wanted: VideoCodec | undefined): types.RtpCodecCapability | undefined {
  if (wanted === undefined) return undefined;
  return capabilities.codecs?.find((codec) => codec.mimeType.toLowerCase() === `video/${wanted.toLowerCase()}`);
}

export interface SendWishes {
  readonly muted: boolean;
  /** Anybody receives it. */
  readonly wanted: boolean;
  readonly maxSpatialLayer: number | undefined;
  /** Sent for a moment only: the top layer waits, if there are others. */
  readonly fresh: boolean;
}

/** Which of the encodings are active. */
export function activeEncodings(count: number, { muted, wanted, maxSpatialLayer, fresh }: SendWishes): boolean[] {
  const on = !muted && wanted;
  const top = Math.min(maxSpatialLayer ?? Infinity, fresh ? count - 2 : Infinity);
  return Array.from({ length: count }, (_, index) => on && (count === 1 || index <= top));
}

/**
 * Makes it so, without renegotiation: a resume takes effect with the next frame. Answers false where the browser refuses
 * (then it keeps sending, and the server drops it).
 */
export async function applySending(sender: RTCRtpSender, wishes: SendWishes): Promise<boolean> {
  for (let attempt = 0; attempt < 2; ++attempt) {
    const parameters = sender.getParameters();
    const encodings = parameters.encodings ?? [];
    const active = activeEncodings(encodings.length, wishes);
    if (encodings.every((encoding, index) => (encoding.active ?? true) === active[index])) return true;
    encodings.forEach((encoding, index) => (encoding.active = active[index] ?? true));
    try {
      await sender.setParameters(parameters);
      return true;
    } catch {
      // The parameters were changed in between (their transaction id is old): read them again, once.
    }
  }
  return false;
}
