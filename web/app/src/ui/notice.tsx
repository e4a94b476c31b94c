// SPDX-License-Identifier: MIT
// Something the page has to say, and what can be done about it: in the flow (Notice) or instead of everything else (Full).
import type { ComponentChildren } from 'preact';

import './notice.css';
import { InfoIcon, WarnIcon } from './icons';

export type Tone = 'plain' | 'warn' | 'bad';

export function Notice({ tone = 'plain', title, children, action }: { tone?: Tone; title?: string; children?: ComponentChildren; action?: ComponentChildren }) {
  return (
    <div class={`notice notice-${tone}`} role={tone === 'plain' ? 'note' : 'alert'}>
      {tone === 'plain' ? <InfoIcon size={20} /> : <WarnIcon size={20} />}
      <div class="notice-text">
        {title && <strong>{title}</strong>}
        {children && <div>{children}</div>}
      </div>
      {action}
    </div>
  );
}

export function Full({ icon, title, children, actions }: { icon: ComponentChildren; title: string; children?: ComponentChildren; actions?: ComponentChildren }) {
  return (
    <div class="full">
      <div class="full-icon">{icon}</div>
      <h1>{title}</h1>
      {children && <div class="quiet full-text">{children}</div>}
      {actions && <div class="full-actions">{actions}</div>}
    </div>
  );
}

export function Skeleton({ lines = 3 }: { lines?: number }) {
  return (
    <div class="skeleton" role="status" aria-label="Loading">
      {Array.from({ length: lines }, (_, i) => (
        <span key={i} />
      ))}
    </div>
  );
}
