// GraphiQL as people use it, in a Chromium that reaches nothing but this machine. CHROMIUM names another one.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { chromium } from 'playwright-core';
import { signUp, start, until } from './server.mjs';
import { totp } from './totp.mjs';

const LOOPBACK_ONLY = 'MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost';

let server;
let browser;
before(async () => {
  server = await start();
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [`--host-resolver-rules=${LOOPBACK_ONLY}`],
  });
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

let page;
let requests;
let complaints;
beforeEach(async () => {
  page = await browser.newPage();
  requests = [];
  complaints = [];
  page.on('request', (request) => requests.push(request.url()));
  page.on('pageerror', (error) => complaints.push(error.message));
  // Breaches of the content security policy are reported here, too.
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
});
afterEach(() => page.context().close());

/** Opens the page, and waits until it knows the schema. */
async function open(url = server.url) {
  const answered = page.waitForResponse((response) => response.request().postData()?.includes('IntrospectionQuery'));
  await page.goto(url);
  const schema = await (await answered).json();
  assert.equal(schema.errors, undefined);
  await page.getByRole('toolbar').waitFor();
}

/** Turns to a tab, and waits until GraphiQL has read its document. */
async function turnTo(tab) {
  await page.locator(`.graphiql-tab-button[title="${tab}"]`).click();
  const isRead = (name) => document.querySelector('.graphiql-query-editor .CodeMirror').CodeMirror.operationName === name;
  await page.waitForFunction(isRead, tab);
}

const execute = () => page.getByRole('button', { name: /^Execute query/ }).click();

/** Runs the document of a tab. */
async function run(tab) {
  await turnTo(tab);
  await execute();
}

const results = () => page.locator('.result-window');
const shows = (text) => results().filter({ hasText: text }).waitFor();
const fillIn = (label, text) => page.getByLabel(label, { exact: true }).fill(text);

/** Nothing was asked of another host, and neither policy nor scripts had anything to complain of. */
function checkQuiet() {
  const own = new URL(page.url()).origin;
  assert.deepEqual(requests.filter((url) => !url.startsWith('data:') && new URL(url).origin !== own), []);
  assert.deepEqual(complaints, []);
}

test('the tabs of the first visit sign up and in, read the account and its log, and follow its events', async () => {
  await open();

  await run('SignUp');
  await shows(/"clientName": ".*Chrome"/);
  await run('SignIn');
  await shows('"secret": ""');
  await run('Account');
  await shows(/"email": "ada\.\w+@example\.com"/);
  if (process.env.PICTURES) await page.screenshot({ path: `${process.env.PICTURES}/graphiql-1280.png` });
  await run('SecurityLog');
  await shows('"event": "session.create"');
  await run('Events');
  // Nobody knows when the subscription stands.
  await until(async () => {
    await changeName();
    return results().filter({ hasText: '"kind": "PROFILE_CHANGED"' }).isVisible();
  });
  const ended = page.waitForEvent('requestfailed');
  await page.getByRole('button', { name: /^Stop query/ }).click();
  await ended;

  const [cookie] = await page.context().cookies();
  assert.ok(cookie.httpOnly);
  assert.equal(cookie.name, 'a_session_default');
  checkQuiet();
});

/** Fills in the variables of a tab, and runs it. */
async function runWith(tab, variables) {
  await turnTo(tab);
  await setVariables(variables);
  await execute();
}

test('the tabs set up second factors, and ask for one at the next sign-in', async () => {
  await open();
  await run('SignUp');
  await shows('"expire"');

  await run('Authenticator');
  await shows('"uri": "otpauth://totp/');
  const { secret } = (await answer()).data.accountCreateMFAAuthenticator;
  await runWith('SecondFactors', { otp: totp(secret) });
  await shows('"recoveryCodes"');
  const [code] = (await answer()).data.accountCreateMFARecoveryCodes.recoveryCodes;
  await run('SignIn');
  await shows('"provider": "email"');
  await run('Account');
  await shows('"user_more_factors_required"');
  await run('Factors');
  await shows('"totp": true');
  await run('Challenge');
  await shows('"accountCreateMFAChallenge"');
  const challengeId = (await answer()).data.accountCreateMFAChallenge._id;
  await runWith('AnswerChallenge', { challengeId, otp: totp(secret, 1) });
  await shows('"factors"');
  await run('Account');
  await shows('"name": "Ada"');

  // Without the app, a recovery code does.
  await run('SignIn');
  await shows('"provider": "email"');
  await runWith('Challenge', { factor: 'recoveryCode' });
  await shows('"accountCreateMFAChallenge"');
  const other = (await answer()).data.accountCreateMFAChallenge._id;
  await runWith('AnswerChallenge', { challengeId: other, otp: code });
  await shows('"recoveryCode"');
  checkQuiet();
});

/** What the comments of the tabs have people run in the browser's console. */
const inConsole = (method, publicKey) => page.evaluate(async ([name, options]) => {
  const parse = { create: 'parseCreationOptionsFromJSON', get: 'parseRequestOptionsFromJSON' }[name];
  return (await navigator.credentials[name]({ publicKey: PublicKeyCredential[parse](options) })).toJSON();
}, [method, publicKey]);

test('the tabs add a passkey and sign in with it', async () => {
  const device = await page.context().newCDPSession(page);
  await device.send('WebAuthn.enable', { enableUI: false });
  await device.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  await open();
  await run('SignUp');
  await shows('"expire"');

  await run('NewPasskey');
  await shows('"publicKey"');
  const { passkeyId, publicKey } = (await answer()).data.accountCreatePasskey;
  await runWith('AddPasskey', { passkeyId, credential: await inConsole('create', publicKey) });
  await shows('"name": "My passkey"');
  await run('PasskeyChallenge');
  await shows('"publicKey"');
  const challenge = (await answer()).data.accountCreatePasskeyToken;
  const credential = await inConsole('get', challenge.publicKey);
  await runWith('PasskeySignIn', { challengeId: challenge._id, credential });
  await shows('"provider": "passkey"');

  assert.deepEqual((await answer()).data.accountCreatePasskeySession.factors, ['passkey', 'userVerification']);
  checkQuiet();
});

