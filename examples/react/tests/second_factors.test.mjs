// Setting up second factors, and signing in with them.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { open } from './browser.mjs';
import { PASSWORD, start } from './server.mjs';
import { totp } from './totp.mjs';

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

/** A code that is not the code. */
const wrong = (code) => (code === '000000' ? '000001' : '000000');

/** A new user on the page of second factors. */
async function visit() {
  const email = await server.signUp();
  const tab = await app.visit('/second-factors', await server.signIn(email));
  await tab.heading('Second factors');
  return { tab, email };
}

/** Sets an app up: its secret. */
async function setUpApp(tab) {
  const panel = tab.panel('Authenticator app');
  await tab.click('Set up an app', panel);
  const secret = await panel.locator('code').textContent();
  await tab.fill({ 'Code of the app': totp(secret) }, panel);
  await tab.click('Verify the app', panel);
  await tab.text('Your app is set up.', panel);
  return secret;
}

async function turnOn(tab) {
  await tab.click('Turn second factors on');
  await tab.text('Second factors are on.');
}

async function createCodes(tab) {
  const panel = tab.panel('Recovery codes');
  await tab.click('Create recovery codes', panel);
  await tab.text('You have recovery codes: 10 are left.', panel);
  return panel.locator('li').allTextContents();
}

async function signIn(tab, email) {
  await tab.click('Sign out');
  await tab.heading('Sign in');
  await tab.fill({ 'E-mail address': email, Password: PASSWORD });
  await tab.click('Sign in');
  await tab.heading('One more step');
}

test('an app is set up, and asked for when signing in; a recovery code stands in for it', async () => {
  const { tab, email } = await visit();
  await tab.text('No app is set up.');
  await tab.click('Set up an app');
  const panel = tab.panel('Authenticator app');
  const secret = await panel.locator('code').textContent();
  const link = await panel.getByRole('link').getAttribute('href');
  assert.equal(new URL(link).searchParams.get('secret'), secret.replaceAll(' ', ''));
  const picture = panel.getByRole('img', { name: 'QR code of the secret below' });
  assert.ok(await picture.evaluate((image) => image.decode().then(() => image.naturalWidth > 0)));
  await tab.picture('app');
  await tab.fill({ 'Code of the app': wrong(totp(secret)) }, panel);
  await tab.click('Verify the app', panel);
  await tab.error('Code of the app', 'This is not the code. Is the clock of your device right?', panel);
  await tab.fill({ 'Code of the app': totp(secret) }, panel);
  await tab.click('Verify the app', panel);
  await panel.locator('p:focus', { hasText: 'Your app is set up.' }).waitFor();
  await turnOn(tab);
  const [first, second] = await createCodes(tab);
  await tab.click('I have saved them');

  await signIn(tab, email);
  await tab.picture('second-step');
  await tab.fill({ Code: wrong(totp(secret, 1)) });
  await tab.click('Continue');
  await tab.error('Code', 'This code is wrong, out of date or used already.');
  await tab.fill({ Code: totp(secret, 1) });
  await tab.click('Continue');
  await tab.heading('Your account');

  await signIn(tab, email);
  await tab.click('Use a recovery code');
  await tab.page.locator('input:focus').and(tab.page.getByLabel('Recovery code')).waitFor();
  await tab.fill({ 'Recovery code': first });
  await tab.click('Continue');
  await tab.heading('Your account');
  await tab.page.getByRole('link', { name: 'Second factors' }).click();
  await tab.text('You have recovery codes: 9 are left.');

  await signIn(tab, email);
  await tab.click('Use a recovery code');
  await tab.fill({ 'Recovery code': first });
  await tab.click('Continue');
  await tab.error('Recovery code', 'This code is wrong, out of date or used already.');
  await tab.fill({ 'Recovery code': second.toLowerCase() });
  await tab.click('Continue');
  await tab.heading('Your account');
});

