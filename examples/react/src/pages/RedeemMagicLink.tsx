// Where the link of a mail that signs in leads to.
import { useAccount } from '../api/account';
import { run } from '../api/client';
import { graphql } from '../gql';
import { Form } from '../parts/Form';
import { Page } from '../parts/Page';
import { Link, navigate, useLink } from '../router';

const SignInWithMagicLink = graphql(`
  mutation SignInWithMagicLink($userId: String!, $secret: String!) {
    accountCreateSession(userId: $userId, secret: $secret) { _id }
  }
`);

export function RedeemMagicLink() {
  const { reload } = useAccount();
  const link = useLink('userId', 'secret');

  async function signIn() {
    await run(SignInWithMagicLink, link);
    await reload();
    navigate('/account', { replace: true });
  }

  return (
    <Page title="Welcome back">
      {/* A button, since some mail programs open links on their own, and the link works once. */}
      <Form submit="Sign in" onSubmit={signIn} />
      <p><Link to="/sign-in/link">Ask for a new link</Link></p>
    </Page>
  );
}
