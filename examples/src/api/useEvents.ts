// What happens to the account, as server-sent events.
import { createClient } from 'graphql-sse';
import { useEffect, useEffectEvent, useState } from 'react';
import {
  AccountEventsDocument, type AccountEventsSubscription, type AccountEventsSubscriptionVariables,
} from '../gql/graphql';
import { url } from './client';
import { ApiError, type Failure } from './error';

/** Something that has happened to the account. */
export type AccountEvent = AccountEventsSubscription['accountEvents'];

/** How many events are kept to be shown. */
const KEPT = 20;

const client = createClient({
  url,
  credentials: 'include',
  retryAttempts: Infinity,
  retry: () => new Promise((resolve) => setTimeout(resolve, 1000 + Math.random() * 1000)),
});

/** Follows the account until its session ends, and calls `onSignedOut` then. */
export function useEvents(onSignedOut: () => void) {
  const [events, setEvents] = useState<AccountEvent[]>([]);
  const [connected, setConnected] = useState(false);
  const [error, setError] = useState<unknown>();
  // Views read again when it changes.
  const [version, setVersion] = useState(0);

  const end = useEffectEvent((failure: Failure) => {
    if (failure.extensions.type === 'general_unauthorized_scope') onSignedOut();
    else setError(new ApiError(failure));
  });

  useEffect(() => {
    const change = () => setVersion((count) => count + 1);
    // A connection that breaks is made anew with these: `after` makes sure that no event is missed.
    const variables: AccountEventsSubscriptionVariables = {};
    const request = { query: AccountEventsDocument.toString(), variables };
    return client.subscribe<AccountEventsSubscription>(request, {
      next({ data, errors }) {
        if (errors) return end(errors[0] as unknown as Failure);
        if (!data) return;
        const event = data.accountEvents;
        variables.after = event.number;
        setEvents((earlier) => [event, ...earlier].slice(0, KEPT));
        change();
      },
      error: setError,
      complete: () => setConnected(false),
    }, {
      connecting: () => setConnected(false),
      connected: () => { setConnected(true); change(); },
    });
  }, []);

  return { events, connected, error, version };
}
