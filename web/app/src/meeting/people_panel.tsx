// SPDX-License-Identifier: MIT
// Who is here. Raised hands come first, in the order they have in the meeting; moderators have their tools at each name.
import './people_panel.css';
import { Avatar } from '../ui/avatar';
import { CameraIcon, CameraOffIcon, HandIcon, LeaveIcon, LockIcon, MicIcon, MicOffIcon, MoreIcon, RemoveIcon, ScreenIcon, ScreenOffIcon, UnlockIcon } from '../ui/icons';
import { Popover } from '../ui/popover';
import type { Call, Person } from './call_model';
import { SidePanel } from './side_panel';
import type { CallActions } from './use_call_actions';

export function PeoplePanel({ call, actions, onClose }: { call: Call; actions: CallActions; onClose: () => void }) {
  const people = [...call.people.value].sort((a, b) => Number(b.hand) - Number(a.hand));
  const locked = call.locked.value;
  return (
    <SidePanel title={`People (${people.length})`} onClose={onClose}>
      <ul class="people">
        {people.map((person) => (
          <PersonRow key={person.id} person={person} moderating={call.grants.moderate} actions={actions} />
        ))}
      </ul>
      {call.grants.moderate ? (
        <div class="people-tools">
          <button type="button" class="button tight" aria-pressed={locked} onClick={actions.toggleLock}>
            {locked ? <UnlockIcon size={17} /> : <LockIcon size={17} />} {locked ? 'Unlock' : 'Lock'}
          </button>
          <button type="button" class="button tight" onClick={actions.muteAll}>
            <MicOffIcon size={17} /> Mute all
          </button>
          <button type="button" class="button tight plain risky" onClick={actions.askEnd}>
            <LeaveIcon size={17} /> End for all
          </button>
        </div>
      ) : (
        <p class="people-hint quiet small">Links are personal: whoever invited you can invite others.</p>
      )}
    </SidePanel>
  );
}

function PersonRow({ person, moderating, actions }: { person: Person; moderating: boolean; actions: CallActions }) {
  return (
    <li class="person">
      <Avatar id={person.id} name={person.name} size="m" />
      <span class="person-name">
        <span class="clip">
          {person.name}
          {person.me && <span class="quiet"> (you)</span>}
        </span>
        {(person.moderator || !person.connected) && <span class="quiet small">{person.connected ? 'Moderator' : 'Connection lost'}</span>}
      </span>
      {person.hand && (
        <span class="person-hand" role="img" aria-label="Hand raised">
          <HandIcon size={17} />
        </span>
      )}
      {person.screen && (
        <span class="person-state" role="img" aria-label="Sharing the screen">
          <ScreenIcon size={19} />
        </span>
      )}
      <span class={person.camera ? 'person-state' : 'person-state person-off'} role="img" aria-label={person.camera ? 'Camera on' : 'Camera off'}>
        {person.camera ? <CameraIcon size={19} /> : <CameraOffIcon size={19} />}
      </span>
      <span class={person.microphone === 'on' ? 'person-state' : 'person-state person-off'} role="img" aria-label={person.microphone === 'on' ? 'Microphone on' : 'Muted'}>
        {person.microphone === 'on' ? <MicIcon size={19} /> : <MicOffIcon size={19} />}
      </span>
      {moderating && person.me && <span class="person-gap" />}
      {moderating && !person.me && (
        <Popover label={`Options for ${person.name}`} buttonClass="icon-button person-more" button={<MoreIcon size={19} />}>
          {(close) => {
            const doing = (action: () => void) => () => {
              close();
              action();
            };
            return (
              <>
                <button type="button" class="menu-item" disabled={person.microphone !== 'on'} onClick={doing(() => actions.mutePerson(person, 'audio'))}>
                  <MicOffIcon size={19} /> {person.microphone === 'on' ? 'Mute' : 'Muted'}
                </button>
                {person.camera && (
                  <button type="button" class="menu-item" onClick={doing(() => actions.mutePerson(person, 'video'))}>
                    <CameraOffIcon size={19} /> Turn camera off
                  </button>
                )}
                {person.screen && (
                  <button type="button" class="menu-item" onClick={doing(() => actions.mutePerson(person, 'screenshare'))}>
                    <ScreenOffIcon size={19} /> Stop sharing
                  </button>
                )}
                <button type="button" class="menu-item risky" onClick={doing(() => actions.askRemove(person))}>
                  <RemoveIcon size={19} /> Remove from meeting
                </button>
              </>
            );
          }}
        </Popover>
      )}
    </li>
  );
}
