// The user's data, each in a panel of its own.
import type { User } from '../api/account';
import { Page } from '../parts/Page';
import { EmailPanel } from './account/EmailPanel';
import { NamePanel } from './account/NamePanel';
import { PasswordPanel } from './account/PasswordPanel';
import { PhonePanel } from './account/PhonePanel';
import { PreferencesPanel } from './account/PreferencesPanel';

export function Account({ user }: { user: User }) {
  return (
    <Page title="Your account" wide>
      {!user.email && !user.phone && <p className="notice">You are a guest. Add an e-mail address and a password to keep this account.</p>}
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
