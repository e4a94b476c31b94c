// SPDX-License-Identifier: MIT
// What the others will see and hear: the camera's picture, mirrored as in a mirror, the microphone's level, and the two switches.
import './preview.css';
import { explainBoth, type DeviceTrouble } from '../text/errors';
import { Avatar } from '../ui/avatar';
import { CameraIcon, CameraOffIcon, MicIcon, MicOffIcon } from '../ui/icons';
import { Notice } from '../ui/notice';
import type { LocalDevice } from './device';
import { LevelMeter } from './level_meter';
import type { LocalMedia } from './local_media';
import { TrackVideo } from './video';

export function Preview({ media, may, name }: { media: LocalMedia; may: { camera: boolean; microphone: boolean }; name: string }) {
  const { camera, microphone } = media;
  const picture = camera.on.value ? camera.track.value : null;
  const hearing = microphone.on.value ? microphone.track.value : null;
  return (
    <>
      <div class="preview">
        {picture ? <TrackVideo track={picture} class="preview-video" label="Your camera" /> : <Avatar id="me" name={name} size="tile" />}
        <p class="preview-state" role="status">
          {camera.starting.value ? 'Starting the camera…' : !picture && may.camera ? 'Your camera is off' : ''}
        </p>
        <div class="preview-switches">
          {may.microphone && <Switch device={microphone} on={hearing !== null} labels={['Unmute your microphone', 'Mute your microphone']} icons={[<MicOffIcon />, <MicIcon />]} />}
          {may.camera && <Switch device={camera} on={picture !== null} labels={['Turn your camera on', 'Turn your camera off']} icons={[<CameraOffIcon />, <CameraIcon />]} />}
        </div>
      </div>
      {may.microphone && (
        <div class="preview-level">
          <span class="small quiet">{hearing ? 'Microphone' : 'Microphone is off'}</span>
          <LevelMeter track={hearing} />
        </div>
      )}
      <Troubles devices={[may.camera ? camera : null, may.microphone ? microphone : null]} />
    </>
  );
}

function Switch({ device, on, labels, icons }: { device: LocalDevice; on: boolean; labels: [string, string]; icons: [preact.JSX.Element, preact.JSX.Element] }) {
  const label = labels[on ? 1 : 0];
  return (
    <button
      type="button"
      class={on ? 'preview-switch' : 'preview-switch preview-switch-off'}
      aria-label={label}
      title={label}
      disabled={device.starting.value}
      onClick={() => (device.on.value && !device.track.value ? void device.start() : device.toggle())}
    >
      {icons[on ? 1 : 0]}
    </button>
  );
}

// What is wrong with both is said once.
function Troubles({ devices }: { devices: (LocalDevice | null)[] }) {
  const failed = devices.flatMap((device) => (device?.on.value && device.trouble.value ? [{ device, trouble: device.trouble.value }] : []));
  const [first, second] = failed;
  if (first && second && first.trouble.problem === second.trouble.problem) {
    return <Trouble trouble={explainBoth(first.trouble)} onAgain={() => failed.forEach(({ device }) => void device.start())} />;
  }
  return (
    <>
      {failed.map(({ device, trouble }) => (
        <Trouble key={device.kind} trouble={trouble} onAgain={() => void device.start()} />
      ))}
    </>
  );
}

function Trouble({ trouble, onAgain }: { trouble: DeviceTrouble; onAgain: () => void }) {
  return (
    <Notice
      tone="warn"
      title={trouble.title}
      action={
        trouble.again && (
          <button type="button" class="button tight" onClick={onAgain}>
            Try again
          </button>
        )
      }
    >
      {trouble.advice}
    </Notice>
  );
}
