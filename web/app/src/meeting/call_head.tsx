// SPDX-License-Identifier: MIT
// The line above the stage: which meeting, for how long, whether it is locked or recorded, and how to invite.
import './call_head.css';
import { Elapsed } from '../ui/clock';
import { CopyButton } from '../ui/copy_button';
import { LinkIcon, LockIcon } from '../ui/icons';
import { Popover } from '../ui/popover';
import type { Call } from './call_model';

export function CallHead({ call, meeting }: { call: Call; meeting: string }) {
  const recording = call.recording.value;
  return (
    <header class="call-head">
      <h1 class="clip">{meeting}</h1>
      <span class="quiet small call-time">
        <Elapsed since={call.startedAt} />
      </span>
      {call.locked.value && (
        <span class="chip">
          <LockIcon size={14} /> Locked
        </span>
      )}
      <span role="status" class="call-recording">
        {recording && (
          <span class={recording.paused ? 'rec rec-paused' : 'rec'}>
            <span class="rec-dot" aria-hidden="true" />
            <abbr title={recording.paused ? 'Recording is paused' : 'This meeting is being recorded'}>REC</abbr>
            {recording.paused ? ' paused' : <Elapsed since={recording.startedAt} />}
          </span>
        )}
      </span>
      <span class="call-invite">
        <Popover label="Invite others" buttonClass="button tight" button={<><LinkIcon size={16} /> <span class="call-invite-word">Invite</span></>}>
          {() => (
            <div class="invite">
              <strong>{meeting}</strong>
              <p class="quiet small">
                Each person needs a link of their own: whoever invited you can make more. This address alone lets nobody in.
              </p>
              <CopyButton text={`${location.origin}${location.pathname}`} label="Copy the address" class="button tight" />
            </div>
          )}
        </Popover>
      </span>
    </header>
  );
}
