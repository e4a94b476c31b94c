// SPDX-License-Identifier: MIT
// One local device, camera or microphone: whether it is wanted, its track while it runs, and what is wrong when it does not.
// A camera that is off is stopped, light and all; a microphone that is off stays open and silent, so that it is back at once.
import { batch, signal } from '@preact/signals';

import { explainDevice, type DeviceTrouble } from '../text/errors';
import { refreshDevices, remember, remembered } from './devices';

export type LocalKind = 'camera' | 'microphone';

function constraintsOf(kind: LocalKind, deviceId: string): MediaStreamConstraints {
  const id = deviceId ? { deviceId: { exact: deviceId } } : {};
  if (kind === 'microphone') return { audio: { ...id, echoCancellation: true, noiseSuppression: true, autoGainControl: true } };
  return { video: { ...id, width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } } };
}

export class LocalDevice {
  readonly on = signal(true);
  readonly track = signal<MediaStreamTrack | null>(null);
  readonly trouble = signal<DeviceTrouble | null>(null);
  readonly starting = signal(false);
  readonly deviceId: ReturnType<typeof signal<string>>;
  private round = 0;

  constructor(readonly kind: LocalKind) {
    this.deviceId = signal(remembered(kind));
    this.on.value = remembered(`${kind}.on`) !== 'no';
  }

  async start(): Promise<void> {
    const round = ++this.round;
    if (!navigator.mediaDevices?.getUserMedia) {
      this.fail(window.isSecureContext ? 'NotSupportedError' : 'InsecureContext');
      return;
    }
    this.starting.value = true;
    try {
      const track = await this.open();
      if (round !== this.round) {
        track.stop();
        return;
      }
      this.take(track);
      void refreshDevices();
    } catch (error) {
      if (round === this.round) this.fail((error as DOMException).name);
    } finally {
      if (round === this.round) this.starting.value = false;
    }
  }

  toggle() {
    this.set(!this.on.value);
  }

  set(on: boolean) {
    this.on.value = on;
    remember(`${this.kind}.on`, on ? 'yes' : 'no');
    if (this.kind === 'camera' && !on) this.stop();
    else if (on && !this.track.value) void this.start();
    else if (this.track.value) this.track.value.enabled = on;
  }

  async choose(deviceId: string) {
    this.deviceId.value = deviceId;
    remember(this.kind, deviceId);
    if (this.kind === 'microphone' || this.on.value) await this.start();
  }

  stop() {
    ++this.round;
    batch(() => {
      this.track.value?.stop();
      this.track.value = null;
      this.starting.value = false;
    });
  }

  private async open(): Promise<MediaStreamTrack> {
    const ask = async (deviceId: string) => {
      const stream = await navigator.mediaDevices.getUserMedia(constraintsOf(this.kind, deviceId));
      return stream.getTracks()[0]!;
    };
    const wanted = this.deviceId.value ?? '';
    try {
      return await ask(wanted);
    } catch (error) {
      // The remembered device is gone; any other is better than none.
      if (wanted && ['OverconstrainedError', 'NotFoundError'].includes((error as DOMException).name)) {
        this.deviceId.value = '';
        return ask('');
      }
      throw error;
    }
  }

  private take(track: MediaStreamTrack) {
    track.addEventListener('ended', () => {
      if (this.track.value === track) this.fail('NotReadableError');
    });
    if (this.kind === 'microphone') track.enabled = this.on.value;
    batch(() => {
      const before = this.track.value;
      this.track.value = track;
      this.trouble.value = null;
      before?.stop();
    });
  }

  private fail(errorName: string) {
    batch(() => {
      this.track.value?.stop();
      this.track.value = null;
      this.starting.value = false;
      this.trouble.value = explainDevice(this.kind, errorName, window.isSecureContext);
    });
  }
}
