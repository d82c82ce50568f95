// Shows a guest the sign-in, and a user the account.
import { useState } from 'react';
import { useQuery } from './api/useQuery';
import { AccountStatusDocument } from './gql/graphql';
import { Account } from './views/Account';
import { Problem } from './views/parts';
import { SignIn } from './views/SignIn';

export function App() {
  const { data, error, reload } = useQuery(AccountStatusDocument, {});
  const [notice, setNotice] = useState('');
  const user = data?.accountStatus;

  const change = (text: string) => { setNotice(text); reload(); };

  if (user) return <Account user={user} onSignedOut={() => change('You are signed out.')} />;
  return (
    <main className="entrance">
      <Problem error={error} />
      {data && <SignIn notice={notice} onSignedIn={() => change('')} />}
    </main>
  );
}
