// The user's data, each in a panel of its own.
import type { User } from '../api/account';
import { run } from '../api/client';
import { useQuery } from '../api/useQuery';
import { Page } from '../parts/Page';
import { EmailPanel } from './account/EmailPanel';
import { NamePanel } from './account/NamePanel';
import { PasswordPanel } from './account/PasswordPanel';
import { PhonePanel } from './account/PhonePanel';
import { PreferencesPanel } from './account/PreferencesPanel';
import { ListPasskeys } from './Passkeys';

function Hint() {
  const { data } = useQuery(() => run(ListPasskeys));
  const hasPasskeys = data?.accountListPasskeys?.passkeys.length;
  if (!data) return null;
  if (hasPasskeys) return <p className="notice">You have passkeys alone. Add an e-mail address, for the day that you lose your devices.</p>;
  return <p className="notice">You are a guest. Add an e-mail address and a password, or a passkey, to keep this account.</p>;
}

export function Account({ user }: { user: User }) {
  return (
    <Page title="Your account" wide>
      {!user.email && !user.phone && <Hint />}
      <div className="panels">
        <NamePanel user={user} />
        <EmailPanel user={user} />
        <PhonePanel user={user} />
        {(user.email || user.phone) && <PasswordPanel user={user} />}
        <PreferencesPanel user={user} />
      </div>
    </Page>
  );
}
