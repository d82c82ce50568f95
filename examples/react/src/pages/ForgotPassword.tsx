// Asking for a link with which to set a new password.
import { run } from '../api/client';
import { pageUrl } from '../config';
import { graphql } from '../gql';
import { Email } from '../parts/fields';
import { Form } from '../parts/Form';
import { InboxHint } from '../parts/InboxHint';
import { Page } from '../parts/Page';
import { Link } from '../router';

const SendRecovery = graphql(`
  mutation SendRecovery($email: String!, $url: String!) {
    accountCreateRecovery(email: $email, url: $url) { expire }
  }
`);

export function ForgotPassword() {
  async function send({ email }: Record<'email', string>) {
    await run(SendRecovery, { email, url: pageUrl('/reset-password') });
  }

  return (
    <Page title="Forgotten password">
      {/* The server answers the same for an unknown address, and so does this page. */}
      <Form submit="Send me a link" onSubmit={send} done="If this address has an account, a mail is on its way.">
        <Email />
      </Form>
      <InboxHint />
      <p><Link to="/sign-in">Back to the sign-in</Link></p>
    </Page>
  );
}
