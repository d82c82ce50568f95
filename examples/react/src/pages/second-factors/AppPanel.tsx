// Setting up an authenticator app, and removing it.
import { useRef, useState } from 'react';
import { run } from '../../api/client';
import { graphql } from '../../gql';
import { Action } from '../../parts/Action';
import { Form } from '../../parts/Form';
import { Panel } from '../../parts/Panel';
import { FactorCode, bareCode } from '../../parts/SecondStep';

const CreateApp = graphql(`
  mutation CreateApp {
    accountCreateMFAAuthenticator(type: "totp") { secret uri qrCode }
  }
`);

const VerifyApp = graphql(`
  mutation VerifyApp($otp: String!) {
    accountUpdateMFAAuthenticator(type: "totp", otp: $otp) { _id }
  }
`);

const RemoveApp = graphql(`
  mutation RemoveApp {
    accountDeleteMFAAuthenticator(type: "totp") { status }
  }
`);

interface Secret {
  secret: string;
  uri: string;
  qrCode: string;
}

const ERROR_TEXTS = { user_invalid_token: { text: 'This is not the code. Is the clock of your device right?', field: 'otp' } };

export function AppPanel({ isSetUp, reload }: { isSetUp: boolean; reload: () => Promise<void> }) {
  const status = useRef<HTMLParagraphElement>(null);
  const [app, setApp] = useState<Secret | null>();

  async function create() {
    setApp((await run(CreateApp)).accountCreateMFAAuthenticator);
  }

  async function verify({ otp }: Record<'otp', string>) {
    await run(VerifyApp, { otp: bareCode(otp) });
    await show();
  }

  async function remove() {
    await run(RemoveApp);
    await show();
  }

  async function show() {
    await reload();
    setApp(undefined);
    // What had the focus is gone.
    status.current?.focus();
  }

  return (
    <Panel title="Authenticator app">
      <p role="status" tabIndex={-1} ref={status}>{isSetUp ? 'Your app is set up.' : 'No app is set up.'}</p>
      {isSetUp && <Action run={remove}>Remove the app</Action>}
      {!isSetUp && !app && <Action run={create}>Set up an app</Action>}
      {!isSetUp && app && (
        <>
          <p>Scan this with the app, or <a href={app.uri}>open it in an app on this device</a>:</p>
          {/* An image runs no scripts, whatever is in the SVG. */}
          <img className="qr" src={`data:image/svg+xml,${encodeURIComponent(app.qrCode)}`} alt="QR code of the secret below" />
          <p>Or type this secret: <code>{app.secret.match(/.{1,4}/g)?.join(' ')}</code></p>
          <Form submit="Verify the app" onSubmit={verify} errorTexts={ERROR_TEXTS}>
            <FactorCode label="Code of the app" autoFocus />
          </Form>
        </>
      )}
    </Panel>
  );
}
