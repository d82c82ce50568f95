// The accounts at providers that the user signs in with.
import { useAccount } from '../api/account';
import { run } from '../api/client';
import { useQuery } from '../api/useQuery';
import { graphql } from '../gql';
import { Action } from '../parts/Action';
import { Page } from '../parts/Page';
import { Providers } from '../parts/Providers';
import { Time } from '../parts/device';

const ListIdentities = graphql(`
  query ListIdentities {
    accountListIdentities {
      identities { _id _createdAt provider providerEmail providerUid }
    }
  }
`);

const Unlink = graphql(`
  mutation Unlink($identityId: String!) {
    accountDeleteIdentity(identityId: $identityId) { status }
  }
`);

export function Identities() {
  const { version } = useAccount();
  const { data, error, reload } = useQuery(() => run(ListIdentities), [version]);
  const identities = data?.accountListIdentities?.identities ?? [];

  async function unlink(identityId: string) {
    await run(Unlink, { identityId });
    await reload();
  }

  return (
    <Page title="Linked accounts" error={error} wide>
      {data ? identities.length === 0 && <p>No account is linked.</p> : !error && <p role="status">Loading…</p>}
      <ul className="rows">
        {identities.map(({ _id, _createdAt, provider, providerEmail, providerUid }) => (
          <li key={_id}>
            <div>
              <strong>{providerEmail || providerUid}</strong>
              <small>{provider}, since <Time of={_createdAt} /></small>
            </div>
            <Action run={() => unlink(_id)} label={`Unlink ${providerEmail || providerUid}`}>Unlink</Action>
          </li>
        ))}
      </ul>
      <Providers text="Link" />
    </Page>
  );
}
