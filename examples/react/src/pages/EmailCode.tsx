// Signing in with a code that is mailed. A new address becomes a new user.
import { useState } from 'react';
import { useAccount } from '../api/account';
import { run } from '../api/client';
import { graphql } from '../gql';
import { Code, Email } from '../parts/fields';
import { Form } from '../parts/Form';
import { InboxHint } from '../parts/InboxHint';
import { Page } from '../parts/Page';
import { Link } from '../router';

const SendEmailCode = graphql(`
  mutation SendEmailCode($email: String!) {
    accountCreateEmailToken(userId: "unique()", email: $email, phrase: true) { userId phrase }
  }
`);

const SignInWithEmailCode = graphql(`
  mutation SignInWithEmailCode($userId: String!, $secret: String!) {
    accountCreateSession(userId: $userId, secret: $secret) { _id }
  }
`);

export function EmailCode() {
  const { reload } = useAccount();
  const [sent, setSent] = useState<{ userId: string; phrase: string } | null>();

  async function send(values: Record<'email', string>) {
    const { accountCreateEmailToken } = await run(SendEmailCode, values);
    setSent(accountCreateEmailToken);
  }

  async function signIn({ secret }: Record<'secret', string>) {
    if (sent) await run(SignInWithEmailCode, { userId: sent.userId, secret });
    await reload();
  }

  return (
    <Page title="Sign in with a code">
      {!sent && (
        <Form key="address" submit="Send me a code" onSubmit={send}>
          <Email />
        </Form>
      )}
      {sent && (
        <>
          <p role="status">We have sent you a code. The mail shows these words, too: <strong>{sent.phrase}</strong></p>
          <InboxHint />
          <Form key="code" submit="Sign in" onSubmit={signIn}><Code /></Form>
        </>
      )}
      <p><Link to="/sign-in">Other ways to sign in</Link></p>
    </Page>
  );
}
