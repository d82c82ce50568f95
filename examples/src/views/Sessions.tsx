// Where the user is signed in, and signing out there.
import { run } from '../api/client';
import { useAction } from '../api/useAction';
import { useQuery } from '../api/useQuery';
import { AccountDeleteSessionDocument, AccountDeleteSessionsDocument, AccountListSessionsDocument } from '../gql/graphql';
import { place, program } from './agent';
import { Panel, Problem, Time } from './parts';

export function Sessions({ version, onSignedOut }: { version: number; onSignedOut: () => void }) {
  const { data, error, reload } = useQuery(AccountListSessionsDocument, {}, version);
  const sessions = data?.accountListSessions?.sessions ?? [];
  const currentFirst = sessions.toSorted((a, b) => Number(b.current) - Number(a.current));

  const end = useAction(async (session: { _id: string; current: boolean }) => {
    await run(AccountDeleteSessionDocument, { sessionId: session._id });
    if (session.current) onSignedOut();
    else reload();
  });
  const endAll = useAction(async () => {
    await run(AccountDeleteSessionsDocument, {});
    onSignedOut();
  });

  return (
    <Panel title="Sessions" aside={<button onClick={endAll.start} disabled={endAll.busy}>Sign out everywhere</button>}>
      <Problem error={end.error ?? endAll.error ?? error} />
      <ul className="rows">
        {currentFirst.map((session) => (
          <li key={session._id}>
            <div>
              <strong>{program(session)}</strong> {session.current && <span className="tag">This device</span>}
              <small>{place(session)}</small>
              <small>since <Time of={session._createdAt} /></small>
            </div>
            <button aria-label={`Sign out ${program(session)}`} onClick={() => end.start(session)} disabled={end.busy}>
              Sign out
            </button>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
