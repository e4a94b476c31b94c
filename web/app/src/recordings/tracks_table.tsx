// SPDX-License-Identifier: MIT
// The tracks as they were recorded, untouched: whose, what, when, how much, and where something is missing.
import { fileAddress } from '../api/recordings';
import type { Manifest, Track } from '../api/types';
import { formatBytes, formatUs } from '../text/format';
import { DownloadIcon } from '../ui/icons';
import { gapSummary } from './timeline_model';

const kKinds = { audio: 'Microphone', video: 'Camera', screenshare: 'Screen' };
const kCodecs: Record<string, string> = { opus: 'Opus', vp8: 'VP8', vp9: 'VP9', h264: 'H.264', av1: 'AV1' };

export function TracksTable({ recording, manifest, ticket }: { recording: string; manifest: Manifest; ticket: string | null }) {
  const names = new Map(manifest.participants.map(({ participant, name }) => [participant, name || participant]));
  return (
    <div class="table-box" tabIndex={0} role="region" aria-label="Table of the tracks">
      <table class="table">
        <thead>
          <tr>
            <th>Person</th>
            <th>Source</th>
            <th>Codec</th>
            <th class="right">From</th>
            <th class="right">Length</th>
            <th class="right">Size</th>
            <th class="track-gaps">Gaps</th>
            <th>
              <span class="unseen">Download</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {manifest.tracks.map((track) => (
            <tr key={track.track}>
              <td class="nowrap">{names.get(track.participant) ?? track.participant}</td>
              <td>{kKinds[track.kind]}</td>
              <td class="nowrap">
                {kCodecs[track.codec] ?? track.codec}
                <span class="quiet">{sizeOf(track)}</span>
              </td>
              <td class="right number">{formatUs(track.files[0]?.startUs ?? 0)}</td>
              <td class="right number">{formatUs(track.files.reduce((sum, file) => sum + file.durationUs, 0))}</td>
              <td class="right number nowrap">{formatBytes(track.files.reduce((sum, file) => sum + file.bytes, 0))}</td>
              <td class={track.gaps.length > 0 ? '' : 'quiet'}>{gapSummary(track.gaps) || 'None'}</td>
              <td class="right nowrap">
                {ticket && track.files.map(({ file }) => <DownloadLink key={file} address={fileAddress(recording, file, ticket)} name={file.split('/').pop() ?? file} />)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function DownloadLink({ address, name }: { address: string; name: string }) {
  return (
    <a class="icon-button" href={address} download={name} aria-label={`Download ${name}`} title={`Download ${name}`}>
      <DownloadIcon size={18} />
    </a>
  );
}

function sizeOf(track: Track): string {
  const last = [...track.files].reverse().find((file) => file.width && file.height);
  return last ? ` ${last.width}×${last.height}` : '';
}
