// What happens to the account while one looks.
import type { AccountEvent } from '../api/useEvents';
import type { AccountEventKind } from '../gql/graphql';
import { program } from './agent';
import { Panel, Problem, Time } from './parts';

/** All kinds: a new one in the schema doesn't compile until it has its words here. */
const KINDS: Record<AccountEventKind, string> = {
  SESSION_CREATED: 'A new sign-in',
  SESSION_UPDATED: 'A session was extended',
  SESSION_DELETED: 'A session was ended',
  PROFILE_CHANGED: 'The profile changed',
  PREFERENCES_CHANGED: 'The preferences changed',
  VERIFICATION: 'A verification',
  SECURITY: 'A change of password, or a failed sign-in',
};

interface Props {
  events: AccountEvent[];
  connected: boolean;
  error: unknown;
}

export function LiveEvents({ events, connected, error }: Props) {
  const state = connected ? 'Live' : error ? 'Off' : 'Connecting…';
  return (
    <Panel title="Live events" aside={<span className="tag" role="status">{state}</span>}>
      <Problem error={error} />
      {events.length === 0 && <p>Nothing yet. Sign in with another browser, and it appears here.</p>}
      <ol className="rows" aria-live="polite">
        {events.map(({ number, kind, log }) => (
          <li key={number}>
            <div><strong>{KINDS[kind]}</strong><small>{program(log)}</small></div>
            <small><Time of={log.time} /></small>
          </li>
        ))}
      </ol>
    </Panel>
  );
}
