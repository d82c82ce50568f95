// Notices what happens to the account, in this tab or anywhere else, by server-sent events.
import { createClient } from 'graphql-sse';
import { useEffect, useEffectEvent, useState, useSyncExternalStore } from 'react';
import { graphql } from '../gql';
import { ENDPOINT } from './client';

const AccountEvents = graphql(`
  subscription AccountEvents {
    accountEvents { number }
  }
`);

const client = createClient({
  url: ENDPOINT,
  credentials: 'include',
  retryAttempts: Infinity,
  retry: () => new Promise((resolve) => setTimeout(resolve, 1000 + Math.random() * 1000)),
});

function onVisibility(change: () => void) {
  document.addEventListener('visibilitychange', change);
  return () => document.removeEventListener('visibilitychange', change);
}

/** Calls `onChange` after each event of the user, after each connection, and when the session ends. */
export function useChanges(userId: string | undefined, onChange: () => void) {
  // Without HTTP/2 a browser has six connections to a host: tabs in the background need none.
  const isVisible = useSyncExternalStore(onVisibility, () => document.visibilityState === 'visible');
  const change = useEffectEvent(onChange);
  const [ends, setEnds] = useState(0);

  useEffect(() => {
    if (!userId || !isVisible) return;
    let next: ReturnType<typeof setTimeout> | undefined;
    let isLeft = false;
    // Events are only signals: the answers are read again, so none can be missed while there is no connection.
    const leave = client.subscribe({ query: AccountEvents.toString() }, {
      next: change,
      error: change,
      // The session has ended. Another one may be in its place, which has events, too.
      complete: () => { if (!isLeft) next = setTimeout(() => setEnds((count) => count + 1), 1000); },
    }, { connected: change });
    return () => {
      isLeft = true;
      clearTimeout(next);
      leave();
    };
  }, [userId, isVisible, ends]);
}
