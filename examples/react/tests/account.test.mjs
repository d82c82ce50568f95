// The pages of a user.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { open } from './browser.mjs';
import { startProvider } from './provider.mjs';
import { relay } from './relay.mjs';
import { PASSWORD, start } from './server.mjs';

const PHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) '
  + 'Version/18.5 Mobile/15E148 Safari/604.1';
const OFFLINE = 'The server can’t be reached. Check your connection and try again.';

let provider;
let server;
let road;
let app;

before(async () => {
  provider = await startProvider();
  server = await start(provider.settings);
  road = await relay(server.port);
  app = await open(road.port);
});
after(async () => {
  await app?.close();
  road?.cut();
  await server?.stop();
  provider?.stop();
});

/** A new user, signed in on a page. */
async function visit(to) {
  const email = await server.signUp();
  const secret = await server.signIn(email);
  return { email, secret, tab: await app.visit(to, secret) };
}

test('the name is changed', async () => {
  const { tab } = await visit('/account');
  const panel = tab.panel('Name');
  await tab.fill({ Name: 'x'.repeat(129) }, panel);
  await tab.click('Change the name', panel);
  await tab.error('Name', 'A name has 1 to 128 characters.', panel);

  await tab.fill({ Name: 'Augusta' }, panel);
  await tab.click('Change the name', panel);

  await tab.text('Changed.', panel);
  await tab.page.getByRole('banner').getByText('Augusta').waitFor();
  assert.equal(await panel.getByLabel('Name').inputValue(), 'Augusta');
});

test('the address is changed with the password, and verified by a link', async () => {
  const { tab } = await visit('/account');
  const panel = tab.panel('E-mail address');
  await tab.fill({ 'New e-mail address': 'new@example.com', Password: 'wrong horse' }, panel);
  await tab.click('Change the address', panel);
  await tab.error('Password', 'This is not your password.', panel);
  await tab.fill({ Password: PASSWORD }, panel);
  await tab.click('Change the address', panel);
  await panel.getByText('new@example.com').waitFor();
  await tab.text('Not verified', panel);
  await tab.click('Verify the address', panel);
  await tab.text('We have sent you a link.', panel);
  const { link } = await server.message('new@example.com');
  await tab.page.goto(link);
  await tab.click('Verify');
  await tab.text('Your e-mail address is verified.');
  await tab.text('Verified', panel);

  const other = await app.visit(link);
  await other.click('Verify');
  await other.alert('This is wrong or out of date. Ask for a new one.');
  await other.picture('verify-failed');
});

test('an address that somebody has is refused at the field', async () => {
  const taken = await server.signUp();
  const { tab } = await visit('/account');
  const panel = tab.panel('E-mail address');
  await tab.fill({ 'New e-mail address': taken, Password: PASSWORD }, panel);
  await tab.click('Change the address', panel);

  await tab.error('New e-mail address', 'This address can’t be used.', panel);
  await tab.picture('address-refused');
});

test('the number is changed with the password, and verified by a code', async () => {
  const { tab } = await visit('/account');
  const panel = tab.panel('Phone number');
  await tab.fill({ 'New phone number': '+44 20 7946 0000', Password: 'wrong horse' }, panel);
  await tab.click('Change the number', panel);
  await tab.error('Password', 'This is not your password.', panel);
  await tab.fill({ Password: PASSWORD }, panel);
  await tab.click('Change the number', panel);
  await tab.text('Not verified', panel);

  await tab.click('Verify the number', panel);
  await panel.getByLabel('Code').waitFor();
  const { code } = await server.message('+442079460000');
  await tab.fill({ Code: code === '000000' ? '000001' : '000000' }, panel);
  await tab.click('Verify', panel);
  await tab.error('Code', 'This is wrong or out of date. Ask for a new one.', panel);
  await tab.fill({ Code: code }, panel);
  await tab.click('Verify', panel);

  await tab.text('Verified', panel);
});

test('a new password ends the other sessions', async () => {
  const { tab, email } = await visit('/account');
  const other = await app.visit('/sessions', await server.signIn(email));
  const panel = tab.panel('Password');
  await tab.fill({ 'Current password': 'wrong horse', 'New password': 'a better password' }, panel);
  await tab.click('Change the password', panel);
  await tab.error('Current password', 'This is not your password.', panel);
  await tab.fill({ 'Current password': PASSWORD }, panel);
  await tab.click('Change the password', panel);

  await tab.text('Changed. You are signed out everywhere else.', panel);
  await other.heading('Sign in');
});

