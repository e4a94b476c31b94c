// SPDX-License-Identifier: MIT
// After the call: why it is over, and where to go from here.
import { explain } from '../text/errors';
import { HandIcon, LeaveIcon, WarnIcon } from '../ui/icons';
import { Full } from '../ui/notice';
import { Page } from '../ui/page';
import type { CallEnd } from './call_model';

export function Farewell({ end, meeting, record, onAgain }: { end: CallEnd; meeting: string; record: boolean; onAgain: () => void }) {
  const said = end.by === 'me' ? { title: 'You left the meeting', advice: `Thank you for being in “${meeting}”.`, again: true } : explain(end);
  const icon = end.by === 'me' ? <HandIcon size={30} /> : end.reason === 'meeting_ended' ? <LeaveIcon size={30} /> : <WarnIcon size={30} />;
  return (
    <Page title={said.title} narrow bare>
      <Full
        icon={icon}
        title={said.title}
        actions={
          <>
            {said.again && (
              <button type="button" class="button primary" onClick={onAgain}>
                Join again
              </button>
            )}
            {record && (
              <a class="button" href="/recordings">
                Recordings
              </a>
            )}
            <a class="button" href="/">
              Home
            </a>
          </>
        }
      >
        {said.advice}
      </Full>
    </Page>
  );
}
