// SPDX-License-Identifier: MIT
// The stage: everybody's tiles where arrange.ts puts them. Tiles keep their element from one arrangement to the next, so no picture blinks.
import { useRef, useState } from 'preact/hooks';

import './stage.css';
import { LeftIcon, RightIcon } from '../ui/icons';
import { useSize } from '../ui/use_size';
import { arrange } from './arrange';
import type { Call } from './call_model';
import { cameraKey, stageTiles } from './people';
import { Tile, type TileActions } from './tile';
import type { Rect } from './tile_packing';

interface StageProps {
  call: Call;
  view: 'grid' | 'speaker';
  pinned: string | null;
  actions: TileActions;
}

export function Stage({ call, view, pinned, actions }: StageProps) {
  const ref = useRef<HTMLDivElement>(null);
  const stage = useSize(ref);
  const [page, setPage] = useState(0);
  const lastSpeaker = useRef<string | null>(null);

  const people = call.people.value;
  const speaker = call.speaker.value;
  const shown = stageTiles({ people, speaker, pinned, view }, lastSpeaker.current);
  lastSpeaker.current = shown.speaker;
  const me = people[0];
  const arrangement = arrange({ tiles: shown.tiles, main: shown.main, me: me ? cameraKey(me.id) : null, stage, page });

  return (
    <div class="stage" ref={ref}>
      <ul class="stage-tiles" aria-label="People in the meeting">
        {shown.tiles.map((key) => {
          const rect = arrangement.places.get(key);
          const id = key.slice(key.indexOf(':') + 1);
          const person = people.find((each) => each.id === id);
          if (!rect || !person) return null;
          return (
            <Tile
              key={key}
              id={key}
              person={person}
              screen={key.startsWith('screen:')}
              rect={rect}
              speaking={speaker === id && person.microphone === 'on'}
              floating={arrangement.floating === key}
              pinned={pinned === key}
              score={call.quality.value.get(id)}
              actions={actions}
            />
          );
        })}
      </ul>
      {arrangement.pager && <Pages at={arrangement.pager} page={arrangement.page} pages={arrangement.pages} onPage={setPage} />}
    </div>
  );
}

function Pages({ at, page, pages, onPage }: { at: Rect; page: number; pages: number; onPage: (page: number) => void }) {
  return (
    <nav class="stage-pages" aria-label="Pages of people" style={{ left: `${at.x}px`, top: `${at.y}px`, width: `${at.width}px`, height: `${at.height}px` }}>
      <button type="button" class="stage-page" aria-label="Previous page" disabled={page === 0} onClick={() => onPage(page - 1)}>
        <LeftIcon size={18} />
      </button>
      <span class="number" aria-live="polite">
        <span class="unseen">Page </span>
        {page + 1} / {pages}
      </span>
      <button type="button" class="stage-page" aria-label="Next page" disabled={page === pages - 1} onClick={() => onPage(page + 1)}>
        <RightIcon size={18} />
      </button>
    </nav>
  );
}
