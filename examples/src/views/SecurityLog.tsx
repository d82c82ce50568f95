// What happened to the account, page by page.
import { useState } from 'react';
import { useQuery } from '../api/useQuery';
import { AccountListLogsDocument } from '../gql/graphql';
import { place, program } from './agent';
import { Panel, Problem, Time } from './parts';

const PAGE = 5;

const EVENTS: Record<string, string> = {
  'session.create': 'Signed in',
  'session.create.failure': 'Sign-in failed',
  'session.delete': 'Signed out',
  'session.update': 'Session extended',
  'user.create': 'Account created',
  'user.update': 'Account changed',
  'verification.create': 'Verification asked for',
  'verification.update': 'Verified',
  'recovery.create': 'Recovery asked for',
  'recovery.update': 'Account recovered',
};

export function SecurityLog({ version }: { version: number }) {
  const [offset, setOffset] = useState(0);
  const { data, error } = useQuery(AccountListLogsDocument, { queries: [`limit(${PAGE})`, `offset(${offset})`] }, version);
  const { logs = [], total = 0 } = data?.accountListLogs ?? {};

  return (
    <Panel title="Security log">
      <Problem error={error} />
      <ul className="rows">
        {logs.map((log, index) => (
          <li key={offset + index}>
            <div>
              <strong>{EVENTS[log.event] ?? log.event}</strong>
              <small>{program(log)}</small>
              <small>{place(log)}</small>
            </div>
            <small><Time of={log.time} /></small>
          </li>
        ))}
      </ul>
      <nav className="pages" aria-label="Pages of the security log">
        <button onClick={() => setOffset(offset - PAGE)} disabled={offset === 0}>Newer</button>
        <span>{total && `${offset + 1}–${offset + logs.length} of ${total}`}</span>
        <button onClick={() => setOffset(offset + PAGE)} disabled={offset + PAGE >= total}>Older</button>
      </nav>
    </Panel>
  );
}
