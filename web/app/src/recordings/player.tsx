// SPDX-License-Identifier: MIT
// The player of a recording: one of its sources at a time, at the same place of the timeline when another is chosen.
import { useEffect, useRef } from 'preact/hooks';

import './player.css';
import { fileAddress } from '../api/recordings';
import { DownloadIcon, FilmIcon } from '../ui/icons';
import type { Source } from './sources';

interface PlayerProps {
  recording: string;
  ticket: string | null;
  sources: Source[];
  chosen: Source | null;
  onChoose: (file: string) => void;
  seek: { us: number } | null; // a new object for each wish
  onPosition: (us: number) => void;
  nothing: string; // said while there is nothing to play
}

export function Player({ recording, ticket, sources, chosen, onChoose, seek, onPosition, nothing }: PlayerProps) {
  const ref = useRef<HTMLVideoElement>(null);
  const place = useRef<{ us: number; playing: boolean } | null>(null);
  // The first ticket of a source stays in its address: a renewed one must not load the film anew.
  const address = useRef<{ file: string; ticket: string } | null>(null);
  if (chosen && ticket && address.current?.file !== chosen.file) address.current = { file: chosen.file, ticket };

  useEffect(() => {
    if (ref.current && seek && chosen) ref.current.currentTime = Math.max(0, (seek.us - chosen.startUs) / 1e6);
  }, [seek]);

  if (sources.length === 0 || !chosen) {
    return (
      <div class="player player-empty">
        <FilmIcon size={34} />
        <p>{nothing}</p>
      </div>
    );
  }

  const resume = (video: HTMLVideoElement) => {
    const before = place.current;
    if (!before) return;
    video.currentTime = Math.max(0, (before.us - chosen.startUs) / 1e6);
    if (before.playing) void video.play().catch(() => {});
  };
  // The ticket in the address may have run out in a long pause: once more with the present one.
  const retry = (video: HTMLVideoElement) => {
    if (!ticket || address.current?.ticket === ticket) return;
    address.current = { file: chosen.file, ticket };
    video.src = fileAddress(recording, chosen.file, ticket);
  };
  return (
    <div>
      <div class="player">
        {address.current && (
          <video
            key={chosen.file}
            ref={ref}
            src={fileAddress(recording, chosen.file, address.current.ticket)}
            controls
            playsInline
            preload="metadata"
            aria-label={`Recording: ${chosen.label}`}
            onLoadedMetadata={(event) => resume(event.currentTarget)}
            onPlay={() => onChoose(chosen.file)} // what is being watched stays, also when a better source (the programme) is ready
            onTimeUpdate={({ currentTarget: video }) => {
              if (video !== ref.current) return; // the source before, which the browser stops as it goes
              place.current = { us: video.currentTime * 1e6 + chosen.startUs, playing: !video.paused };
              onPosition(place.current.us);
            }}
            onError={(event) => retry(event.currentTarget)}
          />
        )}
      </div>
      <div class="player-bar">
        <label class="field tight-field player-choice">
          <span class="unseen">What to watch</span>
          <select class="select" value={chosen.file} onChange={(event) => onChoose(event.currentTarget.value)}>
            {sources.map((source) => (
              <option key={source.file} value={source.file}>
                {source.label}
              </option>
            ))}
          </select>
        </label>
        {ticket && (
          <a class="button" href={fileAddress(recording, chosen.file, ticket)} download={chosen.file.split('/').pop()}>
            <DownloadIcon size={18} /> Download
          </a>
        )}
      </div>
    </div>
  );
}
