// SPDX-License-Identifier: MIT
// The devices that are there, by kind, kept right while they come and go; and the choices this browser remembers.
import { signal } from '@preact/signals';

export interface DeviceChoice {
  id: string;
  label: string;
}

export const cameras = signal<DeviceChoice[]>([]);
export const microphones = signal<DeviceChoice[]>([]);
export const speakers = signal<DeviceChoice[]>([]);
export const speakerId = signal(remembered('speaker'));

export const canChooseSpeaker = typeof HTMLMediaElement !== 'undefined' && 'setSinkId' in HTMLMediaElement.prototype;

let watching = false;

export async function refreshDevices(): Promise<void> {
  if (!navigator.mediaDevices?.enumerateDevices) return;
  if (!watching) {
    watching = true;
    navigator.mediaDevices.addEventListener('devicechange', () => void refreshDevices());
  }
  const all = await navigator.mediaDevices.enumerateDevices();
  const of = (kind: MediaDeviceKind, word: string) =>
    all.filter((device) => device.kind === kind && device.deviceId !== '').map((device, i) => ({ id: device.deviceId, label: cleanLabel(device.label) || `${word} ${i + 1}` }));
  cameras.value = of('videoinput', 'Camera');
  microphones.value = of('audioinput', 'Microphone');
  speakers.value = of('audiooutput', 'Speaker');
}

// Chromium appends the USB id: "HD Webcam (046d:0825)".
export const cleanLabel = (label: string) => label.replace(/\s*\([0-9a-f]{4}:[0-9a-f]{4}\)$/i, '');

export function chooseSpeaker(id: string) {
  speakerId.value = id;
  remember('speaker', id);
}

export function remember(name: string, value: string) {
  try {
    localStorage.setItem(`dd.${name}`, value);
  } catch {
    // A browser that stores nothing asks again next time.
  }
}

export function remembered(name: string): string {
  try {
    return localStorage.getItem(`dd.${name}`) ?? '';
  } catch {
    return '';
  }
}
