// SPDX-License-Identifier: MIT
// The shortcuts of the keyboard, as shortcuts.ts lists them.
import './help_dialog.css';
import { Dialog } from '../ui/dialog';
import { kShortcuts } from './shortcuts';

export function HelpDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Keyboard shortcuts" onClose={onClose}>
      <dl class="shortcuts">
        {kShortcuts.map(({ key, name }) => (
          <div key={key}>
            <dt>{name}</dt>
            <dd>
              <kbd>{key}</kbd>
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
