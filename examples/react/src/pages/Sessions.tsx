// Where the user is signed in, and signing out there.
import { useAccount } from '../api/account';
import { run } from '../api/client';
import { useQuery } from '../api/useQuery';
import { graphql } from '../gql';
import { Action } from '../parts/Action';
import { Page } from '../parts/Page';
import { Time, place, program } from '../parts/device';

const ListSessions = graphql(`
  query ListSessions {
    accountListSessions {
      sessions {
        _id
        _createdAt
        current
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

const EndSession = graphql(`
  mutation EndSession($sessionId: String!) {
    accountDeleteSession(sessionId: $sessionId) { status }
  }
`);

export function Sessions() {
  const { version } = useAccount();
  const { data, error, reload } = useQuery(() => run(ListSessions), [version]);
  const sessions = data?.accountListSessions?.sessions ?? [];
  const current = sessions.filter((session) => session.current);
  const others = sessions.filter((session) => !session.current);

  const end = (sessionId: string) => run(EndSession, { sessionId });

  async function endOthers() {
    await Promise.all(others.map(({ _id }) => end(_id)));
    await reload();
  }

  return (
    <Page title="Sessions" error={error} wide>
      {!data && !error && <p role="status">Loading…</p>}
      <ul className="rows">
        {[...current, ...others].map((session) => (
          <li key={session._id}>
            <div>
              <strong>{program(session)}</strong>
              <small>{place(session)}</small>
              <small>since <Time of={session._createdAt} /></small>
            </div>
            {session.current
              ? <span className="tag">This device</span>
              : <Action run={() => end(session._id).then(reload)} label={`Sign out ${program(session)}`}>Sign out</Action>}
          </li>
        ))}
      </ul>
      {others.length > 0 && <Action run={endOthers}>Sign out everywhere else</Action>}
    </Page>
  );
}
