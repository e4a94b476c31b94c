// SPDX-License-Identifier: MIT
// The keyboard's shortcuts, in one list that the help dialog shows, too. None acts while somebody types or a dialog is open.
import { useEffect } from 'preact/hooks';

export const kShortcuts = [
  { key: 'm', name: 'Microphone on or off' },
  { key: 'v', name: 'Camera on or off' },
  { key: 's', name: 'Share your screen, or stop' },
  { key: 'h', name: 'Raise or lower your hand' },
  { key: 'c', name: 'Open or close the chat' },
  { key: 'p', name: 'Open or close the list of people' },
  { key: 'l', name: 'Change the layout' },
  { key: '?', name: 'Show this help' },
] as const;

export type ShortcutKey = (typeof kShortcuts)[number]['key'];

export function useShortcuts(actions: Record<ShortcutKey, () => void>) {
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
      const target = event.target as HTMLElement;
      if (target.closest('input, textarea, select, [contenteditable], dialog')) return;
      const action = actions[event.key.toLowerCase() as ShortcutKey];
      if (!action) return;
      event.preventDefault();
      action();
    };
    document.addEventListener('keydown', pressed);
    return () => document.removeEventListener('keydown', pressed);
  });
}