test('recovery codes are shown once, copied and downloaded', async () => {
  const { tab } = await visit();
  await tab.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  const codes = await createCodes(tab);
  assert.equal(codes.length, 10);
  await tab.picture('recovery-codes');
  await tab.click('Copy the codes');
  await tab.text('Copied.');
  const text = `${codes.join('\n')}\n`;
  assert.equal(await tab.page.evaluate(() => navigator.clipboard.readText()), text);
  const [download] = await Promise.all([
    tab.page.waitForEvent('download'), tab.page.getByRole('link', { name: 'Download the codes' }).click(),
  ]);
  assert.equal(download.suggestedFilename(), 'recovery-codes.txt');
  assert.equal(await readFile(await download.path(), 'utf8'), text);
  await tab.click('I have saved them');
  await tab.page.getByText(codes[0]).waitFor({ state: 'detached' });

  await tab.click('Replace the recovery codes');
  await tab.page.locator('.codes li').first().waitFor();
  const newer = await tab.page.locator('.codes li').allTextContents();
  assert.ok(!newer.includes(codes[0]));
  await tab.page.reload();
  await tab.text('You have recovery codes: 10 are left.');
  assert.equal(await tab.page.getByText(newer[0]).count(), 0);
});

test('a code by e-mail is a second factor of a verified address; who starts again is a guest', async () => {
  const email = await server.signUp();
  const secret = await server.signIn(email);
  const tab = await app.visit('/account', secret);
  await tab.click('Verify the address');
  await tab.text('We have sent you a link.');
  await tab.page.goto((await server.message(email)).link);
  await tab.click('Verify');
  await tab.heading('Your account');
  await tab.page.getByRole('link', { name: 'Second factors' }).click();
  await turnOn(tab);

  await signIn(tab, email);
  await tab.click('Start again');
  await tab.heading('Sign in');
  await tab.fill({ 'E-mail address': email, Password: PASSWORD });
  await tab.click('Sign in');
  await tab.click('Send me a code by e-mail');
  await tab.text('We have sent you a code by e-mail.');
  await tab.fill({ Code: (await server.message(email)).code });
  await tab.click('Continue');
  await tab.heading('Your account');
});

test('a change of second factors asks for one, if the sign-in is long ago', async () => {
  const { tab } = await visit();
  await setUpApp(tab);
  const [code] = await createCodes(tab);
  await tab.click('I have saved them');
  await turnOn(tab);
  await tab.refuse('SwitchFactors', 'user_challenge_required');
  await tab.click('Turn second factors off');
  const dialog = tab.page.getByRole('dialog', { name: 'Confirm that it is you' });
  await tab.click('Cancel', dialog);
  await tab.alert('For this, confirm first that it is you.');
  await tab.text('Second factors are on.');

  await tab.refuse('SwitchFactors', 'user_challenge_required');
  await tab.click('Turn second factors off');
  await tab.click('Use a recovery code', dialog);
  await tab.picture('confirm');
  await tab.fill({ 'Recovery code': code }, dialog);
  await tab.click('Continue', dialog);
  await tab.text('Second factors are off.');
  await tab.page.locator('button:focus', { hasText: 'Turn second factors on' }).waitFor();

  await tab.click('Remove the app');
  await tab.text('No app is set up.');
});

test('a user without a second factor signs in anew, in place', async () => {
  const { tab } = await visit();
  await tab.refuse('CreateApp', 'user_reauthentication_required');
  await tab.click('Set up an app');
  const dialog = tab.page.getByRole('dialog');
  await dialog.waitFor();
  await tab.page.keyboard.press('Escape');
  await tab.alert('For this, confirm first that it is you.');
  await tab.page.locator('button:focus', { hasText: 'Set up an app' }).waitFor();

  await tab.refuse('CreateApp', 'user_reauthentication_required');
  await tab.click('Set up an app');
  await tab.fill({ 'Your password': 'wrong horse' }, dialog);
  await tab.click('Confirm', dialog);
  await tab.error('Your password', 'This is not your password.', dialog);
  await tab.fill({ 'Your password': PASSWORD }, dialog);
  await tab.click('Confirm', dialog);

  await tab.page.getByLabel('Code of the app').waitFor();
  await tab.page.getByRole('link', { name: 'Sessions' }).click();
  await tab.item('This device').waitFor();
  assert.equal(await tab.page.locator('main').getByRole('listitem').count(), 1);
});

test('nothing went wrong unseen', () => assert.deepEqual(app.faults, []));
