// A new session that ends the old one: the browser hears of the end before it has the new cookie.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { open } from './browser.mjs';
import { open as openLate } from './late.mjs';
import { PASSWORD, start } from './server.mjs';

let server;
let late;
let app;

before(async () => {
  server = await start();
  late = await openLate(server.port, 'SignInAnew');
  app = await open(late.port);
});
after(async () => {
  await app?.close();
  late?.close();
  await server?.stop();
});

test('who signs in anew stays on the page, however late the answer is', async () => {
  const email = await server.signUp();
  const tab = await app.visit('/second-factors', await server.signIn(email));
  await tab.refuse('CreateApp', 'user_reauthentication_required');
  await tab.click('Set up an app');
  const dialog = tab.page.getByRole('dialog');
  await tab.fill({ 'Your password': PASSWORD }, dialog);
  await tab.click('Confirm', dialog);

  await tab.page.getByLabel('Code of the app').waitFor();

  // The new session has events, too.
  await new Promise((resolve) => setTimeout(resolve, 2000));
  await server.call('mutation { accountDeleteSessions { status } }', { 'x-appwrite-session': await server.signIn(email) });
  await tab.heading('Sign in');
});

test('nothing went wrong unseen', () => assert.deepEqual(app.faults, []));