test('the theme is kept in the preferences', async () => {
  const { tab } = await visit('/account');
  const panel = tab.panel('Preferences');
  await panel.getByLabel('dark').check();
  await tab.click('Save', panel);
  await tab.text('Saved.', panel);
  await tab.page.locator('html[data-theme=dark]').waitFor();
  await tab.picture('dark');
  await tab.page.reload();
  await tab.page.locator('html[data-theme=dark]').waitFor();

  road.cut();
  await panel.getByLabel('light').check();
  await tab.click('Save', panel);
  await tab.alert(OFFLINE, panel);
  await road.mend();
});

test('sessions are listed at once, and ended: one, or all others', async () => {
  const { tab, email } = await visit('/sessions');
  await tab.item('This device').waitFor();
  await server.signIn(email, PHONE);
  await server.signIn(email);
  await tab.item('smartphone').waitFor();
  await tab.item('curl').nth(1).waitFor();
  await tab.picture('sessions');
  road.cut();
  await tab.item('smartphone').getByRole('button').click();
  await tab.alert(OFFLINE, tab.item('smartphone'));
  await road.mend();
  await tab.item('smartphone').getByRole('button').click();
  await tab.item('smartphone').waitFor({ state: 'detached' });
  await tab.click('Sign out everywhere else');

  await tab.page.getByRole('button', { name: 'Sign out everywhere else' }).waitFor({ state: 'detached' });
  assert.equal(await tab.page.locator('main').getByRole('listitem').count(), 1);
});

test('a session that ends elsewhere shows the sign-in', async () => {
  const { tab, secret } = await visit('/security-log');
  await tab.heading('Security log');
  await server.call('mutation { accountDeleteSessions { status } }', { 'x-appwrite-session': secret });

  await tab.heading('Sign in');
});

test('the security log grows while one looks, and is read page by page', async () => {
  const { tab, secret } = await visit('/security-log');
  await tab.item('The account was created').waitFor();
  for (let count = 0; count < 10; count += 1) {
    await server.call(`mutation { accountUpdateName(name: "Ada ${count}") { _id } }`, { 'x-appwrite-session': secret });
  }
  const pages = tab.page.getByRole('navigation', { name: 'Pages of the log' });
  await pages.getByText('1–10 of 12').waitFor();
  await tab.picture('security-log');
  await tab.click('Older');
  await pages.getByText('11–12 of 12').waitFor();
  await tab.item('The account was created').waitFor();

  road.cut();
  await tab.click('Newer');
  await tab.alert(OFFLINE);
  await road.mend();
  await pages.getByText('1–10 of 12').waitFor();
});

test('an account at a provider is linked and unlinked', async () => {
  const { tab, email } = await visit('/identities');
  await tab.text('No account is linked.');
  const link = tab.page.getByRole('link', { name: 'Link the dev provider' });
  await link.click();
  await tab.page.getByRole('link', { name: 'Cancel' }).click();
  await tab.alert('You cancelled at the provider.');

  await tab.page.goto('http://localhost:5173/identities');
  await link.click();
  await tab.page.getByRole('link', { name: 'Continue as grace' }).click();
  await tab.panel('E-mail address').getByText(email).waitFor();
  await tab.page.getByRole('link', { name: 'Linked accounts' }).click();
  await tab.item('grace@example.org').waitFor();
  await tab.picture('identities');
  await tab.click('Unlink grace@example.org');

  await tab.text('No account is linked.');
});

test('the account is deleted once that is confirmed', async () => {
  const { tab, email } = await visit('/delete-account');
  const remove = () => tab.click('Delete my account');
  await remove();
  await tab.fill({ 'Type “delete” to confirm': 'yes' });
  await remove();
  await tab.picture('delete-account');
  await tab.fill({ 'Type “delete” to confirm': 'delete' });
  road.cut();
  await remove();
  await tab.page.getByRole('main').getByRole('alert').filter({ hasText: OFFLINE }).waitFor();
  await road.mend();
  await remove();

  await tab.text('Your account is deleted.');
  await assert.rejects(server.signIn(email), /user_invalid_credentials/);
});

test('nothing went wrong unseen', () => assert.deepEqual(app.faults, []));
