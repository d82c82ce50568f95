// What happened to the account, page by page.
import { useState } from 'react';
import { useAccount } from '../api/account';
import { run } from '../api/client';
import { useQuery } from '../api/useQuery';
import { graphql } from '../gql';
import { Page } from '../parts/Page';
import { Time, place, program } from '../parts/device';

const ListLogs = graphql(`
  query ListLogs($queries: [String]) {
    accountListLogs(queries: $queries) {
      total
      logs {
        event
        time
        clientName
        clientVersion
        osName
        osVersion
        deviceName
        countryCode
        countryName
        ip
      }
    }
  }
`);

const PAGE = 10;

const EVENTS: Record<string, string> = {
  'authenticator.create': 'An authenticator app was added',
  'authenticator.delete': 'The authenticator app was removed',
  'authenticator.update': 'The authenticator app was verified',
  'challenge.create': 'A second factor was asked for',
  'challenge.update': 'A second factor was shown',
  'challenge.update.failure': 'A second factor was wrong',
  'identity.create': 'An account was linked',
  'identity.delete': 'An account was unlinked',
  'passkey.create': 'A passkey was added',
  'passkey.delete': 'A passkey was deleted',
  'passkey.update': 'A passkey was renamed',
  'recovery.create': 'A link for a new password was sent',
  'recovery.update': 'A new password was set by link',
  'recoveryCodes.create': 'Recovery codes were created',
  'recoveryCodes.update': 'The recovery codes were replaced',
  'recoveryCodes.use': 'A recovery code was used',
  'session.create': 'Signed in',
  'session.create.failure': 'A sign-in failed',
  'session.create.pending': 'A sign-in began',
  'session.delete': 'Signed out',
  'session.delete.pending': 'A sign-in was given up',
  'session.update': 'A session was extended',
  'user.create': 'The account was created',
  'user.update': 'The account was changed',
  'verification.create': 'A verification was sent',
  'verification.update': 'Verified',
};

export function SecurityLog() {
  const { version } = useAccount();
  const [offset, setOffset] = useState(0);
  const { data, error } = useQuery(
    () => run(ListLogs, { queries: [`limit(${PAGE})`, `offset(${offset})`] }),
    [offset, version],
  );
  const { logs = [], total = 0 } = data?.accountListLogs ?? {};

  return (
    <Page title="Security log" error={error} wide>
      {!data && !error && <p role="status">Loading…</p>}
      <ol className="rows" aria-live="polite">
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
      </ol>
      <nav className="pages" aria-label="Pages of the log">
        <button onClick={() => setOffset(offset - PAGE)} disabled={offset === 0}>Newer</button>
        <span>{total > 0 && `${offset + 1}–${offset + logs.length} of ${total}`}</span>
        <button onClick={() => setOffset(offset + PAGE)} disabled={offset + PAGE >= total}>Older</button>
      </nav>
    </Page>
  );
}
