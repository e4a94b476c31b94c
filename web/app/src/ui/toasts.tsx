// SPDX-License-Identifier: MIT
// Short news at the foot of the page, read aloud politely, gone by themselves. At most three; an older one makes room.
// News about one thing (the chat, say) replaces what was said about it before.
import { signal } from '@preact/signals';

import './toasts.css';
import { CheckIcon, CloseIcon, InfoIcon, WarnIcon } from './icons';

export type ToastTone = 'plain' | 'good' | 'bad';

interface Toast {
  id: number;
  text: string;
  tone: ToastTone;
  about: string;
}

const kMost = 3;
const kSeconds = { plain: 5, good: 4, bad: 8 };

const toasts = signal<Toast[]>([]);
let next = 1;

export function toast(text: string, tone: ToastTone = 'plain', about = text) {
  const id = next++;
  toasts.value = [...toasts.value.filter((shown) => shown.about !== about), { id, text, tone, about }].slice(-kMost);
  setTimeout(() => dismiss(id), kSeconds[tone] * 1000);
}

export function dismissAbout(about: string) {
  toasts.value = toasts.value.filter((shown) => shown.about !== about);
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
