// SPDX-License-Identifier: MIT
// One picture on the stage: a camera or a screen, with what one wants to know about whose it is.
import './tile.css';
import { Picture } from '../media/playable';
import { Avatar } from '../ui/avatar';
import { CameraOffIcon, HandIcon, MicOffIcon, MoreIcon, PinIcon, RemoveIcon, ScreenIcon, ScreenOffIcon } from '../ui/icons';
import { Popover } from '../ui/popover';
import type { Person } from './call_model';
import { Quality } from './quality';
import type { Rect } from './tile_packing';

export interface TileActions {
  pin: (key: string | null) => void;
  mute?: (person: Person, kind: 'audio' | 'video' | 'screenshare') => void;
  remove?: (person: Person) => void;
}

interface TileProps {
  id: string;
  person: Person;
  screen: boolean;
  rect: Rect;
  speaking: boolean;
  floating: boolean;
  pinned: boolean;
  score: number | undefined;
  actions: TileActions;
}

export function Tile({ id, person, screen, rect, speaking, floating, pinned, score, actions }: TileProps) {
  const source = screen ? person.screen : person.camera;
  const small = rect.width < 190 || rect.height < 130;
  const name = person.me ? (screen ? 'Your screen' : 'You') : screen ? `${person.name}'s screen` : person.name;
  const classes = ['tile', screen && 'tile-screen', speaking && !screen && 'tile-speaking', floating && 'tile-floating', small && 'tile-small', person.me && !screen && 'tile-mirrored']
    .filter(Boolean)
    .join(' ');
  const style = { left: `${rect.x}px`, top: `${rect.y}px`, width: `${rect.width}px`, height: `${rect.height}px` };
  return (
    <li class={classes} style={style} aria-label={describe(person, name, screen, speaking)} data-tile={id}>
      {source ? <Picture source={source} class="tile-picture" /> : <Avatar id={person.id} name={person.name} size="tile" />}
      {!person.connected && <div class="tile-away">Connection lost</div>}
      {person.hand && !screen && (
        <span class="tile-hand">
          <HandIcon size={18} />
        </span>
      )}
      <span class="tile-name" aria-hidden="true">
        {screen ? <ScreenIcon size={15} /> : person.microphone !== 'on' && <MicOffIcon size={15} />}
        {pinned && <PinIcon size={15} />}
        <span class="clip">{name}</span>
        {!screen && <Quality score={score} />}
      </span>
      {!floating && <TileMenu id={id} person={person} name={name} screen={screen} pinned={pinned} actions={actions} />}
    </li>
  );
}

function describe(person: Person, name: string, screen: boolean, speaking: boolean): string {
  if (screen) return name;
  const said = [name];
  if (person.moderator) said.push('moderator');
  if (person.microphone !== 'on') said.push('muted');
  if (!person.camera) said.push('camera off');
  if (person.hand) said.push('hand raised');
  if (speaking) said.push('speaking');
  if (!person.connected) said.push('connection lost');
  return said.join(', ');
}

function TileMenu({ id, person, name, screen, pinned, actions }: Pick<TileProps, 'id' | 'person' | 'screen' | 'pinned' | 'actions'> & { name: string }) {
  const moderates = !person.me && actions.mute !== undefined;
  return (
    <span class="tile-menu">
      <Popover label={`Options for ${name}`} buttonClass="tile-menu-button" button={<MoreIcon size={20} />} align="end">
        {(close) => {
          const doing = (action: () => void) => () => {
            close();
            action();
          };
          return (
            <>
              <button type="button" class="menu-item" onClick={doing(() => actions.pin(pinned ? null : id))}>
                <PinIcon size={19} /> {pinned ? 'Unpin' : 'Pin to the stage'}
              </button>
              {moderates && !screen && person.microphone === 'on' && (
                <button type="button" class="menu-item" onClick={doing(() => actions.mute?.(person, 'audio'))}>
                  <MicOffIcon size={19} /> Mute
                </button>
              )}
              {moderates && !screen && person.camera && (
                <button type="button" class="menu-item" onClick={doing(() => actions.mute?.(person, 'video'))}>
                  <CameraOffIcon size={19} /> Turn camera off
                </button>
              )}
              {moderates && screen && (
                <button type="button" class="menu-item" onClick={doing(() => actions.mute?.(person, 'screenshare'))}>
                  <ScreenOffIcon size={19} /> Stop sharing
                </button>
              )}
              {moderates && !screen && (
                <button type="button" class="menu-item risky" onClick={doing(() => actions.remove?.(person))}>
                  <RemoveIcon size={19} /> Remove from meeting
                </button>
              )}
            </>
          );
        }}
      </Popover>
    </span>
  );
}
