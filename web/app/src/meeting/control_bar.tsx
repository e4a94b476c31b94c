// SPDX-License-Identifier: MIT
// The bar at the foot of a call: what one does most, where the thumb is. What does not fit on a phone is in "More".
import type { ComponentChildren } from 'preact';

import './control_bar.css';
import { canChooseSpeaker, cameras, chooseSpeaker, microphones, speakerId, speakers } from '../media/devices';
import { DeviceList } from '../media/device_menu';
import type { LocalMedia } from '../media/local_media';
import { theme, toggleTheme } from '../theme';
import {
  CameraIcon, CameraOffIcon, ChatIcon, GridIcon, HandIcon, KeyboardIcon, LeaveIcon, LockIcon, MicIcon, MicOffIcon, MoonIcon, MoreIcon, PeopleIcon, RecordIcon, ScreenIcon,
  ScreenOffIcon, SoundIcon, SpeakerViewIcon, StopIcon, SunIcon, UnlockIcon, UpIcon,
} from '../ui/icons';
import { Popover } from '../ui/popover';
import type { Call } from './call_model';
import type { CallActions } from './use_call_actions';

interface ControlBarProps {
  call: Call;
  media: LocalMedia;
  actions: CallActions;
  view: 'grid' | 'speaker';
  panel: 'chat' | 'people' | null;
  unread: number;
}

export function ControlBar({ call, media, actions, view, panel, unread }: ControlBarProps) {
  const { grants } = call;
  const me = call.people.value[0];
  const recording = call.recording.value;
  const handUp = me?.hand === true;
  const sharing = me?.screen != null;
  const present = call.people.value.length;
  const hands = call.people.value.filter((person) => person.hand).length;
  const news = unread > 9 ? '9+' : unread > 0 ? String(unread) : undefined;
  return (
    <section class="controls" aria-label="Call controls">
      <div class="controls-side" />
      <div class="controls-main">
        {grants.publish.includes('audio') && <MicrophoneControl media={media} onToggle={actions.toggleMicrophone} />}
        {grants.publish.includes('video') && <CameraControl media={media} onToggle={actions.toggleCamera} />}
        {grants.publish.includes('screenshare') && (
          <Control label={sharing ? 'Stop sharing your screen' : 'Share your screen'} hint="s" active={sharing} wide onClick={actions.toggleScreen}>
            {sharing ? <ScreenOffIcon /> : <ScreenIcon />}
          </Control>
        )}
        <Control label={handUp ? 'Lower your hand' : 'Raise your hand'} hint="h" active={handUp} onClick={actions.toggleHand}>
          <HandIcon />
        </Control>
        {grants.record && (
          <Control label={recording ? 'Stop recording' : 'Record the meeting'} active={recording !== null} tone="record" wide onClick={actions.toggleRecording}>
            {recording ? <StopIcon /> : <RecordIcon />}
          </Control>
        )}
        <Control label={view === 'grid' ? 'Show the speaker large' : 'Show everybody'} hint="l" wide onClick={actions.toggleView}>
          {view === 'grid' ? <SpeakerViewIcon /> : <GridIcon />}
        </Control>
        <MoreMenu call={call} actions={actions} view={view} sharing={sharing} />
        <button type="button" class="control control-leave" aria-label="Leave the meeting" title="Leave the meeting" onClick={actions.leave}>
          <LeaveIcon size={26} />
        </button>
      </div>
      <div class="controls-side controls-end">
        <Control
          label={hands > 0 ? `People, ${present} here, ${hands} with a raised hand` : `People, ${present} here`}
          hint="p"
          active={panel === 'people'}
          onClick={actions.togglePeople}
          badge={hands > 0 ? String(hands) : undefined}
          badgeTone="hand"
          count={present}
        >
          <PeopleIcon />
        </Control>
        <Control label={news ? `Chat, ${news} unread` : 'Chat'} hint="c" active={panel === 'chat'} onClick={actions.toggleChat} badge={news}>
          <ChatIcon />
        </Control>
      </div>
    </section>
  );
}

interface ControlProps {
  label: string;
  hint?: string;
  active?: boolean;
  off?: boolean;
  tone?: 'record';
  wide?: boolean; // only where there is room; a phone has it under "More"
  badge?: string | undefined;
  badgeTone?: 'hand';
  count?: number;
  onClick: () => void;
  children: ComponentChildren;
}

function Control({ label, hint, active, off, tone, wide, badge, badgeTone, count, onClick, children }: ControlProps) {
  const style = ['control', active && 'control-active', off && 'control-off', tone && `control-${tone}`, wide && 'control-wide'].filter(Boolean).join(' ');
  return (
    <button type="button" class={style} aria-label={label} title={hint ? `${label} (${hint})` : label} aria-pressed={active} onClick={onClick}>
      {children}
      {count !== undefined && !badge && (
        <span class="control-count number" aria-hidden="true">
          {count}
        </span>
      )}
      {badge && (
        <span class={badgeTone ? `control-badge badge-${badgeTone}` : 'control-badge'} aria-hidden="true">
          {badge}
        </span>
      )}
    </button>
  );
}

