// What a sign-in asks for besides the first proof.
import { type User, useAccount } from '../api/account';
import { run } from '../api/client';
import { useQuery } from '../api/useQuery';
import { Page } from '../parts/Page';
import { ListFactors } from '../parts/SecondStep';
import { AppPanel } from './second-factors/AppPanel';
import { RecoveryCodesPanel } from './second-factors/RecoveryCodesPanel';
import { SwitchPanel } from './second-factors/SwitchPanel';

export function SecondFactors({ user }: { user: User }) {
  const { version } = useAccount();
  const { data, error, reload } = useQuery(() => run(ListFactors), [version]);
  const factors = data?.accountListMFAFactors;

  return (
    <Page title="Second factors" error={error} wide>
      {!data && !error && <p role="status">Loading…</p>}
      {factors && (
        <div className="panels">
          <SwitchPanel user={user} factors={factors} />
          <AppPanel isSetUp={factors.totp} reload={reload} />
          <RecoveryCodesPanel hasCodes={factors.recoveryCode} reload={reload} />
        </div>
      )}
    </Page>
  );
}
