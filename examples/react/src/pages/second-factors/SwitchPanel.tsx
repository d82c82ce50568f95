// Turning second factors on and off.
import { type User, useAccount } from '../../api/account';
import { run } from '../../api/client';
import { graphql } from '../../gql';
import type { ListFactorsQuery } from '../../gql/graphql';
import { Action } from '../../parts/Action';
import { Panel } from '../../parts/Panel';

const SwitchFactors = graphql(`
  mutation SwitchFactors($mfa: Boolean!) {
    accountUpdateMFA(mfa: $mfa) { _id }
  }
`);

type Factors = NonNullable<ListFactorsQuery['accountListMFAFactors']>;

export function SwitchPanel({ user, factors }: { user: User; factors: Factors }) {
  const { reload } = useAccount();
  const hasFactor = factors.totp || factors.email || factors.phone;

  async function turn(mfa: boolean) {
    await run(SwitchFactors, { mfa });
    await reload();
  }

  return (
    <Panel title="Signing in">
      <p role="status">{user.mfa ? 'Second factors are on.' : 'Second factors are off.'}</p>
      {!hasFactor && <p>They have no effect without a factor: set up an app, or verify your address or number.</p>}
      {hasFactor && (
        <>
          <p>While they are on, a sign-in asks for one of these:</p>
          <ul>
            {factors.totp && <li>a code of your authenticator app</li>}
            {factors.email && <li>a code by e-mail</li>}
            {factors.phone && <li>a code by text message</li>}
            {factors.recoveryCode && <li>a recovery code</li>}
          </ul>
        </>
      )}
      <Action run={() => turn(!user.mfa)}>{user.mfa ? 'Turn second factors off' : 'Turn second factors on'}</Action>
      <p><small>A change here signs you out everywhere else. Passkeys need no second factor.</small></p>
    </Panel>
  );
}
