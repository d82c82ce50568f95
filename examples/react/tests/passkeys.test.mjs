// Passkeys, with a virtual device.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { open } from './browser.mjs';
import { PASSWORD, start } from './server.mjs';

let server;
let app;

before(async () => {
  server = await start();
  app = await open(server.port);
});
after(async () => {
  await app?.close();
  await server?.stop();
});

/** An account with a passkey alone. */
async function signUp() {
  const { tab, device } = await app.visitWithDevice('/sign-up');
  await tab.page.getByRole('link', { name: 'Sign up with a passkey' }).click();
  await tab.fill({ Name: 'Ada' });
  await tab.click('Create an account');
  await tab.heading('Passkeys');
  return { tab, device };
}

test('a passkey makes an account, and signs in from the address field', async () => {
  const { tab, device } = await signUp();
  await tab.page.getByText(/^You have an account\./).waitFor();
  await tab.page.getByText('may be on several devices').waitFor();
  await device.touch(false);
  await tab.click('Sign out');
  await tab.heading('Sign in');
  assert.equal(await tab.page.getByLabel('E-mail address').getAttribute('autocomplete'), 'username webauthn');
  await tab.picture('sign-in-passkey');
  await device.touch(true);
  await tab.page.reload();

  await tab.heading('Your account');
  await tab.page.getByText(/^You have passkeys alone\./).waitFor();
  await tab.page.getByRole('banner').getByText('Ada').waitFor();
});

test('a passkey signs in by the button, also after a cancelled try', async () => {
  const { tab, device } = await signUp();
  // Passkeys in the address field would be used at once.
  await tab.page.addInitScript(() => { PublicKeyCredential.isConditionalMediationAvailable = async () => false; });
  await tab.page.reload();
  await tab.heading('Passkeys');
  await tab.click('Sign out');
  await device.verify(false);
  await tab.click('Sign in with a passkey');
  await tab.alert('No passkey was used. You may have cancelled, or waited too long.');
  await device.verify(true);
  await tab.click('Sign in with a passkey');

  await tab.heading('Your account');
});

test('the button ends what the address field waits for', async () => {
  const { tab, device } = await signUp();
  await device.touch(false);
  const offered = tab.page.waitForResponse((response) => response.request().postData()?.includes('BeginPasskeySession'));
  await tab.click('Sign out');
  await offered;
  await tab.heading('Sign in');
  // This is for the button's request only, which has ended the other one before it asks for a challenge.
  await tab.page.route('**/v1/graphql?*', async (route) => {
    if (route.request().postData()?.includes('BeginPasskeySession')) await device.touch(true);
    return route.fallback();
  });
  await tab.click('Sign in with a passkey');

  await tab.heading('Your account');
});

test('passkeys are added, named and deleted, but for the last way in', async () => {
  const { tab } = await signUp();
  await tab.fill({ 'Name of the passkey': 'Second' }, tab.page.locator('main > form'));
  await tab.click('Add a passkey');
  await tab.alert('This device has a passkey of yours already.');
  await tab.page.getByText('Rename', { exact: true }).click();
  await tab.fill({ 'Name of the passkey': 'My phone' }, tab.page.locator('details'));
  await tab.click('Save the name');
  await tab.item('My phone').getByText('Saved.').waitFor();
  await tab.picture('passkeys');
  await tab.click('Delete My phone');
  await tab.alert('This is your only way to sign in. Add another passkey, an address or a number first.');

  await tab.page.getByRole('link', { name: 'Account', exact: true }).click();
  const panel = tab.panel('E-mail address');
  await tab.fill({ 'New e-mail address': 'pass@example.com', 'New password': PASSWORD }, panel);
  await tab.click('Change the address', panel);
  await panel.getByText('pass@example.com').waitFor();
  await tab.page.getByRole('link', { name: 'Passkeys' }).click();
  await tab.click('Delete My phone');
  await tab.text('You have no passkey.');

  await tab.click('Sign out');
  await tab.alert('This passkey is not known here.');
});

test('a passkey confirms a change, if the sign-in is long ago', async () => {
  const { tab } = await signUp();
  await tab.page.getByRole('link', { name: 'Second factors' }).click();
  // As if it were.
  await tab.refuse('CreateApp', 'user_reauthentication_required');
  await tab.click('Set up an app');
  await tab.click('Use a passkey', tab.page.getByRole('dialog'));

  await tab.page.getByLabel('Code of the app').waitFor();
});

test('a sign-up that is cancelled leaves nobody signed in', async () => {
  const { tab, device } = await app.visitWithDevice('/sign-up/passkey');
  await device.verify(false);
  await tab.fill({ Name: 'Eve' });
  await tab.click('Create an account');
  await tab.alert('No passkey was used. You may have cancelled, or waited too long.');
  await tab.page.reload();
  await tab.heading('Sign up with a passkey');
});

test('nothing went wrong unseen', () => assert.deepEqual(app.faults, []));
