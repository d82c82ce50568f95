// Changing the password, or setting the first one.
import { type User, useAccount } from '../../api/account';
import { run } from '../../api/client';
import { graphql } from '../../gql';
import { NewPassword } from '../../parts/fields';
import { Field, Form } from '../../parts/Form';
import { Panel } from '../../parts/Panel';

const ChangePassword = graphql(`
  mutation ChangePassword($password: String!, $oldPassword: String) {
    accountUpdatePassword(password: $password, oldPassword: $oldPassword) { _id }
  }
`);

export function PasswordPanel({ user }: { user: User }) {
  const { reload } = useAccount();

  async function change(values: { password: string; oldPassword?: string }) {
    await run(ChangePassword, values);
    await reload();
  }

  const errorTexts = { user_invalid_credentials: { text: 'This is not your password.', field: 'oldPassword' } };

  return (
    <Panel title="Password">
      <Form submit="Change the password" onSubmit={change} done="Changed. You are signed out everywhere else." errorTexts={errorTexts}>
        {user.passwordUpdate && <Field label="Current password" name="oldPassword" type="password" autoComplete="current-password" />}
        <NewPassword />
      </Form>
    </Panel>
  );
}
