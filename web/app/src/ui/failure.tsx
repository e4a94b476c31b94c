// SPDX-License-Identifier: MIT
// What stands where something could not be fetched.
import { explain, refusalOf } from '../text/errors';
import { WarnIcon } from './icons';
import { Full, Notice } from './notice';

export function Failure({ error, onAgain, full }: { error: unknown; onAgain: () => void; full?: boolean }) {
  const said = explain(refusalOf(error));
  const again = said.again && (
    <button type="button" class={full ? 'button primary' : 'button tight'} onClick={onAgain}>
      Try again
    </button>
  );
  if (full) {
    return (
      <Full icon={<WarnIcon size={30} />} title={said.title} actions={again}>
        {said.advice}
      </Full>
    );
  }
  return (
    <Notice tone="bad" title={said.title} action={again}>
      {said.advice}
    </Notice>
  );
}

export const isUnauthorized = (error: unknown): boolean => (error as { status?: number } | null)?.status === 401;
