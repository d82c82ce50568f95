// Something that the user does: whether it is under way, and what went wrong.
import { useState } from 'react';

/** Wraps `action`, so that a form or a button can show how it goes. */
export function useAction<Arguments extends unknown[]>(action: (...args: Arguments) => Promise<void>) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();

  async function start(...args: Arguments) {
    setBusy(true);
    setError(undefined);
    try {
      await action(...args);
    } catch (reason) {
      setError(reason);
    } finally {
      setBusy(false);
    }
  }

  return { start, busy, error, forget: () => setError(undefined) };
}
