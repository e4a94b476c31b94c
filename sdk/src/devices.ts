// SPDX-License-Identifier: MIT
// Microphones, cameras, loudspeakers and screens: found, asked for, switched, with errors one can tell a person.
import { DeviceError } from './errors';
import type { Unsubscribe } from './types';

/** What kinds of devices there are. */
export type DeviceKind = 'microphone' | 'camera' | 'speaker';

/** The devices there are. Labels and ids are empty before a permission was given. */
export interface DeviceList {
  readonly microphones: readonly MediaDeviceInfo[];
  readonly cameras: readonly MediaDeviceInfo[];
  readonly speakers: readonly MediaDeviceInfo[];
}

/** Devices that came or went. */
export interface DeviceChange {
  readonly devices: DeviceList;
  readonly added: readonly MediaDeviceInfo[];
  readonly removed: readonly MediaDeviceInfo[];
}

/** The browser's error in our words. */
export function deviceError(thrown: unknown): DeviceError {
  const name = thrown instanceof Error || thrown instanceof DOMException ? thrown.name : '';
  switch (name) {
    case 'NotAllowedError':
    case 'PermissionDeniedError':
      return new DeviceError('denied', 'the permission was not given', thrown);
    case 'NotFoundError':
    case 'DevicesNotFoundError':
    case 'OverconstrainedError':
      return new DeviceError('notFound', 'there is no such device', thrown);
    case 'NotReadableError':
    case 'TrackStartError':
    case 'AbortError':
      return new DeviceError('inUse', 'the device cannot be opened; another program may be using it', thrown);
    case 'SecurityError':
      return new DeviceError('insecureContext', 'microphones and cameras need HTTPS or localhost', thrown);
    default:
      return new DeviceError('other', thrown instanceof Error ? thrown.message : String(thrown), thrown);
  }
}

function browserDevices(): MediaDevices {
  if (typeof navigator !== 'undefined' && navigator.mediaDevices !== undefined) return navigator.mediaDevices;
  // Browsers hide mediaDevices altogether on plain HTTP.
  if (typeof isSecureContext !== 'undefined' && !isSecureContext) {
    throw new DeviceError('insecureContext', 'microphones and cameras need HTTPS or localhost');
  }
  throw new DeviceError('unsupported', 'this browser has no microphones or cameras');
}

/** The devices there are. */
export async function list(): Promise<DeviceList> {
  const all = await browserDevices().enumerateDevices();
  const of = (kind: MediaDeviceKind): MediaDeviceInfo[] => all.filter((device) => device.kind === kind);
  return { microphones: of('audioinput'), cameras: of('videoinput'), speakers: of('audiooutput') };
}

async function open(constraints: MediaStreamConstraints): Promise<MediaStream> {
  const source = browserDevices();
  try {
    return await source.getUserMedia(constraints);
  } catch (thrown) {
    throw deviceError(thrown);
  }
}

const only = (tracks: MediaStreamTrack[]): MediaStreamTrack => {
  const [track] = tracks;
  if (track === undefined) throw new DeviceError('notFound', 'the browser gave no track');
  return track;
};

/** Sound as calls want it; what is given wins. */
export function microphoneConstraints(wanted: MediaTrackConstraints = {}): MediaTrackConstraints {
  return { echoCancellation: true, noiseSuppression: true, autoGainControl: true, ...wanted };
}

/** 720p at up to 30 frames where the camera can; what is given wins. */
export function cameraConstraints(wanted: MediaTrackConstraints = {}): MediaTrackConstraints {
  return { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30, max: 30 }, ...wanted };
}

/** Asks for the microphone. */
export async function requestMicrophone(constraints?: MediaTrackConstraints): Promise<MediaStreamTrack> {
  return only((await open({ audio: microphoneConstraints(constraints) })).getAudioTracks());
}

/** Asks for the camera. */
export async function requestCamera(constraints?: MediaTrackConstraints): Promise<MediaStreamTrack> {
  return only((await open({ video: cameraConstraints(constraints) })).getVideoTracks());
}

