// The second step of a sign-in. It stands at the path that the user has asked for, like the first one.
import { useEffect } from 'react';
import { useAccount } from '../api/account';
import { run } from '../api/client';
import { Action } from '../parts/Action';
import { Page } from '../parts/Page';
import { SecondStep as Factors } from '../parts/SecondStep';
import { SignOut } from '../parts/TopBar';
import { navigate } from '../router';

export function SecondStep() {
  const { reload } = useAccount();

  // A notice of the page before is out of date.
  useEffect(() => navigate(location.pathname, { replace: true }), []);

  async function startAgain() {
    // It may have ended on its own: after 15 minutes.
    await run(SignOut).catch(() => {});
    await reload();
  }

  return (
    <Page title="One more step">
      <Factors onPassed={reload} />
      <Action run={startAgain}>Start again</Action>
    </Page>
  );
}
