// Asks users to confirm that it is them, where the server wants that for what they do. Forms and actions use it on their own.
import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { type User, useAccount } from '../api/account';
import { run } from '../api/client';
import { ApiError, OwnError } from '../api/error';
import { HAS_PASSKEYS, signInWithPasskey } from '../api/passkeys';
import { StepUpContext, type Task } from '../api/stepUp';
import { graphql } from '../gql';
import { Action } from './Action';
import { Field, Form } from './Form';
import { SecondStep } from './SecondStep';

interface Confirming {
  /** The type of the error. */
  type: string;
  answer: (isConfirmed: boolean) => void;
}

export function StepUp({ children }: { children: ReactNode }) {
  const { user, reload } = useAccount();
  const [confirming, setConfirming] = useState<Confirming>();

  async function stepUp(task: Task) {
    try {
      return await task();
    } catch (error) {
      const type = error instanceof ApiError ? error.type : '';
      // The session lacks a second factor: its page comes.
      if (type === 'user_more_factors_required') await reload();
      if (type !== 'user_challenge_required' && type !== 'user_reauthentication_required') throw error;
      const isConfirmed = await new Promise<boolean>((answer) => setConfirming({ type, answer }));
      setConfirming(undefined);
      if (!isConfirmed) throw error;
    }
    await task();
  }

  return (
    <StepUpContext value={stepUp}>
      {children}
      {confirming && user && <Confirmation confirming={confirming} user={user} />}
    </StepUpContext>
  );
}

function Confirmation({ confirming: { type, answer }, user }: { confirming: Confirming; user: User }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();

  useEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => shown?.close();
  }, []);

  // Closed first, so that the focus goes back to where it was.
  const close = (isConfirmed: boolean) => { dialog.current?.close(); answer(isConfirmed); };
  const confirm = async () => close(true);
  const signInAgain = <SignInAgain user={user} onDone={confirm} />;

  return (
    <dialog ref={dialog} aria-labelledby={id} onCancel={(event) => { event.preventDefault(); close(false); }}>
      <h2 id={id}>Confirm that it is you</h2>
      <p>You have been signed in for some time, and this is about the safety of your account.</p>
      {type === 'user_challenge_required' ? <SecondStep onPassed={confirm} otherwise={signInAgain} /> : signInAgain}
      <button type="button" onClick={() => close(false)}>Cancel</button>
    </dialog>
  );
}

const EndThisSession = graphql(`
  mutation EndThisSession {
    accountDeleteSession(sessionId: "current") { status }
  }
`);

const SignInAnew = graphql(`
  mutation SignInAnew($email: String!, $password: String!) {
    accountCreateEmailPasswordSession(email: $email, password: $password) { userId }
  }
`);

const ERROR_TEXTS = { user_invalid_credentials: { text: 'This is not your password.', field: 'password' } };

/** A new session, which ends the old one of this browser. */
function SignInAgain({ user, onDone }: { user: User; onDone: () => Promise<void> }) {
  const { reload } = useAccount();
  const hasPassword = Boolean(user.email && user.passwordUpdate);

  async function replace(signIn: () => Promise<string | undefined>) {
    if (await signIn() !== user._id) {
      await reload();
      throw new OwnError('This was another account.');
    }
    await onDone();
  }

  async function withPassword({ password }: Record<'password', string>) {
    const { accountCreateEmailPasswordSession } = await run(SignInAnew, { email: user.email, password });
    return accountCreateEmailPasswordSession?.userId;
  }

  /** The sign-in comes, and afterwards this page again. */
  async function signOut() {
    await run(EndThisSession);
    await reload();
  }

  return (
    <>
      {hasPassword && (
        <Form submit="Confirm" onSubmit={(values: Record<'password', string>) => replace(() => withPassword(values))} errorTexts={ERROR_TEXTS}>
          <Field label="Your password" name="password" type="password" autoComplete="current-password" />
        </Form>
      )}
      {HAS_PASSKEYS && <Action run={() => replace(signInWithPasskey)}>Use a passkey</Action>}
      <Action run={signOut}>Sign out, and in another way</Action>
    </>
  );
}
