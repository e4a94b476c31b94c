// SPDX-License-Identifier: MIT
// The panel beside the stage, or over it on a phone. The focus goes into it, and back to where it was when it closes.
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';

import './side_panel.css';
import { CloseIcon } from '../ui/icons';

export function SidePanel({ title, onClose, children }: { title: string; onClose: () => void; children: ComponentChildren }) {
  const id = useId();
  const panel = useRef<HTMLElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    // What is inside may have taken the focus already.
    if (!panel.current?.contains(before)) heading.current?.focus();
    return () => {
      if (before?.isConnected && (document.activeElement === document.body || panel.current?.contains(document.activeElement))) before.focus();
    };
  }, []);
  return (
    <aside
      ref={panel}
      class="panel"
      aria-labelledby={id}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose();
      }}
    >
      <header class="panel-head">
        <h2 id={id} ref={heading} tabIndex={-1}>{title}</h2>
        <button type="button" class="icon-button" aria-label={`Close ${title.toLowerCase()}`} onClick={onClose}>
          <CloseIcon size={20} />
        </button>
      </header>
      {children}
    </aside>
  );
}
