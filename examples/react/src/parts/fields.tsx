// The fields that several forms have.
import type { User } from '../api/account';
import { Field } from './Form';

/** An e-mail address; also what password managers call the account. With `passkeys`, browsers offer them in it. */
export function Email({ label = 'E-mail address', passkeys = false }: { label?: string; passkeys?: boolean }) {
  return <Field label={label} name="email" type="email" autoComplete={passkeys ? 'username webauthn' : 'username'} />;
}

/** A password that the user chooses. */
export function NewPassword({ label = 'New password' }: { label?: string }) {
  return (
    <Field
      label={label} name="password" type="password" autoComplete="new-password" minLength={8} maxLength={256}
      hint="At least 8 characters."
    />
  );
}

/** A code of six digits from a mail or a text message. */
export function Code() {
  return <Field label="Code" name="secret" inputMode="numeric" autoComplete="one-time-code" pattern="[0-9 ]+" hint="Six digits." />;
}

/** A phone number. */
export function Phone({ label = 'Phone number' }: { label?: string }) {
  return <Field label={label} name="phone" type="tel" autoComplete="tel" hint="With + and the country code." />;
}

/** The number without the spaces, dots and brackets that people write. */
export const bareNumber = (phone: string) => phone.replace(/[^+\d]/g, '');

/** The user's password, which changes of the account ask for; a user who has none sets one. */
export function OwnPassword({ user }: { user: User }) {
  if (!user.passwordUpdate) return <NewPassword />;
  return <Field label="Password" name="password" type="password" autoComplete="current-password" />;
}

/** What the user calls a passkey. */
export function PasskeyName({ value = '' }: { value?: string }) {
  return (
    <Field
      label="Name of the passkey" name="name" defaultValue={value} required={false} maxLength={128} autoComplete="off"
      hint="Such as “My phone”. Without one, it is called like its device."
    />
  );
}
