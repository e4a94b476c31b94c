// SPDX-License-Identifier: MIT
// Camera and microphone, and what to tell a person when a browser does not give them.

const picture = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };
const wanted = { audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true }, video: picture };

const reasons = {
  NotAllowedError: 'this browser was told not to allow that',
  NotFoundError: 'there is none',
  NotReadableError: 'another program is using it',
};

export async function open(kind) {
  const stream = await navigator.mediaDevices.getUserMedia({ [kind]: wanted[kind] });
  return stream.getTracks()[0];
}

// Both, or the one that works, or neither; with a sentence for what is missing.
export async function openAll() {
  if (!navigator.mediaDevices?.getUserMedia) {
    return { audio: null, video: null, problem: 'Browsers give camera and microphone only to pages on https or on localhost. You can watch and listen.' };
  }
  try {
    const stream = await navigator.mediaDevices.getUserMedia(wanted);
    return { audio: stream.getAudioTracks()[0], video: stream.getVideoTracks()[0], problem: '' };
  } catch {
    const missing = new Map(); // reason -> what is missing for it
    const found = {};
    for (const [kind, name] of [['audio', 'microphone'], ['video', 'camera']]) {
      found[kind] = await open(kind).catch((error) => {
        const reason = reasons[error.name] ?? error.message;
        missing.set(reason, [...(missing.get(reason) ?? []), name]);
        return null;
      });
    }
    const problem = [...missing].map(([reason, names]) => `No ${names.join(' and no ')}: ${reason}.`).join(' ');
    const rest = !found.audio && !found.video ? ' You can watch and listen.' : '';
    return { ...found, problem: problem + rest };
  }
}
