// SPDX-License-Identifier: MIT
// Every file of a recording, to download; those that are only in the archive cannot be had from here.
import { fileAddress } from '../api/recordings';
import type { RecordingFile } from '../api/types';
import { formatBytes } from '../text/format';

export function FileList({ recording, files, ticket }: { recording: string; files: readonly RecordingFile[]; ticket: string | null }) {
  return (
    <details class="card recording-wide fold">
      <summary>All files ({files.length})</summary>
      <div class="card-body">
        <ul class="recording-files">
          {files.map(({ file, bytes, local }) => (
            <li key={file}>
              {ticket && local ? (
                <a href={fileAddress(recording, file, ticket)} download={file.split('/').pop()}>
                  {file}
                </a>
              ) : (
                <span>{file}</span>
              )}
              {!local && <span class="chip">Archive</span>}
              <span class="quiet number nowrap">{formatBytes(bytes)}</span>
            </li>
          ))}
        </ul>
      </div>
    </details>
  );
}
