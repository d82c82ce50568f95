// One visitor's way through the app, each test from where the one before it ended.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { call, start } from '../../tests/clients/server.mjs';
import { open, picture } from './browser.mjs';
import { relay } from './relay.mjs';

const EMAIL = 'ada@example.com';
const PASSWORD = 'correct horse battery';
const CREDENTIALS = `email: "${EMAIL}", password: "${PASSWORD}"`;
const PHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) '
  + 'Version/18.5 Mobile/15E148 Safari/604.1';

let server;
let road;
let app;
let page;
let phone;

before(async () => {
  server = await start({ ACCOUNTD_LIMITS__RATES: 'true' });
  road = await relay(server.url);
  app = await open(road.url);
  page = app.page;
});
after(async () => {
  await app?.close();
  road?.close();
  await server?.stop();
});

const panel = (name) => page.getByRole('region', { name });
const row = (name, text) => panel(name).getByRole('listitem').filter({ hasText: text });
const click = (name) => page.getByRole('button', { name, exact: true }).click();
const alert = async () => page.getByRole('alert').textContent();

/** What the user does with the phone. */
const onPhone = (operation) => call(server.url, `mutation { ${operation} }`, {
  'user-agent': PHONE, ...(phone && { 'x-appwrite-session': phone.secret }),
});

async function signInOnPhone() {
  phone = undefined;
  ({ accountCreateEmailPasswordSession: phone } = await onPhone(`accountCreateEmailPasswordSession(${CREDENTIALS}) { secret }`));
}

async function fill(password) {
  await page.getByLabel('E-mail address').fill(EMAIL);
  await page.getByLabel('Password').fill(password);
}

test('who signs up is signed in, and sees this device', async () => {
  await click('I am new here');
  await page.getByLabel('Name').fill('Ada Lovelace');
  await fill(PASSWORD);
  await picture(page, 'sign-up');
  await click('Create an account');

  await page.getByRole('heading', { name: 'Ada Lovelace' }).waitFor();
  await row('Sessions', 'This device').filter({ hasText: /Chrome .* on .*Linux/ }).waitFor();
  assert.equal(await panel('Sessions').getByRole('listitem').count(), 1);
});

test('a sign-in elsewhere appears at once, and a button ends it', async () => {
  await panel('Live events').getByText('Live', { exact: true }).waitFor();
  await signInOnPhone();

  await row('Live events', 'A new sign-in').filter({ hasText: 'Safari' }).waitFor();
  await row('Sessions', 'iPhone').waitFor();
  await picture(page, 'account');
  await row('Sessions', 'iPhone').getByRole('button').click();

  await row('Live events', 'A session was ended').waitFor();
  await row('Sessions', 'iPhone').waitFor({ state: 'detached' });
  await assert.rejects(onPhone('accountUpdateName(name: "Eve") { name }'), /general_unauthorized_scope/);
});

test('events that came while the connection was broken are told afterwards', async () => {
  road.close();
  await panel('Live events').getByText('Connecting…').waitFor();
  await signInOnPhone();
  await road.reopen();

  await row('Live events', 'A new sign-in').nth(1).waitFor();
});

test('preferences are saved, and a conflict is told', async () => {
  await page.getByLabel('Send me a mail each week').check();
  await click('Save');
  await page.getByText('Saved.').waitFor();

  await page.getByLabel('light').check();
  await onPhone('accountPatchPrefs(patch: {theme: "dark"}) { _id }');
  await row('Live events', 'The preferences changed').nth(1).waitFor();
  await click('Save');
  assert.match(await alert(), /changed elsewhere/);
  await picture(page, 'conflict');
  await click('Load the newer ones');

  await page.locator('html[data-theme=dark]').waitFor();
  assert.ok(await page.getByLabel('dark').isChecked());
  assert.ok(await page.getByLabel('Send me a mail each week').isChecked());
  await picture(page, 'dark');
});

test('the security log is read page by page', async () => {
  const pages = page.getByRole('navigation');
  await pages.getByText('1–5 of 7').waitFor();
  await row('Security log', 'Account changed').first().waitFor();
  await click('Older');

  await pages.getByText('6–7 of 7').waitFor();
  await row('Security log', 'Account created').waitFor();
  await click('Newer');
  await pages.getByText('1–5 of 7').waitFor();
});

test('who signs out can sign in again', async () => {
  await click('Sign out');
  await page.getByText('You are signed out.', { exact: true }).waitFor();
  await fill(PASSWORD);
  await click('Sign in');

  await row('Sessions', 'This device').waitFor();
});

test('signing out everywhere ends the session of the phone, too', async () => {
  await click('Sign out everywhere');

  await page.getByText('You are signed out.', { exact: true }).waitFor();
  await assert.rejects(onPhone('accountUpdateName(name: "Eve") { name }'), /general_unauthorized_scope/);
});

test('a reload keeps the session, and its end by another device is noticed', async () => {
  await fill(PASSWORD);
  await click('Sign in');
  await row('Sessions', 'This device').waitFor();
  await page.reload();
  await panel('Live events').getByText('Live', { exact: true }).waitFor();
  await signInOnPhone();
  await onPhone('accountDeleteSessions { status }');

  await page.getByText('You are signed out.', { exact: true }).waitFor();
});

test('a wrong password is told in words, and so is a limit', async () => {
  await fill('wrong horse battery');
  await click('Sign in');
  assert.equal(await alert(), 'E-mail address and password don’t match.');

  for (let tries = 1; tries < 10; tries += 1) {
    await assert.rejects(call(server.url, `mutation { accountCreateEmailPasswordSession(email: "${EMAIL}", password: "no") { _id } }`));
  }
  await click('Sign in');
  await page.getByText(/^Too many tries. Try again in \d+ minutes\.$/).waitFor();
  await picture(page, 'limit');
});

test('a server that is away is told in words', async () => {
  road.close();
  await click('Sign in');

  await page.getByText('The server can’t be reached.').waitFor();
});

test('nothing went wrong unseen, and nobody else was asked', () => {
  assert.deepEqual(app.faults, []);
});
