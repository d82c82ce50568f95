// Changing the name.
import { type User, useAccount } from '../../api/account';
import { run } from '../../api/client';
import { graphql } from '../../gql';
import { Field, Form } from '../../parts/Form';
import { Panel } from '../../parts/Panel';

const ChangeName = graphql(`
  mutation ChangeName($name: String!) {
    accountUpdateName(name: $name) { _id }
  }
`);

export function NamePanel({ user }: { user: User }) {
  const { reload } = useAccount();

  async function change(values: Record<'name', string>) {
    await run(ChangeName, values);
    await reload();
  }

  return (
    <Panel title="Name">
      <Form submit="Change the name" onSubmit={change} done="Changed.">
        <Field label="Name" name="name" autoComplete="name" defaultValue={user.name} />
      </Form>
    </Panel>
  );
}
