// SPDX-License-Identifier: MIT
// A ticket for a recording's files, renewed before it expires: what addresses of media elements and downloads carry instead of a token.
import { useEffect, useState } from 'preact/hooks';

import { getTicket } from '../api/recordings';
import { toDate } from '../text/format';

const kEarlyMs = 120_000;
const kRetryMs = 15_000;
const kLongestTimerMs = 2 ** 31 - 1;

export function useTicket(recording: string): string | null {
  const [ticket, setTicket] = useState<string | null>(null);
  useEffect(() => {
    let ended = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const renew = async () => {
      let next = kRetryMs;
      try {
        const answer = await getTicket(recording);
        if (ended) return;
        setTicket(answer.ticket);
        next = Math.max(kRetryMs, (toDate(answer.expires)?.getTime() ?? 0) - Date.now() - kEarlyMs);
      } catch {
        // The page says what is wrong with its own requests; this one is tried again.
      }
      if (!ended) timer = setTimeout(renew, Math.min(next, kLongestTimerMs));
    };
    void renew();
    return () => {
      ended = true;
      clearTimeout(timer);
    };
  }, [recording]);
  return ticket;
}
