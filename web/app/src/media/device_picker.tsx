// SPDX-License-Identifier: MIT
// Which camera, microphone and speaker; and a chime to hear whether the speaker is the right one.
import { useState } from 'preact/hooks';

import './device_picker.css';
import { SoundIcon } from '../ui/icons';
import { playChime } from './chime';
import { canChooseSpeaker, cameras, chooseSpeaker, microphones, speakerId, speakers, type DeviceChoice } from './devices';
import type { LocalMedia } from './local_media';

export function DevicePicker({ media, may }: { media: LocalMedia; may: { camera: boolean; microphone: boolean } }) {
  const [playing, setPlaying] = useState(false);
  const test = async () => {
    setPlaying(true);
    await playChime(speakerId.value).catch(() => {});
    setPlaying(false);
  };
  return (
    <div class="devices">
      {may.camera && <Choice label="Camera" devices={cameras.value} chosen={media.camera.deviceId.value ?? ''} onChoose={(id) => void media.camera.choose(id)} />}
      {may.microphone && <Choice label="Microphone" devices={microphones.value} chosen={media.microphone.deviceId.value ?? ''} onChoose={(id) => void media.microphone.choose(id)} />}
      {canChooseSpeaker && speakers.value.length > 0 && <Choice label="Speaker" devices={speakers.value} chosen={speakerId.value} onChoose={chooseSpeaker} />}
      <button type="button" class="button devices-test" disabled={playing} onClick={test}>
        <SoundIcon size={18} /> {playing ? 'Playing…' : 'Test speaker'}
      </button>
    </div>
  );
}

function Choice({ label, devices, chosen, onChoose }: { label: string; devices: readonly DeviceChoice[]; chosen: string; onChoose: (id: string) => void }) {
  const current = devices.some(({ id }) => id === chosen) ? chosen : (devices[0]?.id ?? '');
  return (
    <label class="field tight-field">
      <span class="label quiet">{label}</span>
      <select class="select" value={current} disabled={devices.length === 0} onChange={(event) => onChoose(event.currentTarget.value)}>
        {devices.length === 0 && <option value="">None found</option>}
        {devices.map(({ id, label: name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
