// Signing up, and all ways of signing in.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { open } from './browser.mjs';
import { startProvider } from './provider.mjs';
import { relay } from './relay.mjs';
import { PASSWORD, start } from './server.mjs';

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

test('sign-up signs in', async () => {
  const tab = await app.visit('/');
  await tab.heading('Sign in');
  await tab.page.getByRole('link', { name: 'Sign up' }).click();
  await tab.heading('Sign up');
  await tab.fill({ Name: 'Ada Lovelace', 'E-mail address': 'ada@example.com', Password: PASSWORD });
  await tab.picture('sign-up');
  await tab.click('Create an account');

  await tab.heading('Your account');
  await tab.text('Ada Lovelace');
  await tab.picture('account');
});

test('sign-up with a taken address shows that at the field', async () => {
  const email = await server.signUp();
  const tab = await app.visit('/sign-up');
  await tab.fill({ Name: 'Eve', 'E-mail address': email, Password: PASSWORD });
  await tab.click('Create an account');

  await tab.error('E-mail address', 'This address has an account already. Sign in instead.');
  assert.equal(await tab.page.getByLabel('Name').inputValue(), 'Eve');
  await tab.picture('sign-up-taken');
});

test('a guest who asks for a page is there after signing in with a password', async () => {
  const email = await server.signUp();
  const tab = await app.visit('/sessions');
  await tab.heading('Sign in');
  await tab.fill({ 'E-mail address': email, Password: PASSWORD });
  await tab.click('Sign in');

  await tab.heading('Sessions');
  await tab.page.reload();
  await tab.heading('Sessions');
  await tab.click('Sign out');
  await tab.text('You are signed out.');
});

test('a wrong password, a limit and a server that is away have words', async () => {
  const email = await server.signUp();
  const tab = await app.visit('/sign-in');
  await tab.picture('sign-in');
  await tab.fill({ 'E-mail address': email, Password: 'wrong horse' });
  await tab.click('Sign in');
  await tab.alert('The e-mail address or the password is wrong.');

  const errors = [{ message: 'no', extensions: { type: 'general_rate_limit_exceeded', retryAfter: 150 } }];
  await tab.page.route('**/v1/graphql?*', (route) => route.fulfill({
    json: { data: null, errors }, headers: { 'access-control-allow-origin': 'http://localhost:5173', 'access-control-allow-credentials': 'true' },
  }), { times: 1 });
  await tab.click('Sign in');
  await tab.alert('Too many attempts. Try again in 3 minutes.');

  road.cut();
  await tab.click('Sign in');
  await tab.alert('The server can’t be reached. Check your connection and try again.');
  await tab.page.reload();
  await tab.heading('Sorry');
  await road.mend();
  await tab.click('Try again');
  await tab.heading('Sign in');
});

test('a code by e-mail signs in, a wrong one does not', async () => {
  const tab = await app.visit('/sign-in/code');
  await tab.fill({ 'E-mail address': 'grace@example.com' });
  await tab.click('Send me a code');
  await tab.page.getByText('We have sent you a code.').waitFor();
  const { text, code } = await server.message('grace@example.com');
  assert.ok(text.includes(await tab.page.locator('main strong').textContent()));
  await tab.picture('code');

  await tab.fill({ Code: code === '000000' ? '000001' : '000000' });
  await tab.click('Sign in');
  await tab.error('Code', 'This is wrong or out of date. Ask for a new one.');
  await tab.fill({ Code: code });
  await tab.click('Sign in');

  await tab.heading('Your account');
  await tab.panel('E-mail address').getByText('Verified', { exact: true }).waitFor();
});

test('a link by e-mail signs in, once', async () => {
  const tab = await app.visit('/sign-in/link');
  await tab.fill({ 'E-mail address': 'joan@example.com' });
  await tab.click('Send me a link');
  await tab.page.getByText('We have sent you a link.').waitFor();
  const { link } = await server.message('joan@example.com');
  await tab.page.goto(link);
  await tab.heading('Welcome back');
  await tab.click('Sign in');
  await tab.heading('Your account');

  const other = await app.visit(link);
  await other.click('Sign in');
  await other.alert('This is wrong or out of date. Ask for a new one.');
});

test('a text message signs in, and a wrong number is an error of the field', async () => {
  const tab = await app.visit('/sign-in/phone');
  await tab.fill({ 'Phone number': '12' });
  await tab.click('Send me a code');
  await tab.error('Phone number', 'This is not a phone number. It starts with + and the country code.');

  await tab.fill({ 'Phone number': '+1 617 555 1212' });
  await tab.click('Send me a code');
  await tab.text('We have sent you a code.');
  await tab.fill({ Code: (await server.message('+16175551212')).code });
  await tab.click('Sign in');

  await tab.heading('Your account');
  await tab.panel('Phone number').getByText('+16175551212').waitFor();
});

test('a provider signs in', async () => {
  const tab = await app.visit('/sign-in');
  await tab.page.getByRole('link', { name: 'Sign in with the dev provider' }).click();
  await tab.page.getByRole('link', { name: 'Continue as ada' }).click();

  await tab.heading('Your account');
  await tab.panel('E-mail address').getByText('ada@example.org').waitFor();
});

test('who cancels at the provider reads why nothing happened', async () => {
  const tab = await app.visit('/sign-in');
  await tab.page.getByRole('link', { name: 'Sign in with the dev provider' }).click();
  await tab.page.getByRole('link', { name: 'Cancel' }).click();

  await tab.heading('Not signed in');
  await tab.alert('You cancelled at the provider.');
  await tab.picture('provider-failed');
});

test('a visitor without an account gets one later', async () => {
  const tab = await app.visit('/sign-in');
  await tab.click('Try it without an account');
  await tab.page.getByText(/^You are a guest/).waitFor();
  await tab.picture('guest');
  const panel = tab.panel('E-mail address');
  await tab.fill({ 'New e-mail address': 'kay@example.com', 'New password': PASSWORD }, panel);
  await tab.click('Change the address', panel);

  await tab.panel('Password').waitFor();
  assert.ok(await server.signIn('kay@example.com'));
});

test('a forgotten password is replaced by a link, which works once', async () => {
  const email = await server.signUp();
  const tab = await app.visit('/sign-in');
  await tab.page.getByRole('link', { name: 'I forgot my password' }).click();
  await tab.fill({ 'E-mail address': email });
  await tab.click('Send me a link');
  await tab.text('If this address has an account, a mail is on its way.');
  await tab.picture('forgot-password');
  const { link } = await server.message(email);

  await tab.page.goto(link);
  await tab.fill({ 'New password': 'a better password' });
  await tab.picture('reset-password');
  await tab.click('Set the password');
  await tab.text('You have a new password. Sign in with it.');
  await tab.fill({ 'E-mail address': email, Password: 'a better password' });
  await tab.click('Sign in');
  await tab.heading('Your account');

  const other = await app.visit(link);
  await other.fill({ 'New password': 'another password' });
  await other.click('Set the password');
  await other.alert('This is wrong or out of date. Ask for a new one.');
});

test('nothing went wrong unseen', () => assert.deepEqual(app.faults, []));
