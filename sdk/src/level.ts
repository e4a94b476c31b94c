// SPDX-License-Identifier: MIT
// How loud a track is, for the meter beside a microphone. Works without a meeting.
import { DoordarshanError } from './errors';
import type { Unsubscribe } from './types';

/** -60 dB and less are nothing to the eye. */
const floorDb = -60;

/** The root mean square of samples from -1 to 1 on a scale from 0 (silence) to 1 (full scale), linear in decibels. */
export function levelOf(samples: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < samples.length; ++i) {
    const sample = samples[i] ?? 0;
    sum += sample * sample;
  }
  if (sum === 0 || samples.length === 0) return 0;
  const db = 10 * Math.log10(sum / samples.length);
  return Math.min(1, Math.max(0, 1 - db / floorDb));
}

/**
 * Calls `callback` with the loudness of `track` (0 to 1) about twenty times a second until the returned function is called
 * or the track ends. A browser that has seen no click yet may report silence.
 */
export function meterLevel(track: MediaStreamTrack, callback: (level: number) => void): Unsubscribe {
  if (typeof AudioContext === 'undefined') throw new DoordarshanError('unsupported', 'this browser cannot measure sound');
  const context = new AudioContext();
  const source = context.createMediaStreamSource(new MediaStream([track]));
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  source.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  void context.resume().catch(() => undefined);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    callback(levelOf(samples));
  }, 50);
  let stopped = false;
  const stop = (): void => {
    if (stopped) return;
    stopped = true;
    clearInterval(timer);
    track.removeEventListener('ended', stop);
    source.disconnect();
    void context.close().catch(() => undefined);
    callback(0);
  };
  track.addEventListener('ended', stop);
  return stop;
}