/** Asks for both with one prompt. */
export async function request(wanted: { readonly audio?: boolean | MediaTrackConstraints; readonly video?: boolean | MediaTrackConstraints }): Promise<{
  audio: MediaStreamTrack | null;
  video: MediaStreamTrack | null;
}> {
  const given = (value: boolean | MediaTrackConstraints | undefined): MediaTrackConstraints | undefined => (typeof value === 'object' ? value : undefined);
  const constraints: MediaStreamConstraints = {};
  if (wanted.audio) constraints.audio = microphoneConstraints(given(wanted.audio));
  if (wanted.video) constraints.video = cameraConstraints(given(wanted.video));
  if (constraints.audio === undefined && constraints.video === undefined) return { audio: null, video: null };
  const stream = await open(constraints);
  return { audio: stream.getAudioTracks()[0] ?? null, video: stream.getVideoTracks()[0] ?? null };
}

/** Asks for a screen, window or tab. */
export async function requestScreen(options: DisplayMediaStreamOptions = {}): Promise<MediaStreamTrack> {
  const source = browserDevices();
  if (typeof source.getDisplayMedia !== 'function') throw new DeviceError('unsupported', 'this browser cannot share a screen');
  try {
    const stream = await source.getDisplayMedia({ video: { frameRate: { ideal: 15, max: 30 } }, audio: false, ...options });
    for (const sound of stream.getAudioTracks()) sound.stop(); // there is no kind for it, and nobody would stop it
    const track = only(stream.getVideoTracks());
    if ('contentHint' in track) track.contentHint = 'detail';
    return track;
  } catch (thrown) {
    if (thrown instanceof DeviceError) throw thrown;
    throw deviceError(thrown);
  }
}

/**
 * A track of another device of the same kind with the old track's settings; the old one is stopped, because many cameras
 * cannot be opened twice. Give it to `meeting.replaceTrack`.
 */
export async function switchDevice(track: MediaStreamTrack, deviceId: string): Promise<MediaStreamTrack> {
  const enabled = track.enabled;
  const { deviceId: _old, groupId: _group, ...kept } = track.getConstraints();
  track.stop();
  const wanted = { ...kept, deviceId: { exact: deviceId } };
  const next = track.kind === 'audio' ? await requestMicrophone(wanted) : await requestCamera(wanted);
  next.enabled = enabled;
  return next;
}

/** Calls `handler` when devices come or go. */
export function onChange(handler: (change: DeviceChange) => void): Unsubscribe {
  const source = browserDevices();
  const flat = (devices: DeviceList): MediaDeviceInfo[] => [...devices.microphones, ...devices.cameras, ...devices.speakers];
  const key = (device: MediaDeviceInfo): string => `${device.kind} ${device.deviceId}`;
  let known: MediaDeviceInfo[] = [];
  let active = true;
  const learn = async (): Promise<void> => {
    const devices = await list().catch(() => null);
    if (devices !== null) known = flat(devices);
  };
  let turn = learn();
  const look = (): void => {
    turn = turn.then(async () => {
      if (!active) return;
      const devices = await list().catch(() => null);
      if (devices === null || !active) return;
      const now = flat(devices);
      const before = new Set(known.map(key));
      const after = new Set(now.map(key));
      const added = now.filter((device) => !before.has(key(device)));
      const removed = known.filter((device) => !after.has(key(device)));
      known = now;
      if (added.length > 0 || removed.length > 0) handler({ devices, added, removed });
    });
  };
  source.addEventListener('devicechange', look);
  return () => {
    active = false;
    source.removeEventListener('devicechange', look);
  };
}

/** Plays an element's sound on a loudspeaker, where the browser can choose one. Answers whether it could. */
export async function setSpeaker(element: HTMLMediaElement, deviceId: string): Promise<boolean> {
  if (typeof element.setSinkId !== 'function') return false;
  try {
    await element.setSinkId(deviceId);
    return true;
  } catch (thrown) {
    throw deviceError(thrown);
  }
}
