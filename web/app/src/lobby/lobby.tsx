// SPDX-License-Identifier: MIT
// Before the meeting: one's name, how one looks and sounds, and what is wrong with that, if anything. Nothing is sent from here.
import { useEffect, useState } from 'preact/hooks';

import './lobby.css';
import { DevicePicker } from '../media/device_picker';
import { remember, remembered } from '../media/devices';
import type { LocalMedia } from '../media/local_media';
import { Preview } from '../media/preview';
import type { Explanation } from '../text/errors';
import type { TokenClaims } from '../tokens';
import { Notice } from '../ui/notice';
import { Page } from '../ui/page';

interface LobbyProps {
  meeting: string;
  claims: TokenClaims | null;
  media: LocalMedia;
  joining: boolean;
  refused: Explanation | null;
  onJoin: (name: string) => void;
}

const kLongestName = 64;

export function Lobby({ meeting, claims, media, joining, refused, onJoin }: LobbyProps) {
  const [name, setName] = useState(claims?.name ?? remembered('name'));
  const [missing, setMissing] = useState(false);
  const may = { camera: claims?.publish.includes('video') ?? true, microphone: claims?.publish.includes('audio') ?? true };
  const sends = may.camera || may.microphone;
  const hopeless = refused !== null && !refused.again;

  useEffect(() => {
    if (sends) void media.start(may);
  }, []);

  const join = (event: Event) => {
    event.preventDefault();
    const said = name.trim();
    if (said === '') {
      setMissing(true);
      document.getElementById('name')?.focus();
      return;
    }
    remember('name', said);
    onJoin(said);
  };

  return (
    <Page title={meeting} bare>
      <div class={sends ? 'lobby' : 'lobby lobby-watch'}>
        {sends && (
          <section class="lobby-look" aria-label="Camera and microphone">
            <Preview media={media} may={may} name={name || 'You'} />
            <DevicePicker media={media} may={may} />
          </section>
        )}
        <section class="lobby-join">
          <p class="quiet lobby-over">You are about to join</p>
          <h1>{meeting}</h1>
          {refused && (
            <Notice tone={refused.again ? 'warn' : 'bad'} title={refused.title}>
              {joining ? 'Still trying.' : refused.advice}
            </Notice>
          )}
          <form class="lobby-form" onSubmit={join} noValidate>
            <div class="field">
              <label class="label" for="name">
                Your name
              </label>
              <input
                id="name"
                class="input"
                type="text"
                autocomplete="name"
                maxLength={kLongestName}
                value={name}
                aria-invalid={missing}
                aria-describedby="name-fault"
                onInput={(event) => {
                  setName(event.currentTarget.value);
                  setMissing(false);
                }}
              />
              <span id="name-fault" class="fault" role="alert">
                {missing && 'Say how the others should call you.'}
              </span>
            </div>
            <button type="submit" class="button primary large wide" disabled={joining || hopeless}>
              {joining && <span class="spinner" aria-hidden="true" />}
              {joining ? 'Joining…' : refused?.again ? 'Try again' : 'Join now'}
            </button>
          </form>
          {!sends && <p class="quiet small">Your link lets you watch and listen; nothing of you is sent.</p>}
        </section>
      </div>
    </Page>
  );
}
