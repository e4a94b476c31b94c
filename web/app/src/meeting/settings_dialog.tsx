// SPDX-License-Identifier: MIT
// Camera, microphone and speaker during a call, with the same mirror as in the lobby. What is chosen here is sent at once.
import { DevicePicker } from '../media/device_picker';
import type { LocalMedia } from '../media/local_media';
import { Preview } from '../media/preview';
import { Dialog } from '../ui/dialog';
import type { Call } from './call_model';

export function SettingsDialog({ call, media, onClose }: { call: Call; media: LocalMedia; onClose: () => void }) {
  const may = { camera: call.grants.publish.includes('video'), microphone: call.grants.publish.includes('audio') };
  return (
    <Dialog title="Camera and sound" wide onClose={onClose}>
      <Preview media={media} may={may} name={call.people.value[0]?.name ?? 'You'} />
      <DevicePicker media={media} may={may} />
    </Dialog>
  );
}
