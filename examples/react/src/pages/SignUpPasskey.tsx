// Signing up with a passkey alone: no address and no password.
import { useAccount } from '../api/account';
import { run } from '../api/client';
import { addPasskey } from '../api/passkeys';
import { graphql } from '../gql';
import { Field, Form } from '../parts/Form';
import { Page } from '../parts/Page';
import { SignOut } from '../parts/TopBar';
import { Link, navigate } from '../router';
import { SignInAsGuest } from './SignIn';

const NameGuest = graphql(`
  mutation NameGuest($name: String!) {
    accountUpdateName(name: $name) { _id }
  }
`);

export function SignUpPasskey() {
  const { reload } = useAccount();

  async function signUp({ name }: Record<'name', string>) {
    await run(SignInAsGuest);
    try {
      // First the name, since devices show it beside the passkey.
      await run(NameGuest, { name });
      await addPasskey('');
    } catch (error) {
      // The server deletes guests that nobody comes back to.
      await run(SignOut).catch(() => {});
      throw error;
    }
    await reload();
    navigate('/passkeys', { notice: 'You have an account. Add a second passkey or an address, for the day that you lose this device.' });
  }

  return (
    <Page title="Sign up with a passkey">
      <p>Your device asks for your fingerprint, your face or its PIN, now and whenever you sign in.</p>
      <Form submit="Create an account" onSubmit={signUp}>
        <Field label="Name" name="name" autoComplete="name" maxLength={128} />
      </Form>
      <p><Link to="/sign-up">Sign up with an address instead</Link></p>
    </Page>
  );
}
