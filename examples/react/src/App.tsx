// Which page is shown: by its path, to a guest or to a user.
import type { ReactNode } from 'react';
import { type User, useAccount } from './api/account';
import { Account } from './pages/Account';
import { DeleteAccount } from './pages/DeleteAccount';
import { EmailCode } from './pages/EmailCode';
import { ForgotPassword } from './pages/ForgotPassword';
import { Identities } from './pages/Identities';
import { MagicLink } from './pages/MagicLink';
import { RedeemMagicLink } from './pages/RedeemMagicLink';
import { Passkeys } from './pages/Passkeys';
import { PhoneCode } from './pages/PhoneCode';
import { ProviderFailed } from './pages/ProviderFailed';
import { ResetPassword } from './pages/ResetPassword';
import { SecondFactors } from './pages/SecondFactors';
import { SecondStep } from './pages/SecondStep';
import { SecurityLog } from './pages/SecurityLog';
import { Sessions } from './pages/Sessions';
import { SignIn } from './pages/SignIn';
import { SignUp } from './pages/SignUp';
import { SignUpPasskey } from './pages/SignUpPasskey';
import { VerifyEmail } from './pages/VerifyEmail';
import { Action } from './parts/Action';
import { Page } from './parts/Page';
import { TopBar } from './parts/TopBar';
import { Redirect, usePath } from './router';
import { useTheme } from './theme';

/** Pages that mails and providers lead to. Everybody sees them, signed in or not. */
const PUBLIC_PAGES: Record<string, () => ReactNode> = {
  '/magic-link': RedeemMagicLink,
  '/provider-failed': ProviderFailed,
  '/reset-password': ResetPassword,
  '/verify-email': VerifyEmail,
};

const GUEST_PAGES: Record<string, () => ReactNode> = {
  '/forgot-password': ForgotPassword,
  '/sign-in/code': EmailCode,
  '/sign-in/link': MagicLink,
  '/sign-in/phone': PhoneCode,
  '/sign-up': SignUp,
  '/sign-up/passkey': SignUpPasskey,
};

const USER_PAGES: Record<string, (props: { user: User }) => ReactNode> = {
  '/account': Account,
  '/delete-account': DeleteAccount,
  '/identities': Identities,
  '/passkeys': Passkeys,
  '/second-factors': SecondFactors,
  '/security-log': SecurityLog,
  '/sessions': Sessions,
};

export function App() {
  const path = usePath();
  const { user, isHalfOpen, error, reload } = useAccount();
  useTheme(user);

  const PublicPage = PUBLIC_PAGES[path];
  if (PublicPage) return <PublicPage />;

  if (user === undefined) {
    return error ? <Page title="Sorry" error={error}><Action run={reload}>Try again</Action></Page> : <p role="status">Loading…</p>;
  }
  if (isHalfOpen) return <SecondStep />;
  if (user === null) {
    // A guest who asks for a page of a user signs in first, and is there then.
    const GuestPage = GUEST_PAGES[path] ?? SignIn;
    return <GuestPage />;
  }
  const UserPage = USER_PAGES[path];
  if (!UserPage) return <Redirect to="/account" />;
  return <><TopBar user={user} error={error} /><UserPage user={user} /></>;
}
