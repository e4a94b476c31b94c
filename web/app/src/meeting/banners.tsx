// SPDX-License-Identifier: MIT
// What a call has to say for as long as it is so: the connection is being repaired, sound needs a click, media takes a detour.
import { useState } from 'preact/hooks';

import './banners.css';
import { CloseIcon, InfoIcon, SoundIcon } from '../ui/icons';
import type { Call } from './call_model';

export function Banners({ call, onAllowSound }: { call: Call; onAllowSound: () => void }) {
  const [dismissed, setDismissed] = useState(false);
  const state = call.state.value;
  const via = call.via.value;
  return (
    <div class="banners" aria-live="assertive">
      {state === 'reconnecting' && (
        <div class="banner banner-warn">
          <span class="spinner" aria-hidden="true" /> Connection lost. Reconnecting…
        </div>
      )}
      {state === 'recovering' && (
        <div class="banner banner-warn">
          <span class="spinner" aria-hidden="true" /> Bringing sound and pictures back…
        </div>
      )}
      {call.soundBlocked.value && (
        <div class="banner">
          <SoundIcon size={19} />
          <span>Your browser keeps the sound off until you allow it.</span>
          <button type="button" class="button tight primary" onClick={onAllowSound}>
            Turn sound on
          </button>
        </div>
      )}
      {(via === 'tcp' || via === 'turn') && !dismissed && (
        <div class="banner">
          <InfoIcon size={19} />
          <span>{via === 'tcp' ? 'Your network blocks UDP, so media runs over TCP.' : 'Your network blocks the direct way, so media runs over a relay.'} Quality may suffer.</span>
          <button type="button" class="banner-close" aria-label="Dismiss" onClick={() => setDismissed(true)}>
            <CloseIcon size={17} />
          </button>
        </div>
      )}
    </div>
  );
}
