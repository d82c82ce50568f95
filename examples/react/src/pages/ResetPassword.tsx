// Where the link of a recovery mail leads to: setting a new password.
import { useAccount } from '../api/account';
import { run } from '../api/client';
import { graphql } from '../gql';
import { NewPassword } from '../parts/fields';
import { Form } from '../parts/Form';
import { Page } from '../parts/Page';
import { Link, navigate, useLink } from '../router';

const SetNewPassword = graphql(`
  mutation SetNewPassword($userId: String!, $secret: String!, $password: String!) {
    accountUpdateRecovery(userId: $userId, secret: $secret, password: $password) { _id }
  }
`);

export function ResetPassword() {
  const { reload } = useAccount();
  const link = useLink('userId', 'secret');

  async function reset({ password }: Record<'password', string>) {
    await run(SetNewPassword, { ...link, password });
    // All sessions of the user have ended, and one of them may have been in this browser.
    await reload();
    navigate('/sign-in', { replace: true, notice: 'You have a new password. Sign in with it.' });
  }

  return (
    <Page title="Set a new password">
      <Form submit="Set the password" onSubmit={reset}><NewPassword /></Form>
      <p><Link to="/forgot-password">Ask for a new link</Link></p>
    </Page>
  );
}
