// SPDX-License-Identifier: MIT
// Camera and microphone together: asked for once where possible, so that the browser asks the person once.
import { LocalDevice } from './device';
import { refreshDevices } from './devices';

export class LocalMedia {
  readonly camera = new LocalDevice('camera');
  readonly microphone = new LocalDevice('microphone');

  async start(kinds: { camera: boolean; microphone: boolean }): Promise<void> {
    await refreshDevices().catch(() => {});
    const wanted = [kinds.microphone ? this.microphone : null, kinds.camera && this.camera.on.value ? this.camera : null];
    await Promise.all(wanted.map((device) => device?.start()));
  }

  stop() {
    this.camera.stop();
    this.microphone.stop();
  }
}
