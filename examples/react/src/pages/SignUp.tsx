// Signing up with an e-mail address and a password.
import { useAccount } from '../api/account';
import { run } from '../api/client';
import { HAS_PASSKEYS } from '../api/passkeys';
import { graphql } from '../gql';
import { Email, NewPassword } from '../parts/fields';
import { Field, Form } from '../parts/Form';
import { Page } from '../parts/Page';
import { Providers } from '../parts/Providers';
import { Link } from '../router';
import { SignInWithPassword } from './SignIn';

const CreateAccount = graphql(`
  mutation CreateAccount($name: String!, $email: String!, $password: String!) {
    accountCreate(userId: "unique()", name: $name, email: $email, password: $password) { _id }
  }
`);

export function SignUp() {
  const { reload } = useAccount();

  async function signUp({ name, email, password }: Record<'name' | 'email' | 'password', string>) {
    await run(CreateAccount, { name, email, password });
    await run(SignInWithPassword, { email, password });
    await reload();
  }

  return (
    <Page title="Sign up">
      <Form submit="Create an account" onSubmit={signUp}>
        <Field label="Name" name="name" autoComplete="name" />
        <Email />
        <NewPassword label="Password" />
      </Form>
      <Providers text="Sign up with" />
      {HAS_PASSKEYS && <p><Link to="/sign-up/passkey">Sign up with a passkey</Link></p>}
      <p>You have an account? <Link to="/sign-in">Sign in</Link></p>
    </Page>
  );
}
