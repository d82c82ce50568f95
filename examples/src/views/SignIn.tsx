// Signing in, and up.
import { type SubmitEvent, useState } from 'react';
import { run } from '../api/client';
import { useAction } from '../api/useAction';
import { AccountCreateDocument, AccountCreateEmailPasswordSessionDocument } from '../gql/graphql';
import { Field, Problem } from './parts';

export function SignIn({ notice, onSignedIn }: { notice: string; onSignedIn: () => void }) {
  const [isNew, setIsNew] = useState(false);
  const title = isNew ? 'Create an account' : 'Sign in';

  const enter = useAction(async (form: FormData) => {
    const [name, email, password] = ['name', 'email', 'password'].map((key) => String(form.get(key) ?? ''));
    const credentials = { email: email!, password: password! };
    if (isNew) await run(AccountCreateDocument, { userId: 'unique()', name, ...credentials });
    await run(AccountCreateEmailPasswordSessionDocument, credentials);
    onSignedIn();
  });

  function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    enter.start(new FormData(event.currentTarget));
  }

  function toggle() {
    enter.forget();
    setIsNew(!isNew);
  }

  return (
    <form onSubmit={submit}>
      <h1>{title}</h1>
      {notice && <p role="status">{notice}</p>}
      {isNew && <Field label="Name" name="name" autoComplete="name" maxLength={128} />}
      <Field label="E-mail address" name="email" type="email" autoComplete="username" required />
      <Field
        label="Password" name="password" type="password" required
        {...(isNew ? { autoComplete: 'new-password', hint: 'At least 8 characters.' } : { autoComplete: 'current-password' })}
      />
      <Problem error={enter.error} />
      <button className="primary" disabled={enter.busy}>{title}</button>
      <button type="button" className="plain" onClick={toggle}>
        {isNew ? 'I have an account' : 'I am new here'}
      </button>
    </form>
  );
}