/** The answer that is shown, once there is one for the tab. */
const answer = () => until(() => page.evaluate(() => {
  const text = document.querySelector('.result-window .CodeMirror')?.CodeMirror.getValue();
  return text && JSON.parse(text);
}));

/** Writes variables over those of the open tab. */
const setVariables = (variables) => page.evaluate((more) => {
  const editor = document.querySelector('.graphiql-editor-tool .graphiql-editor:not(.hidden) .CodeMirror').CodeMirror;
  editor.setValue(JSON.stringify({ ...JSON.parse(editor.getValue()), ...more }));
}, variables);

/** Reads the newest mail by the tab "Inbox", and redeems it by another one. */
async function redeem(tab) {
  await run('Inbox');
  await shows('"secret"');
  const { userId, secret } = (await answer()).data.devInbox;
  await turnTo(tab);
  await setVariables({ userId, secret });
  await execute();
}

/** C-45: whoever has walked through the README first finds nothing taken. */
test('the tabs work after the README, recover a password and sign in with a link', async () => {
  await signUp(server.url, 'ada@example.com');
  await open();

  await run('SignUp');
  await shows('"expire"');
  assert.equal((await answer()).errors, undefined);
  await run('Recovery');
  await shows('"expire"');
  await redeem('NewPassword');
  await shows('"accountUpdateRecovery"');
  await run('SignIn');
  await shows('"provider": "email"');
  await run('MagicLink');
  await shows('"accountCreateMagicURLSession"');
  await redeem('MagicSignIn');
  await shows('"provider": "magic-url"');

  assert.equal((await answer()).errors, undefined);
  assert.equal(await page.getByRole('link', { name: 'Inbox' }).getAttribute('href'), '/inbox');
  checkQuiet();
});

test('on a phone everything is in reach', async () => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open();

  await page.getByRole('link', { name: 'Inbox' }).waitFor();
  await run('SecurityLog');
  await shows('"errors"');

  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
  if (process.env.PICTURES) await page.screenshot({ path: `${process.env.PICTURES}/graphiql-390.png` });
  checkQuiet();
});

test('the start page fits on a phone, and its links lead on', async () => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(new URL('/', server.url).href);

  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
  if (process.env.PICTURES) await page.screenshot({ path: `${process.env.PICTURES}/start-390.png`, fullPage: true });
  checkQuiet();
  await page.getByRole('link', { name: 'GraphiQL' }).click();
  await page.getByRole('toolbar').waitFor();
});

/** Changes the name from elsewhere: with the cookie of the page, but not by its scripts. */
async function changeName() {
  const data = { query: 'mutation { accountUpdateName(name: "Countess") { name } }' };
  const response = await page.request.post(page.url(), { data, headers: { origin: new URL(page.url()).origin } });
  assert.equal((await response.json()).data.accountUpdateName.name, 'Countess');
}

test('the panel signs up, out and in again, at 127.0.0.1, too', async () => {
  await open(server.url.replace('localhost', '127.0.0.1'));
  await page.getByRole('button', { name: 'Show Session' }).click();
  const status = page.getByRole('status').filter({ hasText: 'signed in' });
  const says = (text) => page.getByRole('status').filter({ hasText: text }).waitFor();

  await says('Nobody is signed in.');
  await fillIn('E-mail', 'grace@example.com');
  await fillIn('Password', 'correct horse battery');
  await fillIn('Name, to sign up', 'Grace');
  await page.getByRole('button', { name: 'Sign up' }).click();
  await says('Signed in.');
  await page.getByText('grace@example.com').waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await says('Nobody is signed in.');
  assert.equal(await status.count(), 1);

  await fillIn('E-mail', 'grace@example.com');
  await fillIn('Password', 'wrong horse battery');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('alert').filter({ hasText: 'Invalid credentials' }).waitFor();
  await fillIn('Password', 'correct horse battery');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await says('Signed in.');

  checkQuiet();
});

test('the documentation explains the schema', async () => {
  await open();

  await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
  await page.getByRole('link', { name: 'Query', exact: true }).click();
  await page.getByRole('link', { name: 'accountGet', exact: true }).click();

  await page.getByText('Returns the signed-in user.').waitFor();
  // What introspection has no place for stands in the description.
  await page.getByText('Access: a user with a session').waitFor();
  await page.getByText('REST: GET /v1/account').waitFor();
  await page.getByText('Errors: general_unauthorized_scope').waitFor();
  checkQuiet();
});

test('headers choose the project', async () => {
  await open();
  await turnTo('Account');
  await page.getByRole('button', { name: 'Headers' }).click();
  await page.getByRole('region', { name: 'Headers' }).locator('.graphiql-editor:not(.hidden) .CodeMirror').click();
  await page.keyboard.insertText('{"X-Appwrite-Project": "nobodys"}');

  await execute();

  await shows('"type": "project_not_found"');
});

test('headers are kept only for those who ask for it, in a dialog that the policy lets be styled', async () => {
  await open();

  await page.getByRole('button', { name: 'Open settings dialog' }).click();

  const chosen = page.getByRole('dialog').getByRole('button', { name: 'Off' });
  assert.match(await chosen.getAttribute('class'), /active/);
  assert.deepEqual(complaints.filter((text) => text.includes('Content Security Policy')), []);
});
