// Who is signed in, the way to all pages, and out.
import { type User, useAccount } from '../api/account';
import { run } from '../api/client';
import { graphql } from '../gql';
import { Link, navigate } from '../router';
import { Action } from './Action';
import { ErrorText } from './ErrorText';

export const SignOut = graphql(`
  mutation SignOut {
    accountDeleteSession(sessionId: "current") { status }
  }
`);

export function TopBar({ user, error }: { user: User; error: unknown }) {
  const { reload } = useAccount();

  async function signOut() {
    await run(SignOut);
    await reload();
    navigate('/sign-in', { notice: 'You are signed out.' });
  }

  return (
    <header className="top">
      <p><strong>{user.name || user.email || user.phone || 'Guest'}</strong></p>
      <Action run={signOut}>Sign out</Action>
      <nav aria-label="Pages of your account">
        <Link to="/account">Account</Link>
        <Link to="/sessions">Sessions</Link>
        <Link to="/second-factors">Second factors</Link>
        <Link to="/passkeys">Passkeys</Link>
        <Link to="/security-log">Security log</Link>
        <Link to="/identities">Linked accounts</Link>
        <Link to="/delete-account">Delete account</Link>
      </nav>
      <ErrorText error={error} />
    </header>
  );
}
