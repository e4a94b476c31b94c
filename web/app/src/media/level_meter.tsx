// SPDX-License-Identifier: MIT
// A live meter of a microphone: bars that light up. Written to the style, not rendered: sixty renders a second would be waste.
import { useEffect, useRef } from 'preact/hooks';

import './level_meter.css';
import { watchLevel } from './sound_level';

export function LevelMeter({ track, label }: { track: MediaStreamTrack | null; label?: string }) {
  const ref = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    const meter = ref.current;
    if (!meter || !track) return;
    const stop = watchLevel(track, (level) => meter.style.setProperty('--level', level.toFixed(3)));
    return () => {
      stop();
      meter.style.removeProperty('--level');
    };
  }, [track]);
  return (
    <span ref={ref} class="level-meter" role="img" aria-label={label ?? 'Microphone level'}>
      <span />
    </span>
  );
}
