// Recovery codes, which the server shows once.
import { useEffect, useRef, useState } from 'react';
import { run } from '../../api/client';
import { OwnError } from '../../api/error';
import { useQuery } from '../../api/useQuery';
import { graphql } from '../../gql';
import { Action } from '../../parts/Action';
import { Panel } from '../../parts/Panel';

const CountRecoveryCodes = graphql(`
  query CountRecoveryCodes {
    accountGetMFARecoveryCodes { remaining }
  }
`);

const CreateRecoveryCodes = graphql(`
  mutation CreateRecoveryCodes {
    accountCreateMFARecoveryCodes { recoveryCodes }
  }
`);

const ReplaceRecoveryCodes = graphql(`
  mutation ReplaceRecoveryCodes {
    accountUpdateMFARecoveryCodes { recoveryCodes }
  }
`);

export function RecoveryCodesPanel({ hasCodes, reload }: { hasCodes: boolean; reload: () => Promise<void> }) {
  const status = useRef<HTMLParagraphElement>(null);
  const [codes, setCodes] = useState<string[]>();
  // The number is only shown. Where it needs a confirmation, users are not asked for one.
  const { data } = useQuery(() => run(CountRecoveryCodes).catch(() => null), [hasCodes, codes]);
  const left = data?.accountGetMFARecoveryCodes?.remaining;

  async function create() {
    setCodes((await run(CreateRecoveryCodes)).accountCreateMFARecoveryCodes?.recoveryCodes);
    await reload();
  }

  async function replace() {
    setCodes((await run(ReplaceRecoveryCodes)).accountUpdateMFARecoveryCodes?.recoveryCodes);
    await reload();
  }

  function forget() {
    setCodes(undefined);
    // What had the focus is gone.
    status.current?.focus();
  }

  return (
    <Panel title="Recovery codes">
      <p role="status" tabIndex={-1} ref={status}>
        {hasCodes ? `You have recovery codes${left ? `: ${left} are left` : ''}.` : 'You have no recovery codes.'}
      </p>
      {codes && <Codes codes={codes} onSaved={forget} />}
      {!codes && <p>Each completes one sign-in when you don’t have your app at hand.</p>}
      {!codes && !hasCodes && <Action run={create}>Create recovery codes</Action>}
      {!codes && hasCodes && <Action run={replace}>Replace the recovery codes</Action>}
    </Panel>
  );
}

function Codes({ codes, onSaved }: { codes: string[]; onSaved: () => void }) {
  const intro = useRef<HTMLParagraphElement>(null);
  const text = `${codes.join('\n')}\n`;
  const file = `data:text/plain;charset=utf-8,${encodeURIComponent(text)}`;

  useEffect(() => intro.current?.focus(), []);

  async function copy() {
    await navigator.clipboard.writeText(text).catch(() => {
      throw new OwnError('The browser doesn’t allow that. Select the codes and copy them.');
    });
  }

  return (
    <>
      <p tabIndex={-1} ref={intro}>Print these codes, or keep them where your passwords are. They are <strong>shown only now</strong>.</p>
      <ul className="codes">{codes.map((code) => <li key={code}><code>{code}</code></li>)}</ul>
      <Action run={copy} done="Copied.">Copy the codes</Action>
      <a className="button" download="recovery-codes.txt" href={file}>Download the codes</a>
      <button type="button" className="primary" onClick={onSaved}>I have saved them</button>
    </>
  );
}
