// The user's passkeys: adding, naming and deleting them.
import { useAccount } from '../api/account';
import { run } from '../api/client';
import { HAS_PASSKEYS, addPasskey } from '../api/passkeys';
import { useQuery } from '../api/useQuery';
import { graphql } from '../gql';
import type { ListPasskeysQuery } from '../gql/graphql';
import { Action } from '../parts/Action';
import { PasskeyName } from '../parts/fields';
import { Form } from '../parts/Form';
import { Page } from '../parts/Page';
import { Time } from '../parts/device';

export const ListPasskeys = graphql(`
  query ListPasskeys {
    accountListPasskeys {
      passkeys { _id _createdAt accessedAt name device synced }
    }
  }
`);

const RenamePasskey = graphql(`
  mutation RenamePasskey($passkeyId: String!, $name: String!) {
    accountUpdatePasskey(passkeyId: $passkeyId, name: $name) { _id }
  }
`);

const DeletePasskey = graphql(`
  mutation DeletePasskey($passkeyId: String!) {
    accountDeletePasskey(passkeyId: $passkeyId) { status }
  }
`);

export function Passkeys() {
  const { version } = useAccount();
  const { data, error, reload } = useQuery(() => run(ListPasskeys), [version]);
  const passkeys = data?.accountListPasskeys?.passkeys ?? [];

  async function add({ name }: Record<'name', string>) {
    await addPasskey(name);
    await reload();
  }

  return (
    <Page title="Passkeys" error={error} wide>
      <p>With a passkey you sign in by your fingerprint, your face or the PIN of your device, without a password.</p>
      {data ? passkeys.length === 0 && <p>You have no passkey.</p> : !error && <p role="status">Loading…</p>}
      <ul className="rows">
        {passkeys.map((passkey) => <Row key={passkey._id} passkey={passkey} reload={reload} />)}
      </ul>
      {HAS_PASSKEYS
        ? <Form submit="Add a passkey" onSubmit={add} done="Added."><PasskeyName /></Form>
        : <p>This browser has no passkeys.</p>}
    </Page>
  );
}

type Passkey = NonNullable<ListPasskeysQuery['accountListPasskeys']>['passkeys'][number];

function Row({ passkey, reload }: { passkey: Passkey; reload: () => Promise<void> }) {
  const { _id: passkeyId, _createdAt, accessedAt, device, synced } = passkey;
  const name = passkey.name || device || 'Passkey';

  async function rename(values: Record<'name', string>) {
    await run(RenamePasskey, { passkeyId, ...values });
    await reload();
  }

  async function remove() {
    await run(DeletePasskey, { passkeyId });
    await reload();
  }

  return (
    <li>
      <div>
        <strong>{name}</strong>
        <small>{[device, synced ? 'may be on several devices' : 'stays on its device'].filter(Boolean).join(' · ')}</small>
        <small>since <Time of={_createdAt} />{accessedAt && <>, last used <Time of={accessedAt} /></>}</small>
        <details>
          <summary aria-label={`Rename ${name}`}>Rename</summary>
          <Form submit="Save the name" onSubmit={rename} done="Saved."><PasskeyName value={passkey.name} /></Form>
        </details>
      </div>
      <Action run={remove} label={`Delete ${name}`}>Delete</Action>
    </li>
  );
}
