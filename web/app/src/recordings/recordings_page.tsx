// SPDX-License-Identifier: MIT
// The recordings, newest first, page by page.
import { useState } from 'preact/hooks';

import './recordings.css';
import { listRecordings } from '../api/recordings';
import type { RecordingSummary } from '../api/types';
import { explainShortly } from '../text/errors';
import { count, formatBytes, formatDay, formatTimeOfDay, formatUs, toDate } from '../text/format';
import { generalToken, tokensChanged } from '../tokens';
import { Failure, isUnauthorized } from '../ui/failure';
import { FilmIcon, RightIcon } from '../ui/icons';
import { Full, Notice, Skeleton } from '../ui/notice';
import { Page } from '../ui/page';
import { SignIn } from '../ui/sign_in';
import { toast } from '../ui/toasts';
import { useLoaded } from '../ui/use_loaded';
import { StateChip } from './state_chip';

const kEveryMs = 15_000;

export function RecordingsPage() {
  void tokensChanged.value;
  const token = generalToken();
  const first = useLoaded((signal) => (token ? listRecordings(null, signal) : Promise.resolve(null)), [token], kEveryMs);
  const [more, setMore] = useState<{ recordings: RecordingSummary[]; next: string | null } | null>(null);
  const [busy, setBusy] = useState(false);

  const known = new Set(first.value?.recordings.map(({ recordingId }) => recordingId));
  const shown = [...(first.value?.recordings ?? []), ...(more?.recordings ?? []).filter(({ recordingId }) => !known.has(recordingId))];
  const next = more ? more.next : (first.value?.next ?? null);
  const missing = first.value?.missingServers ?? 0;
  const readOn = async () => {
    setBusy(true);
    try {
      const page = await listRecordings(next);
      setMore({ recordings: [...(more?.recordings ?? []), ...page.recordings], next: page.next });
    } catch (error) {
      toast(explainShortly(error), 'bad');
    } finally {
      setBusy(false);
    }
  };

  return (
    <Page title="Recordings">
      <SignIn what="the recordings" allowed={(access) => access.recordings} refused={isUnauthorized(first.error)}>
        <h1 class="page-title">Recordings</h1>
        {missing > 0 && <Notice tone="warn">{count(missing, 'server')} did not answer: what is kept there is not in this list.</Notice>}
        {first.error != null && <Failure error={first.error} onAgain={first.again} full={first.value === null} />}
        {first.value === null && first.error == null && (
          <div class="card">
            <Skeleton lines={6} />
          </div>
        )}
        {first.value !== null && shown.length === 0 && (
          <Full icon={<FilmIcon size={30} />} title="No recordings yet">
            Press the record button in a meeting, and it appears here.
          </Full>
        )}
        {shown.length > 0 && (
          <ul class="card recordings">
            {shown.map((recording) => (
              <RecordingRow key={recording.recordingId} recording={recording} />
            ))}
          </ul>
        )}
        {next && (
          <div class="page-more">
            <button type="button" class="button" disabled={busy} onClick={readOn}>
              {busy ? 'Loading…' : 'Show older ones'}
            </button>
          </div>
        )}
      </SignIn>
    </Page>
  );
}

function RecordingRow({ recording }: { recording: RecordingSummary }) {
  const started = toDate(recording.started);
  return (
    <li>
      <a class="recording-row" href={`/recordings/${encodeURIComponent(recording.recordingId)}`}>
        <span class="recording-mark" aria-hidden="true">
          <FilmIcon size={22} />
        </span>
        <span class="recording-main">
          <span class="recording-name clip">{recording.meetingId}</span>
          <span class="quiet small number">
            {started ? `${formatDay(started)}, ${formatTimeOfDay(started)} · ` : ''}
            {formatUs(recording.durationUs)} · {count(recording.participants, 'person', 'people')}
          </span>
        </span>
        <span class="recording-size quiet small number">{formatBytes(recording.bytes)}</span>
        <StateChip recording={recording} />
        <span class="recording-go quiet" aria-hidden="true">
          <RightIcon size={18} />
        </span>
      </a>
    </li>
  );
}
