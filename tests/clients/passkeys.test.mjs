// Passkeys in a page, as docs/passkeys.md writes it, in a Chromium with a virtual authenticator. CHROMIUM names another one.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { chromium } from 'playwright-core';
import { start } from './server.mjs';

const LOOPBACK_ONLY = 'MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost';

/** The page of an app. */
const PAGE = `<!doctype html>
<title>App</title>
<input autocomplete="username webauthn">
<script type="module">
const endpoint = new URLSearchParams(location.search).get('endpoint')
async function run(query, variables = {}) {
  const body = JSON.stringify({ query, variables })
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(endpoint, { method: 'POST', credentials: 'include', headers, body })
  const { data, errors } = await response.json()
  if (errors) throw new Error(errors[0].extensions.type + ': ' + (errors[0].extensions.hint ?? ''))
  return data
}
async function addPasskey(name) {
  const { accountCreatePasskey: challenge } = await run(
    'mutation ($name: String) { accountCreatePasskey(name: $name) { passkeyId publicKey } }', { name })
  const credential = await navigator.credentials.create({
    publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(challenge.publicKey),
  })
  const added = await run(\`mutation ($passkeyId: String!, $credential: Assoc!) {
    accountUpdatePasskeyVerification(passkeyId: $passkeyId, credential: $credential) { _id name synced backedUp }
  }\`, { passkeyId: challenge.passkeyId, credential: credential.toJSON() })
  return added.accountUpdatePasskeyVerification
}
async function signIn(mediation) {
  const { accountCreatePasskeyToken: challenge } = await run('mutation { accountCreatePasskeyToken { _id publicKey } }')
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(challenge.publicKey)
  const credential = await navigator.credentials.get({ publicKey, mediation })
  const session = await run(\`mutation ($challengeId: String!, $credential: Assoc!) {
    accountCreatePasskeySession(challengeId: $challengeId, credential: $credential) { userId provider factors }
  }\`, { challengeId: challenge._id, credential: credential.toJSON() })
  return session.accountCreatePasskeySession
}
Object.assign(window, { run, addPasskey, signIn })
</script>`;

let server;
let strict;
let folder;
let pages;
let browser;
let page;
let device;
let authenticatorId;
before(async () => {
  pages = createServer((_, response) => response.setHeader('content-type', 'text/html').end(PAGE));
  await new Promise((resolve) => { pages.listen(0, '127.0.0.1', resolve); });
  server = await start();
  folder = mkdtempSync(join(tmpdir(), 'accountd-passkeys-'));
  const config = join(folder, 'accountd.toml');
  writeFileSync(config, "[[projects]]\nid = 'default'\npasskeys = { rp_id = 'localhost', origins = ['http://localhost:9'] }\n");
  strict = await start({}, ['--config', config, 'dev']);
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [`--host-resolver-rules=${LOOPBACK_ONLY}`],
  });
});
after(async () => {
  await browser?.close();
  await server?.stop();
  await strict?.stop();
  pages?.close();
  if (folder) rmSync(folder, { recursive: true });
});
beforeEach(async () => {
  page = await browser.newPage();
  device = await page.context().newCDPSession(page);
  await device.send('WebAuthn.enable', { enableUI: false });
  ({ authenticatorId } = await device.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      ctap2Version: 'ctap2_1',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
      defaultBackupEligibility: true,
      defaultBackupState: true,
    },
  }));
});
afterEach(() => page.context().close());

/** Opens the app's page, which calls `url`. */
async function open(url = server.url, host = 'localhost') {
  await page.goto(`http://${host}:${pages.address().port}/?endpoint=${encodeURIComponent(url)}`);
  await page.waitForFunction(() => window.signIn);
}

const run = (query, variables) => page.evaluate(([text, values]) => window.run(text, values), [query, variables]);
const addPasskey = (name) => page.evaluate((text) => window.addPasskey(text), name);
const signIn = (mediation) => page.evaluate((kind) => window.signIn(kind), mediation);
const signUp = async () => (await run('mutation { accountCreateAnonymousSession { userId } }')).accountCreateAnonymousSession.userId;
const signOut = () => run('mutation { accountDeleteSession(sessionId: "current") { status } }');
const override = (bits) => device.send('WebAuthn.setResponseOverrideBits', { authenticatorId, ...bits });

test('a passkey makes an account, and signs in to it', async () => {
  await open();
  const userId = await signUp();
  const passkey = await addPasskey('My phone');
  assert.equal(passkey.name, 'My phone');
  assert.deepEqual([passkey.synced, passkey.backedUp], [true, true]);
  const { credentials } = await device.send('WebAuthn.getCredentials', { authenticatorId });
  assert.equal(credentials.length, 1);
  assert.equal(credentials[0].isResidentCredential, true);
  assert.equal(credentials[0].rpId, 'localhost');
  await signOut();

  const session = await signIn();

  assert.deepEqual(session, { userId, provider: 'passkey', factors: ['passkey', 'userVerification'] });
  const { accountGet } = await run('{ accountGet { _id } }');
  assert.equal(accountGet._id, userId);
});

test('the address field signs in (conditional UI)', async () => {
  await open();
  const userId = await signUp();
  await addPasskey('');
  await signOut();
  assert.equal(await page.evaluate(() => PublicKeyCredential.isConditionalMediationAvailable()), true);

  const session = await signIn('conditional');

  assert.equal(session.userId, userId);
});

test('a device is asked once, and the last way in stays', async () => {
  await open();
  await signUp();
  const passkey = await addPasskey('First');
  // It has a passkey of this user.
  await assert.rejects(addPasskey('Second'), /InvalidStateError/);
  const remove = 'mutation ($id: String!) { accountDeletePasskey(passkeyId: $id) { status } }';

  await assert.rejects(run(remove, { id: passkey._id }), /user_last_sign_in_method/);

  const address = 'email: "ada@example.com", password: "correct horse battery"';
  await run(`mutation { accountUpdateEmail(${address}) { _id } }`);
  await run(remove, { id: passkey._id });
  await signOut();
  await assert.rejects(signIn(), /user_passkey_invalid: no account/);
});

test('who is not verified, or signs wrongly, does not get in', async () => {
  await open();
  await signUp();
  await addPasskey('');
  await signOut();
  // The browser refuses itself.
  await device.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
  await assert.rejects(signIn(), /NotAllowedError/);
  await device.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true });
  // A device that only says that it asked.
  await override({ isBadUV: true });
  await assert.rejects(signIn(), /user_passkey_invalid: the device has not verified/);
  await override({ isBadUP: true });
  await assert.rejects(signIn(), /user_passkey_invalid: the user was not present/);
  await override({ isBogusSignature: true });
  await assert.rejects(signIn(), /user_passkey_invalid: its signature is wrong/);
  await override({});
  assert.equal((await signIn()).provider, 'passkey');
});

test('a page that is none of the origins does not get in', async () => {
  await open(strict.url);
  await signUp();
  await assert.rejects(addPasskey(''), /user_passkey_invalid: the page's origin/);
  // Browsers have no passkeys at an IP address.
  await open(server.url.replace('localhost', '127.0.0.1'), '127.0.0.1');
  await signUp();
  await assert.rejects(addPasskey(''), /SecurityError/);
});