function MicrophoneControl({ media, onToggle }: { media: LocalMedia; onToggle: () => void }) {
  const { microphone } = media;
  const on = microphone.on.value && microphone.track.value !== null;
  const label = on ? 'Mute your microphone' : 'Unmute your microphone';
  return (
    <span class={on ? 'split' : 'split split-off'}>
      <button type="button" class="split-main" aria-label={label} title={`${label} (m)`} onClick={onToggle}>
        {on ? <MicIcon /> : <MicOffIcon />}
        {microphone.trouble.value && <span class="control-badge badge-warn" aria-hidden="true">!</span>}
      </button>
      <Popover label="Sound devices" buttonClass="split-more" button={<UpIcon size={17} />} side="up" align="start">
        {(close) => (
          <>
            <DeviceList title="Microphone" devices={microphones.value} chosen={microphone.deviceId.value ?? ''} none="No microphone was found" onChoose={(id) => (close(), void microphone.choose(id))} />
            {canChooseSpeaker && speakers.value.length > 0 && (
              <DeviceList title="Speaker" devices={speakers.value} chosen={speakerId.value} none="" onChoose={(id) => (close(), chooseSpeaker(id))} />
            )}
          </>
        )}
      </Popover>
    </span>
  );
}

function CameraControl({ media, onToggle }: { media: LocalMedia; onToggle: () => void }) {
  const { camera } = media;
  const on = camera.on.value && camera.track.value !== null;
  const label = on ? 'Turn your camera off' : 'Turn your camera on';
  return (
    <span class={on ? 'split' : 'split split-off'}>
      <button type="button" class="split-main" aria-label={label} title={`${label} (v)`} onClick={onToggle}>
        {on ? <CameraIcon /> : <CameraOffIcon />}
        {camera.trouble.value && <span class="control-badge badge-warn" aria-hidden="true">!</span>}
      </button>
      <Popover label="Cameras" buttonClass="split-more" button={<UpIcon size={17} />} side="up" align="start">
        {(close) => <DeviceList title="Camera" devices={cameras.value} chosen={camera.deviceId.value ?? ''} none="No camera was found" onChoose={(id) => (close(), void camera.choose(id))} />}
      </Popover>
    </span>
  );
}

function MoreMenu({ call, actions, view, sharing }: { call: Call; actions: CallActions; view: 'grid' | 'speaker'; sharing: boolean }) {
  const { grants } = call;
  const recording = call.recording.value !== null;
  const locked = call.locked.value;
  const dark = theme.value === 'dark';
  return (
    <Popover label="More" buttonClass="control" button={<MoreIcon />} side="up" align="center">
      {(close) => {
        const item = (icon: ComponentChildren, text: string, action: () => void, style = '') => (
          <button
            type="button"
            class={`menu-item ${style}`}
            onClick={() => {
              close();
              action();
            }}
          >
            {icon} {text}
          </button>
        );
        return (
          <>
            {grants.publish.includes('screenshare') && item(sharing ? <ScreenOffIcon size={19} /> : <ScreenIcon size={19} />, sharing ? 'Stop sharing your screen' : 'Share your screen', actions.toggleScreen, 'narrow-only')}
            {grants.record && item(recording ? <StopIcon size={19} /> : <RecordIcon size={19} />, recording ? 'Stop recording' : 'Record the meeting', actions.toggleRecording, 'narrow-only')}
            {item(view === 'grid' ? <SpeakerViewIcon size={19} /> : <GridIcon size={19} />, view === 'grid' ? 'Show the speaker large' : 'Show everybody', actions.toggleView, 'narrow-only')}
            {grants.moderate && item(locked ? <UnlockIcon size={19} /> : <LockIcon size={19} />, locked ? 'Unlock the meeting' : 'Lock the meeting', actions.toggleLock)}
            {(grants.publish.includes('audio') || grants.publish.includes('video')) && item(<SoundIcon size={19} />, 'Camera and sound', actions.showSettings)}
            {item(dark ? <SunIcon size={19} /> : <MoonIcon size={19} />, dark ? 'Light theme' : 'Dark theme', toggleTheme)}
            {item(<KeyboardIcon size={19} />, 'Keyboard shortcuts', actions.showHelp)}
            {grants.moderate && <hr class="menu-line" />}
            {grants.moderate && item(<LeaveIcon size={19} />, 'End the meeting for all', actions.askEnd, 'risky')}
          </>
        );
      }}
    </Popover>
  );
}
