// What holds for every page: it fits a phone, has a title and a heading with the focus, and every control has a name.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { open } from './browser.mjs';
import { start } from './server.mjs';

const GUEST_PAGES = [
  '/sign-in', '/sign-up', '/sign-up/passkey', '/sign-in/code', '/sign-in/link', '/sign-in/phone', '/forgot-password',
  '/reset-password', '/magic-link', '/verify-email', '/provider-failed',
];
const USER_PAGES = ['/account', '/sessions', '/second-factors', '/passkeys', '/security-log', '/identities', '/delete-account'];

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

/** Looks at pages, one after the other, in one tab. */
async function check(tab, paths) {
  await tab.page.setViewportSize({ width: 390, height: 800 });
  for (const path of paths) {
    await tab.page.goto(`http://localhost:5173${path}`);
    await tab.page.locator('h1:focus').waitFor();
    const found = await tab.page.evaluate(() => ({
      headings: document.querySelectorAll('h1').length,
      title: document.title.startsWith(document.querySelector('h1').textContent),
      overflow: document.scrollingElement.scrollWidth - window.innerWidth,
      nameless: [...document.querySelectorAll('input')].filter((input) => !input.labels.length).length,
    }));
    assert.deepEqual(found, { headings: 1, title: true, overflow: 0, nameless: 0 }, path);
  }
}

test('the pages of a guest', async () => check(await app.visit('/'), GUEST_PAGES));

test('the pages of a user', async () => {
  const secret = await server.signIn(await server.signUp());
  await check(await app.visit('/', secret), USER_PAGES);
});

test('a user who asks for a page of guests sees the account', async () => {
  const tab = await app.visit('/sign-up', await server.signIn(await server.signUp()));

  await tab.heading('Your account');
});

test('the back button goes a page back', async () => {
  const tab = await app.visit('/sign-in');
  await tab.page.getByRole('link', { name: 'Sign up' }).click();
  await tab.heading('Sign up');
  await tab.page.goBack();

  await tab.heading('Sign in');
});

test('nothing went wrong unseen', () => assert.deepEqual(app.faults, []));
