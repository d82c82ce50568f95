// Signing in with a password, and the ways to the other methods.
import { useAccount } from '../api/account';
import { run } from '../api/client';
import { graphql } from '../gql';
import { Action } from '../parts/Action';
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

const SignInAsGuest = graphql(`
  mutation SignInAsGuest {
    accountCreateAnonymousSession { _id }
  }
`);

export function SignIn() {
  const { reload } = useAccount();

  async function signIn(values: Record<'email' | 'password', string>) {
    await run(SignInWithPassword, values);
    await reload();
  }

  async function tryOut() {
    await run(SignInAsGuest);
    await reload();
  }

  return (
    <Page title="Sign in">
      <Form submit="Sign in" onSubmit={signIn}>
        <Email />
        <Field label="Password" name="password" type="password" autoComplete="current-password" />
      </Form>
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
