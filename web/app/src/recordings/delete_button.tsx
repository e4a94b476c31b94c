// SPDX-License-Identifier: MIT
// Deleting a recording, after a question.
import { useState } from 'preact/hooks';

import { deleteRecording } from '../api/recordings';
import { go } from '../router';
import { explainShortly } from '../text/errors';
import { Confirm } from '../ui/dialog';
import { TrashIcon } from '../ui/icons';
import { toast } from '../ui/toasts';

export function DeleteButton({ id, name, disabled }: { id: string; name: string; disabled: boolean }) {
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const remove = async () => {
    setBusy(true);
    try {
      await deleteRecording(id);
      toast('The recording was deleted', 'good');
      go('/recordings');
    } catch (error) {
      toast(explainShortly(error), 'bad');
      setBusy(false);
      setAsking(false);
    }
  };
  return (
    <>
      <button type="button" class="button plain risky" disabled={disabled} title={disabled ? 'Not while it is being recorded or composed' : undefined} onClick={() => setAsking(true)}>
        <TrashIcon size={18} /> Delete
      </button>
      {asking && (
        <Confirm title={`Delete the recording of ${name}?`} text="All of its files on the server are removed. This cannot be undone." action="Delete" busy={busy} onConfirm={remove} onClose={() => setAsking(false)} />
      )}
    </>
  );
}
