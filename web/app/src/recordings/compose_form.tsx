// SPDX-License-Identifier: MIT
// Making another programme of a recording: layout, size, format.
import { useState } from 'preact/hooks';

import { composeRecording } from '../api/recordings';
import type { ComposeRequest, Layout } from '../api/types';
import { explainShortly } from '../text/errors';
import { toast } from '../ui/toasts';
import { layoutName } from './sources';

const kSizes = [
  { label: '1080p', width: 1920, height: 1080 },
  { label: '720p', width: 1280, height: 720 },
  { label: '480p', width: 854, height: 480 },
];

export function ComposeForm({ recording, onStarted }: { recording: string; onStarted: () => void }) {
  const [layout, setLayout] = useState<Layout>('grid');
  const [format, setFormat] = useState<ComposeRequest['format']>('mp4');
  const [size, setSize] = useState(1);
  const [busy, setBusy] = useState(false);
  const compose = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    try {
      const { width, height } = kSizes[size]!;
      await composeRecording(recording, { layout, format, width, height, fps: 25 });
      toast('The programme is being made', 'good');
      onStarted();
    } catch (error) {
      toast(explainShortly(error), 'bad');
    } finally {
      setBusy(false);
    }
  };
  return (
    <form class="compose" onSubmit={compose}>
      <label class="field tight-field compose-layout">
        <span class="label">Layout</span>
        <select class="select" value={layout} onChange={(event) => setLayout(event.currentTarget.value as Layout)}>
          {(['grid', 'speaker', 'presentation'] as const).map((value) => (
            <option key={value} value={value}>
              {layoutName(value)}
            </option>
          ))}
        </select>
      </label>
      <label class="field tight-field">
        <span class="label">Size</span>
        <select class="select" value={String(size)} onChange={(event) => setSize(Number(event.currentTarget.value))}>
          {kSizes.map(({ label }, i) => (
            <option key={label} value={String(i)}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <label class="field tight-field">
        <span class="label">Format</span>
        <select class="select" value={format} onChange={(event) => setFormat(event.currentTarget.value as ComposeRequest['format'])}>
          <option value="mp4">MP4</option>
          <option value="webm">WebM</option>
          <option value="hls">HLS</option>
        </select>
      </label>
      <button type="submit" class="button" disabled={busy}>
        Make a programme
      </button>
    </form>
  );
}
