// Signing in with a code by text message. A new number becomes a new user.
import { useState } from 'react';
import { useAccount } from '../api/account';
import { run } from '../api/client';
import { graphql } from '../gql';
import { Code, Phone, bareNumber } from '../parts/fields';
import { Form } from '../parts/Form';
import { InboxHint } from '../parts/InboxHint';
import { Page } from '../parts/Page';
import { Link } from '../router';

const SendPhoneCode = graphql(`
  mutation SendPhoneCode($phone: String!) {
    accountCreatePhoneToken(userId: "unique()", phone: $phone) { userId }
  }
`);

const SignInWithPhoneCode = graphql(`
  mutation SignInWithPhoneCode($userId: String!, $secret: String!) {
    accountCreateSession(userId: $userId, secret: $secret) { _id }
  }
`);

export function PhoneCode() {
  const { reload } = useAccount();
  const [userId, setUserId] = useState<string>();

  async function send({ phone }: Record<'phone', string>) {
    const { accountCreatePhoneToken } = await run(SendPhoneCode, { phone: bareNumber(phone) });
    setUserId(accountCreatePhoneToken?.userId);
  }

  async function signIn({ secret }: Record<'secret', string>) {
    if (userId) await run(SignInWithPhoneCode, { userId, secret });
    await reload();
  }

  return (
    <Page title="Sign in with a text message">
      {!userId && <Form key="number" submit="Send me a code" onSubmit={send}><Phone /></Form>}
      {userId && (
        <>
          <p role="status">We have sent you a code.</p>
          <InboxHint />
          <Form key="code" submit="Sign in" onSubmit={signIn}><Code /></Form>
        </>
      )}
      <p><Link to="/sign-in">Other ways to sign in</Link></p>
    </Page>
  );
}
