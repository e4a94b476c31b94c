// SPDX-License-Identifier: MIT
// A button with a small panel at it. Escape and a click elsewhere close it; the focus goes in and comes back.
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';

import './popover.css';

interface PopoverProps {
  label: string;
  button: ComponentChildren;
  buttonClass: string;
  side?: 'up' | 'down';
  align?: 'start' | 'center' | 'end';
  title?: string;
  children: (close: () => void) => ComponentChildren;
}

export function Popover({ label, button, buttonClass, side = 'down', align = 'end', title, children }: PopoverProps) {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLSpanElement>(null);
  const trigger = useRef<HTMLButtonElement>(null);
  const id = useId();

  const close = () => {
    setOpen(false);
    trigger.current?.focus();
  };

  useEffect(() => {
    if (!open) return;
    // The first that is shown: some are for narrow windows only.
    const inside = box.current?.querySelectorAll<HTMLElement>('.popover :is(button, input, select, a):not(:disabled)') ?? [];
    [...inside].find((element) => element.getClientRects().length > 0)?.focus();
    const outside = (event: Event) => {
      if (!box.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener('pointerdown', outside);
    document.addEventListener('focusin', outside);
    return () => {
      document.removeEventListener('pointerdown', outside);
      document.removeEventListener('focusin', outside);
    };
  }, [open]);

  return (
    <span
      class="popover-box"
      ref={box}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && open) {
          event.stopPropagation();
          close();
        }
      }}
    >
      <button ref={trigger} type="button" class={buttonClass} aria-label={label} title={title ?? label} aria-expanded={open} aria-controls={open ? id : undefined} onClick={() => setOpen(!open)}>
        {button}
      </button>
      {open && (
        <div id={id} class={`popover popover-${side} popover-${align}`} role="group" aria-label={label}>
          {children(close)}
        </div>
      )}
    </span>
  );
}
