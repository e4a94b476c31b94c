// SPDX-License-Identifier: MIT
// A recording's state in a word. Where it is stored is part of it.
import type { RecordingSummary } from '../api/types';

export function StateChip({ recording }: { recording: RecordingSummary }) {
  if (recording.state === 'recording') {
    return (
      <span class="chip bad">
        <span class="rec-dot" aria-hidden="true" /> Recording
      </span>
    );
  }
  if (recording.state === 'interrupted') return <span class="chip warn">Interrupted</span>;
  if (recording.upload === 'waiting') return <span class="chip">Uploading</span>;
  if (!recording.local) return <span class="chip">In the archive</span>;
  return <span class="chip good">{recording.upload === 'done' ? 'Uploaded' : 'Complete'}</span>;
}
