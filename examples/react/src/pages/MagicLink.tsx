// Asking for a link that signs in. A new address becomes a new user.
import { useState } from 'react';
import { run } from '../api/client';
import { pageUrl } from '../config';
import { graphql } from '../gql';
import { Email } from '../parts/fields';
import { Form } from '../parts/Form';
import { InboxHint } from '../parts/InboxHint';
import { Page } from '../parts/Page';
import { Link } from '../router';

const SendMagicLink = graphql(`
  mutation SendMagicLink($email: String!, $url: String!) {
    accountCreateMagicURLToken(userId: "unique()", email: $email, url: $url, phrase: true) { phrase }
  }
`);

export function MagicLink() {
  const [phrase, setPhrase] = useState<string>();

  async function send({ email }: Record<'email', string>) {
    const { accountCreateMagicURLToken } = await run(SendMagicLink, { email, url: pageUrl('/magic-link') });
    setPhrase(accountCreateMagicURLToken?.phrase);
  }

  return (
    <Page title="Sign in with a link">
      {!phrase && (
        <Form submit="Send me a link" onSubmit={send}>
          <Email />
        </Form>
      )}
      {phrase && (
        <>
          <p role="status">We have sent you a link. The mail shows these words, too: <strong>{phrase}</strong></p>
          <InboxHint />
        </>
      )}
      <p><Link to="/sign-in">Other ways to sign in</Link></p>
    </Page>
  );
}
