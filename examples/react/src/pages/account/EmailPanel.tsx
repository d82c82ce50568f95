// Changing the e-mail address, and proving that it is the user's.
import { type User, useAccount } from '../../api/account';
import { run } from '../../api/client';
import { pageUrl } from '../../config';
import { graphql } from '../../gql';
import { Action } from '../../parts/Action';
import { Email, OwnPassword } from '../../parts/fields';
import { Form } from '../../parts/Form';
import { InboxHint } from '../../parts/InboxHint';
import { Panel } from '../../parts/Panel';
import { Verified } from '../../parts/Verified';

const ChangeEmail = graphql(`
  mutation ChangeEmail($email: String!, $password: String!) {
    accountUpdateEmail(email: $email, password: $password) { _id }
  }
`);

const SendVerification = graphql(`
  mutation SendVerification($url: String!) {
    accountCreateEmailVerification(url: $url) { expire }
  }
`);

export function EmailPanel({ user }: { user: User }) {
  const { reload } = useAccount();

  async function change(values: Record<'email' | 'password', string>) {
    await run(ChangeEmail, values);
    await reload();
  }

  async function verify() {
    await run(SendVerification, { url: pageUrl('/verify-email') });
  }

  const errorTexts = {
    general_bad_request: { text: 'This address can’t be used.', field: 'email' },
    user_invalid_credentials: { text: 'This is not your password.', field: 'password' },
  };

  return (
    <Panel title="E-mail address">
      {user.email && <p>{user.email} <Verified is={user.emailVerification} /></p>}
      {user.email && !user.emailVerification && (
        <>
          <Action run={verify} done="We have sent you a link.">Verify the address</Action>
          <InboxHint />
        </>
      )}
      <Form submit="Change the address" onSubmit={change} done="Changed." errorTexts={errorTexts}>
        <Email label="New e-mail address" />
        <OwnPassword user={user} />
      </Form>
    </Panel>
  );
}
