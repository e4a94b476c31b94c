// SPDX-License-Identifier: MIT
// The panel beside the stage, or over it on a phone.
import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

import './side_panel.css';
import { CloseIcon } from '../ui/icons';

export function SidePanel({ title, onClose, children }: { title: string; onClose: () => void; children: ComponentChildren }) {
  const id = useId();
  return (
    <aside
      class="panel"
      aria-labelledby={id}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose();
      }}
    >
      <header class="panel-head">
        <h2 id={id}>{title}</h2>
        <button type="button" class="icon-button" aria-label={`Close ${title.toLowerCase()}`} onClick={onClose}>
          <CloseIcon size={20} />
        </button>
      </header>
      {children}
    </aside>
  );
}
