// Signing in with a password or a passkey, and the ways to the other methods.
import { useEffect, useEffectEvent, useState } from 'react';
import { useAccount } from '../api/account';
import { run } from '../api/client';
import { HAS_PASSKEYS, offerPasskeys, signInWithPasskey } from '../api/passkeys';
import { graphql } from '../gql';
import { Action } from '../parts/Action';
import { ErrorText } from '../parts/ErrorText';
import { Email } from '../parts/fields';
import { Field, Form } from '../parts/Form';
import { Page } from '../parts/Page';
import { Providers } from '../parts/Providers';
import { Link } from '../router';

export const SignInWithPassword = graphql(`
  mutation SignInWithPassword($email: String!, $password: String!) {
    accountCreateEmailPasswordSession(email: $email, password: $password) { _id }
  }
`);

export const SignInAsGuest = graphql(`
  mutation SignInAsGuest {
    accountCreateAnonymousSession { _id }
  }
`);

/** Offers passkeys in the address field, again in each round. */
function usePasskeyOffer(round: number, onSignIn: () => Promise<void>): unknown {
  const [error, setError] = useState<unknown>();
  const signedIn = useEffectEvent(onSignIn);

  useEffect(() => {
    const controller = new AbortController();
    offerPasskeys(controller.signal).then((isSignedIn) => (isSignedIn ? signedIn() : undefined)).catch(setError);
    return () => controller.abort();
  }, [round]);

  return error;
}

export function SignIn() {
  const { reload } = useAccount();
  const [round, setRound] = useState(0);
  const offerError = usePasskeyOffer(round, reload);

  async function signIn(values: Record<'email' | 'password', string>) {
    await run(SignInWithPassword, values);
    await reload();
  }

  async function withPasskey() {
    try {
      await signInWithPasskey();
    } catch (error) {
      // The address field no longer offers any.
      setRound(round + 1);
      throw error;
    }
    await reload();
  }

  async function tryOut() {
    await run(SignInAsGuest);
    await reload();
  }

  return (
    <Page title="Sign in">
      <Form submit="Sign in" onSubmit={signIn}>
        <Email passkeys />
        <Field label="Password" name="password" type="password" autoComplete="current-password" />
      </Form>
      <ErrorText error={offerError} />
      {HAS_PASSKEYS && <Action run={withPasskey}>Sign in with a passkey</Action>}
      <p><Link to="/forgot-password">I forgot my password</Link></p>
      <Providers text="Sign in with" />
      <ul>
        <li><Link to="/sign-in/code">Sign in with a code by e-mail</Link></li>
        <li><Link to="/sign-in/link">Sign in with a link by e-mail</Link></li>
        <li><Link to="/sign-in/phone">Sign in with a text message</Link></li>
      </ul>
      <Action run={tryOut}>Try it without an account</Action>
      <p>You are new here? <Link to="/sign-up">Sign up</Link></p>
    </Page>
  );
}
