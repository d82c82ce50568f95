// Deleting the account, which can't be undone.
import { useAccount } from '../api/account';
import { run } from '../api/client';
import { graphql } from '../gql';
import { Field, Form } from '../parts/Form';
import { Page } from '../parts/Page';
import { navigate } from '../router';

const Delete = graphql(`
  mutation Delete {
    accountDelete { status }
  }
`);

export function DeleteAccount() {
  const { reload } = useAccount();

  async function remove() {
    await run(Delete);
    await reload();
    navigate('/sign-in', { notice: 'Your account is deleted.' });
  }

  return (
    <Page title="Delete your account">
      <p>Everything that belongs to it is deleted, at once and for good.</p>
      <Form submit="Delete my account" onSubmit={remove} danger>
        <Field label="Type “delete” to confirm" name="confirmation" pattern="delete" title="delete" autoComplete="off" />
      </Form>
    </Page>
  );
}
