// The console as an operator uses it.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { launch, newPage, startInProduction, tabTo } from './console.mjs';
import { call, signUp, start, until } from './server.mjs';
import { totp } from './totp.mjs';

let server;
let browser;
let page;
let complaints;
let checkQuiet;
before(async () => {
  server = await start();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});
beforeEach(async () => {
  ({ page, complaints, checkQuiet } = await newPage(browser));
});
afterEach(() => page.context().close());

const picture = async (name) => {
  if (process.env.PICTURES) await page.screenshot({ path: `${process.env.PICTURES}/${name}.png` });
};
const heading = (name) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
const button = (name) => page.getByRole('button', { name, exact: true });
const says = (text) => page.getByRole('status').filter({ hasText: text }).waitFor();
const dialog = () => page.getByRole('dialog');
const rows = () => page.getByRole('table').getByRole('row');

async function open(path = '/users', url = server.url) {
  await page.goto(`${new URL('/console', url).href}#${path}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
}

/** Opens a dialog by its button, fills it in, and confirms it. */
async function change(opener, fields, confirm) {
  await button(opener).click();
  for (const [label, text] of Object.entries(fields)) await dialog().getByLabel(label, { exact: true }).fill(text);
  await dialog().getByRole('button', { name: confirm, exact: true }).click();
}

/** Whether somebody's session is still open. */
const isSignedIn = async ({ session }) => {
  const answer = await fetch(server.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-appwrite-session': session.secret },
    body: '{"query": "{ accountGet { _id } }"}',
  });
  return !(await answer.json()).errors;
};

/** Signs in by password, and by nothing else. */
async function signIn(email) {
  const mutation = `mutation { accountCreateEmailPasswordSession(email: "${email}", password: "correct horse battery") { _id secret } }`;
  return { session: (await call(server.url, mutation)).accountCreateEmailPasswordSession };
}

/** Signs up a user with a name; the id is the name in small letters. */
async function signUpAs(name) {
  const userId = name.toLowerCase().replaceAll(/[^a-z]/g, '');
  const data = `userId: "${userId}", name: ${JSON.stringify(name)}, email: "${userId}@example.com", password: "correct horse battery"`;
  await call(server.url, `mutation { accountCreate(${data}) { _id } }`);
}

test('users are found by search, filters and pages', async () => {
  const names = ['Ada Lovelace', 'Grace Hopper', 'Hedy Lamarr', 'Alan Turing', 'Barbara Liskov', 'Edsger Dijkstra'];
  for (const name of names) await signUpAs(name);
  for (let n = 0; n < 24; n += 1) await signUpAs(`Reader ${String.fromCharCode(97 + n)}`);
  await open();

  await says('30 users');
  assert.equal(await rows().count(), 26);
  await page.getByRole('link', { name: 'Older' }).click();
  await page.getByRole('link', { name: 'Ada Lovelace' }).waitFor();
  assert.equal(await rows().count(), 6);
  await page.getByRole('link', { name: 'Newer' }).click();
  await page.getByRole('link', { name: 'Reader x' }).waitFor();
  assert.equal(await page.getByRole('link', { name: 'Newer' }).count(), 0);

  await page.getByLabel('Search').fill('grace');
  await says(/^1 user$/);
  await page.getByRole('link', { name: 'Grace Hopper' }).waitFor();
  await page.getByLabel('Status').selectOption('Blocked');
  await page.getByText('No user fits.').waitFor();
  await page.getByLabel('Status').selectOption('Any');
  await page.getByLabel('Password').selectOption('Has one');
  await says(/^1 user$/);
  await page.getByLabel('Search').fill('');
  await page.getByLabel('Password').selectOption('Has none');
  await says(/^0 users$/);
  // The filters are in the address: a reload keeps them, and so does the browser's back button.
  await page.reload();
  await says(/^0 users$/);
  assert.equal(await page.getByLabel('Password').inputValue(), 'none');
  await page.getByLabel('Password').selectOption('Any');
  await page.getByLabel('Created since').fill('2000-01-01');
  await says('30 users');
  await page.getByLabel('Search').fill('l');
  await says(/^4 users$/);
  await picture('console-users-1280');
  checkQuiet();
});

test('a user is changed, blocked, unblocked and deleted', async () => {
  const ada = await signUp(server.url, 'countess@example.com');
  await open('/users?search=countess');
  await page.getByRole('link', { name: 'countess@example.com' }).click();
  await heading('countess@example.com');

  await change('Change name', { Name: '<img src=x onerror=alert(1)>' }, 'Save');
  // What users are called is text.
  await heading('<img src=x onerror=alert(1)>');
  await change('Change name', { Name: 'Ada' }, 'Save');
  await heading('Ada');
  await change('Change phone number', { 'Phone number': 'no number' }, 'Save');
  await dialog().getByLabel('Phone number').and(page.locator('[aria-invalid]')).waitFor();
  await dialog().getByLabel('Phone number').fill('+12065550100');
  await dialog().getByRole('button', { name: 'Save' }).click();
  await says('The phone number was changed.');
  await page.getByText('+12065550100').waitFor();
  await change('Mark as verified (e-mail address)', {}, 'Mark as verified');
  await button('Mark as not verified (e-mail address)').waitFor();
  await change('Change labels', { Labels: 'vip not-a-label' }, 'Save');
  await dialog().getByText('“not-a-label” is no label').waitFor();
  await dialog().getByLabel('Labels').fill('vip beta');
  await dialog().getByRole('button', { name: 'Save' }).click();
  await page.getByRole('definition').filter({ hasText: 'vip' }).waitFor();
  await change('Change preferences', { 'Preferences, as JSON': '{"theme": ' }, 'Save');
  await dialog().getByText('This is no JSON').waitFor();
  await dialog().getByLabel('Preferences, as JSON').fill('{"theme": "dark"}');
  await dialog().getByRole('button', { name: 'Save' }).click();
  await page.getByText('"theme": "dark"').waitFor();
  await change('Set password', { 'New password': 'short' }, 'Set password');
  await dialog().getByLabel('New password').and(page.locator('[aria-invalid]')).waitFor();
  await dialog().getByRole('button', { name: 'Cancel' }).click();
  await picture('console-user-1280');

  await change('Block this user', {}, 'Block');
  await says('Ada is blocked.');
  await until(async () => !(await isSignedIn(ada)));
  await change('Unblock this user', {}, 'Unblock');
  await says('Ada is unblocked.');
  await button('Block this user').waitFor();
  await page.getByRole('link', { name: 'Log', exact: true }).click();
  await rows().filter({ hasText: 'admin' }).first().waitFor();

  await page.getByRole('link', { name: 'Profile', exact: true }).click();
  await button('Delete user').click();
  await dialog().getByRole('button', { name: 'Delete user' }).click();
  await dialog().getByText('Fill in').waitFor();
  await dialog().getByLabel('To confirm, type “delete”').fill('delete');
  await picture('console-delete-1280');
  await dialog().getByRole('button', { name: 'Delete user' }).click();
  await heading('Users');
  await says('Ada was deleted.');
  await page.getByLabel('Search').fill('countess');
  await says(/^0 users$/);
  checkQuiet();
});

test('sessions are ended, one and all', async () => {
  const grace = await signUp(server.url, 'admiral@example.com');
  await open('/users?search=admiral');
  await page.getByRole('link', { name: 'admiral@example.com' }).click();
  await page.getByRole('link', { name: 'Sessions', exact: true }).click();

  await page.getByText('2 sessions').waitFor();
  await page.getByRole('button', { name: /^End the session on/ }).first().click();
  await dialog().getByRole('button', { name: 'End session' }).click();
  await page.getByText('1 session', { exact: true }).waitFor();
  assert.equal(await isSignedIn(grace), false);
  await change('End all sessions', {}, 'End all sessions');
  await page.getByText('isn’t signed in anywhere').or(page.getByText("isn't signed in anywhere")).waitFor();
  await page.getByRole('link', { name: 'Identities', exact: true }).click();
  await page.getByText('No provider account is linked.').waitFor();
  await page.getByText('There is no passkey.').waitFor();
  checkQuiet();
});

test('messages are seen with their states, but not read', async () => {
  const mutation = 'mutation { accountCreateEmailToken(userId: "unique()", email: "outbox@example.com") { userId } }';
  await call(server.url, mutation);
  const code = (await call(server.url, '{ devInbox(to: "outbox@example.com", waitMs: 5000) { code } }')).devInbox.code;
  await open('/outbox');

  await rows().filter({ hasText: 'outbox@example.com' }).filter({ hasText: 'email_code' }).waitFor();
  assert.ok(!(await page.content()).includes(code));
  await page.getByLabel('Channel').selectOption('sms');
  await page.getByText('There is no such message.').waitFor();
  await page.getByLabel('Channel').selectOption('mail');
  await rows().filter({ hasText: 'outbox@example.com' }).waitFor();
  await page.getByLabel('State').selectOption('failed');
  await page.getByText('There is no such message.').waitFor();
  await open('/users/nobody');
  await page.getByRole('link', { name: 'All users' }).click();
  await heading('Users');
  await page.getByRole('link', { name: 'Counters' }).click();
  await heading('The last hour');
  await page.getByRole('term').filter({ hasText: 'New users' }).waitFor();
  await page.getByRole('link', { name: 'Project' }).click();
  await heading('Demo');
  await page.getByText('30 days').waitFor();
  await page.getByRole('region', { name: 'Second factors' }).getByRole('term').filter({ hasText: 'Authenticator app' }).waitFor();
  await page.getByRole('definition').filter({ hasText: /^localhost$/ }).waitFor();
  await page.getByText('need no recent sign-in').waitFor();
  await picture('console-project-1280');
  checkQuiet();
});

test('a new user is created', async () => {
  await open();

  await change('New user', { Name: 'Katherine', 'E-mail address': 'no address' }, 'Create user');
  await dialog().getByLabel('E-mail address').and(page.locator('[aria-invalid]')).waitFor();
  await dialog().getByLabel('E-mail address').fill('katherine@example.com');
  await dialog().getByLabel('Password').fill('correct horse battery');
  await dialog().getByRole('button', { name: 'Create user' }).click();

  await heading('Katherine');
  const signIn = 'mutation { accountCreateEmailPasswordSession(email: "katherine@example.com", password: "correct horse battery") { _id } }';
  assert.ok((await call(server.url, signIn)).accountCreateEmailPasswordSession._id);
  checkQuiet();
});

/** Signs somebody up who has an authenticator app and ten recovery codes, and whose second factors are on. */
async function signUpWithFactors(email) {
  const user = await signUp(server.url, email);
  const run = (fields) => call(server.url, `mutation { ${fields} }`, { 'x-appwrite-session': user.session.secret });
  const { secret } = (await run('accountCreateMFAAuthenticator(type: "totp") { secret }')).accountCreateMFAAuthenticator;
  await run(`accountUpdateMFAAuthenticator(type: "totp", otp: "${totp(secret)}") { _id }`);
  await run('accountUpdateMFA(mfa: true) { mfa }');
  await run('accountCreateMFARecoveryCodes { remaining }');
  return user;
}

test('second factors are seen, and reset for a user who has lost them', async () => {
  const mary = await signUpWithFactors('mary@example.com');
  const halfOpen = await signIn(mary.email);
  assert.equal(await isSignedIn(halfOpen), false);
  const section = () => page.getByRole('region', { name: 'Second factors' });
  const row = (term) => section().locator('dl > div').filter({ has: page.getByRole('term').filter({ hasText: term }) }).getByRole('definition');
  await open('/users?search=mary');
  await page.getByRole('link', { name: 'mary@example.com' }).click();
  await heading('mary@example.com');

  await section().getByText('Whoever signs in is asked for one of these').waitFor();
  assert.match(await row('At sign-in').textContent(), /^on/);
  assert.equal(await row('Authenticator app').textContent(), 'set up');
  assert.equal(await row('Code by e-mail').textContent(), "none: the address isn't verified");
  assert.equal(await row('Code by SMS').textContent(), 'no number');
  assert.equal(await row('Recovery codes').textContent(), '10 left');
  // A verified address is a factor, too.
  await change('Mark as verified (e-mail address)', {}, 'Mark as verified');
  await row('Code by e-mail').getByText('to mary@example.com').waitFor();

  await button('Reset second factors').click();
  await page.locator(':focus').and(button('Cancel')).waitFor();
  await dialog().getByText('The user is told by e-mail: mary@example.com.').waitFor();
  await picture('console-factors-1280');
  await page.keyboard.press('Escape');
  await page.locator(':focus').and(button('Reset second factors')).waitFor();
  assert.equal(await row('Authenticator app').textContent(), 'set up');
  await change('Reset second factors', {}, 'Reset second factors');
  await says('The second factors of mary@example.com were reset.');
  await section().getByText("The user isn't asked for a second factor.").waitFor();
  assert.equal(await row('At sign-in').textContent(), 'off');
  assert.equal(await row('Authenticator app').textContent(), 'none');
  assert.equal(await row('Recovery codes').textContent(), 'none');
  // There is nothing left to reset.
  assert.equal(await button('Reset second factors').count(), 0);

  // Sessions stay, but for those that lacked a factor, and one factor is enough, as the dialog says.
  for (const session of [mary, await signIn(mary.email)]) assert.ok(await isSignedIn(session));
  assert.equal(await isSignedIn(halfOpen), false);
  const mail = (await call(server.url, '{ devInbox(to: "mary@example.com", waitMs: 5000) { kind } }')).devInbox;
  assert.equal(mail.kind, 'mfa_reset');
  await page.getByRole('link', { name: 'Log', exact: true }).click();
  await rows().filter({ hasText: 'user.update.mfa' }).filter({ hasText: 'admin' }).first().waitFor();
  checkQuiet();
});

test('on a phone, and by the keyboard alone, everything is in reach', async () => {
  await signUpWithFactors('dorothy@example.com');
  await page.setViewportSize({ width: 390, height: 844 });
  await open();
  const width = () => page.evaluate(() => document.documentElement.scrollWidth);

  await tabTo(page, 'Skip to the page');
  await page.keyboard.press('Enter');
  await tabTo(page, 'Search');
  await page.keyboard.type('dorothy');
  await says(/^1 user$/);
  assert.equal(await width(), 390);
  await picture('console-users-390');
  await tabTo(page, 'dorothy@example.com');
  await page.keyboard.press('Enter');
  await heading('dorothy@example.com');
  // Reading begins at the heading.
  assert.equal(await page.locator(':focus').textContent(), 'dorothy@example.com');
  assert.equal(await width(), 390);

  await tabTo(page, 'Change name');
  await page.keyboard.press('Enter');
  await dialog().waitFor();
  await page.keyboard.press('Escape');
  // The focus is back at the button.
  await page.locator(':focus').and(button('Change name')).waitFor();
  await page.keyboard.press('Enter');
  await page.keyboard.type('Dorothy');
  await page.keyboard.press('Enter');
  await heading('Dorothy');
  await page.locator(':focus').and(button('Change name')).waitFor();
  await tabTo(page, 'Block this user');
  await page.keyboard.press('Enter');
  // What harms isn't done by a second press: the way back has the focus.
  await page.locator(':focus').and(button('Cancel')).waitFor();
  await page.keyboard.press('Tab');
  await page.emulateMedia({ colorScheme: 'dark' });
  await picture('console-block-390');
  await page.keyboard.press('Enter');
  await says('Dorothy is blocked.');
  assert.equal(await width(), 390);
  await tabTo(page, 'Reset second factors');
  await picture('console-factors-390');
  await page.keyboard.press('Enter');
  await page.locator(':focus').and(button('Cancel')).waitFor();
  await page.keyboard.press('Tab');
  await picture('console-reset-390');
  await page.keyboard.press('Enter');
  await says('The second factors of Dorothy were reset.');
  // The button is gone, and reading goes on with the page.
  await page.locator('#main:focus').waitFor();
  await tabTo(page, 'Delete user');
  await page.keyboard.press('Enter');
  await page.keyboard.type('delete');
  await page.keyboard.press('Enter');
  await heading('Users');
  checkQuiet();
});

test('in production, an API key signs in for an hour, and no script ever sees it', async () => {
  const [writer, reader] = ['ak_writer', 'ak_reader'];
  const { origin, stop } = await startInProduction([
    { text: writer, name: 'Support', scopes: ['users.read', 'users.write', 'sessions.write'] },
    { text: reader, name: 'Audit', scopes: ['users.read'] },
  ]);
  try {
    await page.goto(`${origin}/console`);
    await dialog().getByLabel('API key').fill('ak_wrong');
    await dialog().getByRole('button', { name: 'Sign in' }).click();
    await dialog().getByRole('alert').filter({ hasText: 'doesn’t know this key' }).waitFor();
    await page.keyboard.press('Escape');
    assert.ok(await dialog().isVisible());
    await picture('console-sign-in-1280');
    await dialog().getByLabel('API key').fill(writer);
    await dialog().getByRole('button', { name: 'Sign in' }).click();
    await heading('Users');
    await page.getByRole('banner').getByText('Support').waitFor();
    await change('New user', { Name: 'Ada' }, 'Create user');
    await heading('Ada');

    const [cookie] = await page.context().cookies(`${origin}/console`);
    assert.deepEqual([cookie.httpOnly, cookie.sameSite, cookie.path], [true, 'Strict', '/console']);
    assert.equal(await page.evaluate(() => document.cookie), '');
    const stored = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
    assert.ok(!stored.includes(writer) && !cookie.value.includes(writer));

    // The hour is over while a dialog is open: what was typed stays.
    await page.context().clearCookies();
    await button('Change name').click();
    await dialog().getByLabel('Name').fill('Countess');
    await dialog().getByRole('button', { name: 'Save' }).click();
    const again = page.getByRole('dialog', { name: 'Sign in to the console' });
    await again.getByLabel('API key').fill(writer);
    await again.getByRole('button', { name: 'Sign in' }).click();
    await again.waitFor({ state: 'detached' });
    assert.equal(await dialog().getByLabel('Name').inputValue(), 'Countess');
    await dialog().getByRole('button', { name: 'Save' }).click();
    await heading('Countess');

    await button('Sign out').click();
    await dialog().getByLabel('API key').fill(reader);
    await dialog().getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('This key can only read').waitFor();
    assert.equal(await button('Block this user').count(), 0);
    // The browser itself logs each answer that is an error: here, of the wrong key and of the calls without a cookie.
    assert.deepEqual(complaints.filter((text) => !text.includes('401')), []);
  } finally {
    await stop();
  }
});
