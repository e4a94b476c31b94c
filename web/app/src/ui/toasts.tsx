// SPDX-License-Identifier: MIT
// Short news at the foot of the page, read aloud politely, gone by themselves. At most four; an older one makes room.
import { signal } from '@preact/signals';

import './toasts.css';
import { CheckIcon, CloseIcon, InfoIcon, WarnIcon } from './icons';

export type ToastTone = 'plain' | 'good' | 'bad';

interface Toast {
  id: number;
  text: string;
  tone: ToastTone;
}

const kMost = 4;
const kSeconds = { plain: 5, good: 4, bad: 8 };

const toasts = signal<Toast[]>([]);
let next = 1;

export function toast(text: string, tone: ToastTone = 'plain') {
  const id = next++;
  toasts.value = [...toasts.value.filter((shown) => shown.text !== text), { id, text, tone }].slice(-kMost);
  setTimeout(() => dismiss(id), kSeconds[tone] * 1000);
}

function dismiss(id: number) {
  toasts.value = toasts.value.filter((shown) => shown.id !== id);
}

export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map(({ id, text, tone }) => (
        <div key={id} class={`toast toast-${tone}`}>
          {tone === 'bad' ? <WarnIcon size={19} /> : tone === 'good' ? <CheckIcon size={19} /> : <InfoIcon size={19} />}
          <span>{text}</span>
          <button type="button" aria-label="Dismiss" onClick={() => dismiss(id)}>
            <CloseIcon size={16} />
          </button>
        </div>
      ))}
    </div>
  );
}
