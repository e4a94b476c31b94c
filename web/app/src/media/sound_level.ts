// SPDX-License-Identifier: MIT
// How loud a track is, from 0 to 1, told each animation frame. One audio context for the whole page.
let context: AudioContext | null = null;

export function watchLevel(track: MediaStreamTrack, tell: (level: number) => void): () => void {
  context ??= new AudioContext();
  const audio = context;
  if (audio.state === 'suspended') {
    void audio.resume().catch(() => {});
    addEventListener('pointerdown', () => void audio.resume(), { once: true });
  }
  const source = audio.createMediaStreamSource(new MediaStream([track]));
  const analyser = audio.createAnalyser();
  analyser.fftSize = 1024;
  source.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  let shown = 0;
  let frame = 0;
  const look = () => {
    analyser.getFloatTimeDomainData(samples);
    let sum = 0;
    for (const sample of samples) sum += sample * sample;
    const heard = levelOf(Math.sqrt(sum / samples.length));
    shown = heard > shown ? heard : shown * 0.88 + heard * 0.12;
    tell(shown);
    frame = requestAnimationFrame(look);
  };
  frame = requestAnimationFrame(look);
  return () => {
    cancelAnimationFrame(frame);
    source.disconnect();
  };
}

// -60 dBFS and below is silence, -10 dBFS is as loud as a meter needs to show.
export function levelOf(rms: number): number {
  if (rms <= 0) return 0;
  return Math.min(1, Math.max(0, (20 * Math.log10(rms) + 60) / 50));
}
