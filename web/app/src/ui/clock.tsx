// SPDX-License-Identifier: MIT
// A time that counts up, each second, from a moment on.
import { useEffect, useState } from 'preact/hooks';

import { formatClock } from '../text/format';

export function Elapsed({ since }: { since: number }) {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return <span class="number">{formatClock((now - since) / 1000)}</span>;
}
