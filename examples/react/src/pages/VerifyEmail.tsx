// Where the link of a verification mail leads to.
import { useAccount } from '../api/account';
import { run } from '../api/client';
import { graphql } from '../gql';
import { Form } from '../parts/Form';
import { Page } from '../parts/Page';
import { Link, navigate, useLink } from '../router';

const ConfirmEmail = graphql(`
  mutation ConfirmEmail($userId: String!, $secret: String!) {
    accountUpdateEmailVerification(userId: $userId, secret: $secret) { _id }
  }
`);

export function VerifyEmail() {
  const { reload } = useAccount();
  const link = useLink('userId', 'secret');

  async function confirm() {
    await run(ConfirmEmail, link);
    await reload();
    navigate('/account', { replace: true, notice: 'Your e-mail address is verified.' });
  }

  return (
    <Page title="Verify your e-mail address">
      {/* A button, since some mail programs open links on their own, and the link works once. */}
      <Form submit="Verify" onSubmit={confirm} />
      <p><Link to="/account">Go to your account</Link></p>
    </Page>
  );
}
