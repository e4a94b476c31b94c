// SPDX-License-Identifier: MIT
// A person without a picture: initials on the person's own colour.
import './avatar.css';
import { hueOf, initials } from '../text/format';

export function Avatar({ id, name, size = 'm' }: { id: string; name: string; size?: 's' | 'm' | 'tile' }) {
  return (
    <span class={`avatar avatar-${size} hue-${hueOf(id)}`} aria-hidden="true">
      <span>{initials(name)}</span>
    </span>
  );
}
