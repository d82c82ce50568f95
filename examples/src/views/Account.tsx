// The page of who is signed in.
import { run } from '../api/client';
import { useAction } from '../api/useAction';
import { useEvents } from '../api/useEvents';
import { AccountDeleteSessionDocument } from '../gql/graphql';
import { LiveEvents } from './LiveEvents';
import { Problem } from './parts';
import { Preferences } from './Preferences';
import { SecurityLog } from './SecurityLog';
import { Sessions } from './Sessions';

interface Props {
  user: { name: string; email: string };
  onSignedOut: () => void;
}

export function Account({ user, onSignedOut }: Props) {
  const live = useEvents(onSignedOut);
  const { name, email } = live.events[0]?.user ?? user;

  const signOut = useAction(async () => {
    await run(AccountDeleteSessionDocument, { sessionId: 'current' });
    onSignedOut();
  });

  return (
    <>
      <header className="top">
        <div><h1>{name || 'Your account'}</h1><p>{email}</p></div>
        <button onClick={signOut.start} disabled={signOut.busy}>Sign out</button>
      </header>
      <Problem error={signOut.error} />
      <main className="account">
        <div>
          <Sessions version={live.version} onSignedOut={onSignedOut} />
          <SecurityLog version={live.version} />
        </div>
        <div>
          <Preferences version={live.version} />
          <LiveEvents {...live} />
        </div>
      </main>
    </>
  );
}
