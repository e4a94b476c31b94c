// SPDX-License-Identifier: MIT
// Something asked of the server by a component: its value, its error, and asking again, also every few seconds while the tab is seen.
// An answer that comes after the component is gone, or after a newer question, is dropped; with an error the last value stays.
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';

export interface Loaded<T> {
  value: T | null;
  error: unknown;
  loading: boolean;
  again: () => void;
}

export function useLoaded<T>(ask: (signal: AbortSignal) => Promise<T>, keys: readonly unknown[], everyMs = 0): Loaded<T> {
  const [state, setState] = useState<{ value: T | null; error: unknown; loading: boolean }>({ value: null, error: null, loading: true });
  const [round, setRound] = useState(0);
  const latest = useRef(ask);
  latest.current = ask;
  const again = useCallback(() => setRound((n) => n + 1), []);

  useEffect(() => {
    setState((before) => (before.value === null && before.error === null ? before : { value: null, error: null, loading: true }));
  }, keys);

  useEffect(() => {
    const ended = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const once = async () => {
      try {
        const value = await latest.current(ended.signal);
        if (!ended.signal.aborted) setState({ value, error: null, loading: false });
      } catch (error) {
        if (!ended.signal.aborted) setState((before) => ({ value: before.value, error, loading: false }));
      }
      if (everyMs > 0 && !ended.signal.aborted) timer = setTimeout(() => (document.hidden ? wait() : void once()), everyMs);
    };
    const wait = () => document.addEventListener('visibilitychange', () => void once(), { once: true, signal: ended.signal });
    void once();
    return () => {
      ended.abort();
      clearTimeout(timer);
    };
  }, [...keys, round, everyMs]);

  return { ...state, again };
}
