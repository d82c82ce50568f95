// Changing the phone number, and proving that it is the user's.
import { useState } from 'react';
import { type User, useAccount } from '../../api/account';
import { run } from '../../api/client';
import { graphql } from '../../gql';
import { Action } from '../../parts/Action';
import { Code, OwnPassword, Phone, bareNumber } from '../../parts/fields';
import { Form } from '../../parts/Form';
import { InboxHint } from '../../parts/InboxHint';
import { Panel } from '../../parts/Panel';
import { Verified } from '../../parts/Verified';

const ChangePhone = graphql(`
  mutation ChangePhone($phone: String!, $password: String!) {
    accountUpdatePhone(phone: $phone, password: $password) { _id }
  }
`);

const SendVerificationCode = graphql(`
  mutation SendVerificationCode {
    accountCreatePhoneVerification { userId }
  }
`);

const ConfirmPhone = graphql(`
  mutation ConfirmPhone($userId: String!, $secret: String!) {
    accountUpdatePhoneVerification(userId: $userId, secret: $secret) { _id }
  }
`);

export function PhonePanel({ user }: { user: User }) {
  const { reload } = useAccount();

  async function change({ phone, password }: Record<'phone' | 'password', string>) {
    await run(ChangePhone, { phone: bareNumber(phone), password });
    await reload();
  }

  const errorTexts = {
    general_bad_request: { text: 'This number can’t be used.', field: 'phone' },
    user_invalid_credentials: { text: 'This is not your password.', field: 'password' },
  };

  return (
    <Panel title="Phone number">
      {user.phone && <p>{user.phone} <Verified is={user.phoneVerification} /></p>}
      {user.phone && !user.phoneVerification && <VerifyPhone key={user.phone} user={user} />}
      <Form submit="Change the number" onSubmit={change} done="Changed." errorTexts={errorTexts}>
        <Phone label="New phone number" />
        <OwnPassword user={user} />
      </Form>
    </Panel>
  );
}

function VerifyPhone({ user }: { user: User }) {
  const { reload } = useAccount();
  const [isSent, setIsSent] = useState(false);

  async function send() {
    await run(SendVerificationCode);
    setIsSent(true);
  }

  async function confirm({ secret }: Record<'secret', string>) {
    await run(ConfirmPhone, { userId: user._id, secret });
    await reload();
  }

  if (!isSent) return <Action run={send}>Verify the number</Action>;
  return (
    <>
      <p role="status">We have sent you a code.</p>
      <InboxHint />
      <Form submit="Verify" onSubmit={confirm}><Code /></Form>
    </>
  );
}
