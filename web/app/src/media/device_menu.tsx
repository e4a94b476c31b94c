// SPDX-License-Identifier: MIT
// The devices to choose from, as items of a menu.
import { CheckIcon } from '../ui/icons';
import type { DeviceChoice } from './devices';

interface DeviceListProps {
  title: string;
  devices: readonly DeviceChoice[];
  chosen: string;
  none: string;
  onChoose: (id: string) => void;
}

export function DeviceList({ title, devices, chosen, none, onChoose }: DeviceListProps) {
  const current = devices.some(({ id }) => id === chosen) ? chosen : (devices[0]?.id ?? '');
  return (
    <div role="group" aria-label={title}>
      <div class="menu-title" aria-hidden="true">
        {title}
      </div>
      {devices.length === 0 && <div class="menu-item quiet">{none}</div>}
      {devices.map(({ id, label }) => (
        <button key={id} type="button" class="menu-item" aria-pressed={id === current} onClick={() => onChoose(id)}>
          <span class="clip">{label}</span>
          {id === current && (
            <span class="mark">
              <CheckIcon size={18} />
            </span>
          )}
        </button>
      ))}
    </div>
  );
}
