// The answer to a query that a page shows.
import { useCallback, useEffect, useRef, useState } from 'react';

/** Runs `query` at first, when `dependencies` change, and for `reload()`. Keeps the last answer meanwhile. */
export function useQuery<Answer>(query: () => Promise<Answer>, dependencies: unknown[] = []) {
  const [state, setState] = useState<{ data?: Answer; error?: unknown }>({});
  const asked = useRef(0);
  const shown = useRef(0);

  const reload = useCallback(async () => {
    asked.current += 1;
    const number = asked.current;
    const outcome = await query().then((data) => ({ data, error: undefined }), (error: unknown) => ({ error }));
    // An answer that comes after that to a later question is old.
    if (number < shown.current) return;
    shown.current = number;
    setState((before) => ({ ...before, ...outcome }));
  }, dependencies);

  useEffect(() => { reload(); }, [reload]);

  return { ...state, reload };
}
