// Showing a second factor: choosing one, and the code of it.
import { type ReactNode, useState } from 'react';
import { run } from '../api/client';
import { useQuery } from '../api/useQuery';
import { graphql } from '../gql';
import { Action } from './Action';
import { ErrorText } from './ErrorText';
import { Field, Form } from './Form';
import { InboxHint } from './InboxHint';

export const ListFactors = graphql(`
  query ListFactors {
    accountListMFAFactors { totp email phone recoveryCode }
  }
`);

const CreateChallenge = graphql(`
  mutation CreateChallenge($factor: String!) {
    accountCreateMFAChallenge(factor: $factor) { _id }
  }
`);

const PassChallenge = graphql(`
  mutation PassChallenge($challengeId: String!, $otp: String!) {
    accountUpdateMFAChallenge(challengeId: $challengeId, otp: $otp) { _id }
  }
`);

const FACTORS = ['totp', 'email', 'phone', 'recoveryCode'] as const;
type Factor = typeof FACTORS[number];

const CHOICES: Record<Factor, string> = {
  totp: 'Use the authenticator app',
  email: 'Send me a code by e-mail',
  phone: 'Send me a code by text message',
  recoveryCode: 'Use a recovery code',
};

const TEXTS: Record<Factor, string> = {
  totp: 'Enter the code that your authenticator app shows.',
  email: 'We have sent you a code by e-mail.',
  phone: 'We have sent you a code by text message.',
  recoveryCode: 'Enter one of your recovery codes. Each works once.',
};

const ERROR_TEXTS = { user_invalid_token: { text: 'This code is wrong, out of date or used already.', field: 'otp' } };

/** A code of an authenticator app, or one that was sent to prove a second factor. */
export function FactorCode({ label = 'Code', autoFocus = false }: { label?: string; autoFocus?: boolean }) {
  return (
    <Field
      label={label} name="otp" inputMode="numeric" autoComplete="one-time-code" pattern="[0-9 ]+" hint="Six digits."
      autoFocus={autoFocus}
    />
  );
}

/** Digits are written with spaces, too. */
export const bareCode = (otp: string) => otp.replace(/\s/g, '');

interface Props {
  onPassed: () => Promise<void>;
  /** What is shown if there is no factor to show. */
  otherwise?: ReactNode;
}

export function SecondStep({ onPassed, otherwise }: Props) {
  const { data, error } = useQuery(() => run(ListFactors));
  const [choice, setChoice] = useState<{ factor: Factor; challengeId?: string | undefined }>();

  if (!data) return error ? <ErrorText error={error} /> : <p role="status">Loading…</p>;
  const offered = FACTORS.filter((factor) => data.accountListMFAFactors?.[factor]);
  // Most people have an app: it is asked for at once.
  const { factor, challengeId } = choice ?? { factor: offered.find((first) => first === 'totp') };

  async function challenge(wanted: Factor) {
    const { accountCreateMFAChallenge } = await run(CreateChallenge, { factor: wanted });
    return accountCreateMFAChallenge?._id ?? '';
  }

  async function choose(wanted: Factor) {
    const isSent = wanted === 'email' || wanted === 'phone';
    setChoice({ factor: wanted, challengeId: isSent ? await challenge(wanted) : undefined });
  }

  async function pass({ otp }: Record<'otp', string>) {
    if (!factor) return;
    await run(PassChallenge, { challengeId: challengeId ?? await challenge(factor), otp: bareCode(otp) });
    await onPassed();
  }

  return (
    <>
      {factor && (
        <>
          <p role="status">{TEXTS[factor]}</p>
          {challengeId && <InboxHint />}
          <Form key={factor + challengeId} submit="Continue" onSubmit={pass} errorTexts={ERROR_TEXTS}>
            {factor === 'recoveryCode'
              ? <Field label="Recovery code" name="otp" autoComplete="off" autoCapitalize="characters" spellCheck={false} autoFocus />
              : <FactorCode autoFocus={Boolean(choice)} />}
          </Form>
        </>
      )}
      {!factor && offered.length > 0 && <p>How do you want to confirm that it is you?</p>}
      {offered.length === 0 && otherwise}
      {offered.filter((other) => other !== factor || challengeId).map((other) => (
        <Action key={other} run={() => choose(other)}>{other === factor ? 'Send me another code' : CHOICES[other]}</Action>
      ))}
    </>
  );
}
