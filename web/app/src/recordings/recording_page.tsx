// SPDX-License-Identifier: MIT
// One recording: watch it, see where it has what, make programmes of it, download, delete.
import { useMemo, useState } from 'preact/hooks';

import './recordings.css';
import { getManifest, getRecording, getTimeline } from '../api/recordings';
import type { Manifest, RecordingDetails } from '../api/types';
import { count, formatBytes, formatDay, formatTimeOfDay, formatUs, toDate } from '../text/format';
import { generalToken, tokensChanged } from '../tokens';
import { Failure, isUnauthorized } from '../ui/failure';
import { LeftIcon } from '../ui/icons';
import { Skeleton } from '../ui/notice';
import { Page } from '../ui/page';
import { SignIn } from '../ui/sign_in';
import { useLoaded } from '../ui/use_loaded';
import { ComposeForm } from './compose_form';
import { DeleteButton } from './delete_button';
import { FileList } from './file_list';
import { Jobs } from './jobs';
import { Player } from './player';
import { sourcesOf } from './sources';
import { StateChip } from './state_chip';
import { Timeline } from './timeline';
import { parseTimeline, timelineView } from './timeline_model';
import { TracksTable } from './tracks_table';
import { useTicket } from './use_ticket';

interface Whole {
  details: RecordingDetails;
  manifest: Manifest;
  timeline: string;
}

// While something is under way it is looked at often; afterwards only now and then.
const kBusyMs = 1500;
const kCalmMs = 20_000;

async function readWhole(id: string, signal: AbortSignal): Promise<Whole> {
  // A timeline that cannot be read costs the names of who spoke, not the page.
  const [details, manifest, timeline] = await Promise.all([getRecording(id, signal), getManifest(id, signal), getTimeline(id, signal).catch(() => '')]);
  return { details, manifest, timeline };
}

export function RecordingPage({ id }: { id: string }) {
  void tokensChanged.value;
  const token = generalToken();
  const [every, setEvery] = useState(kCalmMs);
  const whole = useLoaded((signal) => (token ? readWhole(id, signal) : Promise.resolve(null)), [id, token], every);
  const wanted = whole.value && isBusy(whole.value.details) ? kBusyMs : kCalmMs;
  if (wanted !== every) setEvery(wanted);
  return (
    <Page title={whole.value?.details.meetingId ?? 'Recording'}>
      <SignIn what="this recording" allowed={(access) => access.recordings} refused={isUnauthorized(whole.error)}>
        <a class="back" href="/recordings">
          <LeftIcon size={17} /> Recordings
        </a>
        {whole.error != null && <Failure error={whole.error} onAgain={whole.again} full={whole.value === null} />}
        {whole.value === null && whole.error == null && (
          <div class="card">
            <Skeleton lines={8} />
          </div>
        )}
        {whole.value && <Recording id={id} {...whole.value} onChanged={whole.again} />}
      </SignIn>
    </Page>
  );
}

const isBusy = (details: RecordingDetails) => details.state === 'recording' || details.jobs.some((job) => job.state === 'running' || job.state === 'waiting');

function whyNothing(details: RecordingDetails): string {
  if (details.state === 'recording') return 'This meeting is being recorded. The film appears here when the recording has ended.';
  if (isBusy(details)) return 'The recording is being prepared. It appears here by itself.';
  return 'There is nothing to play yet. Make a programme of it, or download the tracks.';
}

function Recording({ id, details, manifest, timeline, onChanged }: Whole & { id: string; onChanged: () => void }) {
  const ticket = useTicket(id);
  const [file, setFile] = useState<string | null>(null);
  const [position, setPosition] = useState<number | null>(null);
  const [seek, setSeek] = useState<{ us: number } | null>(null);
  const sources = useMemo(() => sourcesOf(manifest), [manifest]);
  const view = useMemo(() => timelineView(manifest, parseTimeline(timeline)), [manifest, timeline]);
  const chosen = sources.find((source) => source.file === file) ?? sources[0] ?? null;
  return (
    <>
      <Head details={details} />
      <div class="recording-grid">
        <Player recording={id} ticket={ticket} sources={sources} chosen={chosen} onChoose={setFile} seek={seek} onPosition={setPosition} nothing={whyNothing(details)} />
        <section class="card" aria-labelledby="programmes">
          <div class="card-head">
            <h2 id="programmes">Programmes</h2>
          </div>
          <div class="card-body">
            <Jobs jobs={details.jobs} />
            {details.state === 'recording' ? <p class="quiet small">A programme can be made as soon as the recording has ended.</p> : <ComposeForm recording={id} onStarted={onChanged} />}
          </div>
        </section>
        <section class="card recording-wide" aria-labelledby="timeline">
          <div class="card-head">
            <h2 id="timeline">Timeline</h2>
          </div>
          <div class="card-body">
            {view.rows.length === 0 ? <p class="quiet">Nothing has been recorded yet.</p> : <Timeline view={view} positionUs={position} onSeek={(us) => setSeek({ us })} />}
          </div>
        </section>
        <section class="card recording-wide" aria-labelledby="tracks">
          <div class="card-head">
            <h2 id="tracks">Tracks</h2>
          </div>
          <TracksTable recording={id} manifest={manifest} ticket={ticket} />
        </section>
        <FileList recording={id} files={details.files} ticket={ticket} />
      </div>
    </>
  );
}

function Head({ details }: { details: RecordingDetails }) {
  const started = toDate(details.started);
  return (
    <header class="page-top">
      <div>
        <h1>{details.meetingId}</h1>
        <div class="page-facts quiet small number">
          {started && <span>{`${formatDay(started)}, ${formatTimeOfDay(started)}`}</span>}
          <span>{formatUs(details.durationUs)}</span>
          <span>{count(details.participants, 'person', 'people')}</span>
          <span>{formatBytes(details.bytes)}</span>
          <StateChip recording={details} />
        </div>
      </div>
      <DeleteButton id={details.recordingId} name={details.meetingId} disabled={isBusy(details)} />
    </header>
  );
}
