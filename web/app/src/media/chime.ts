// SPDX-License-Identifier: MIT
// A short chime to test a speaker with: made here as a WAV file, so that it plays through the chosen output.
export function chimeWav(rate = 24_000): ArrayBuffer {
  const notes = [523.25, 659.25, 783.99];
  const seconds = 1.3;
  const samples = Math.floor(rate * seconds);
  const bytes = new DataView(new ArrayBuffer(44 + samples * 2));
  const text = (at: number, word: string) => [...word].forEach((letter, i) => bytes.setUint8(at + i, letter.charCodeAt(0)));
  text(0, 'RIFF');
  bytes.setUint32(4, 36 + samples * 2, true);
  text(8, 'WAVEfmt ');
  bytes.setUint32(16, 16, true);
  bytes.setUint16(20, 1, true);
  bytes.setUint16(22, 1, true);
  bytes.setUint32(24, rate, true);
  bytes.setUint32(28, rate * 2, true);
  bytes.setUint16(32, 2, true);
  bytes.setUint16(34, 16, true);
  text(36, 'data');
  bytes.setUint32(40, samples * 2, true);
  for (let i = 0; i < samples; ++i) {
    const t = i / rate;
    let value = 0;
    notes.forEach((frequency, n) => {
      const since = t - n * 0.18;
      if (since > 0) value += Math.sin(2 * Math.PI * frequency * since) * Math.exp(-4.5 * since) * Math.min(1, since * 200) * 0.28;
    });
    bytes.setInt16(44 + i * 2, Math.round(Math.max(-1, Math.min(1, value)) * 32767), true);
  }
  return bytes.buffer;
}

export async function playChime(speaker: string): Promise<void> {
  const address = URL.createObjectURL(new Blob([chimeWav()], { type: 'audio/wav' }));
  const audio = new Audio(address);
  try {
    if (speaker && 'setSinkId' in audio) await audio.setSinkId(speaker).catch(() => {});
    await audio.play();
    await new Promise((resolve) => audio.addEventListener('ended', resolve, { once: true }));
  } finally {
    URL.revokeObjectURL(address);
  }
}
