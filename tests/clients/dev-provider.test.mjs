// The provider `dev` as a browser shows it: one click signs in, on a phone as well.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { start } from './server.mjs';

let server;
let browser;
let app;
let page;
let origin;

before(async () => {
  server = await start();
  origin = new URL(server.url).origin.replace('127.0.0.1', 'localhost');
  app = createServer((_, answer) => answer.end('<!doctype html><title>app</title>'));
  await new Promise((resolve) => { app.listen(0, '127.0.0.1', resolve); });
  page = `http://localhost:${app.address().port}`;
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
});
after(async () => {
  await browser?.close();
  await server?.stop();
  app?.closeAllConnections();
  app?.close();
});

/** A tab of a new visitor on a phone, at the provider's page. */
async function leave() {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, isMobile: true });
  const tab = await context.newPage();
  const errors = [];
  tab.on('console', (message) => { if (message.type() === 'error') errors.push(message.text()); });
  await tab.goto(page);
  await tab.evaluate((url) => { window.location.href = url; }, `${origin}/v1/account/sessions/oauth2/dev?success=${page}/in&failure=${page}/out`);
  await tab.getByRole('heading', { name: /Sign in/ }).waitFor();
  return { tab, errors };
}

/** Who is signed in, as the app's page asks. */
const account = (tab) => tab.evaluate(async (url) => {
  const body = JSON.stringify({ query: '{ accountGet { name email emailVerification } }' });
  const headers = { 'content-type': 'application/json' };
  return (await (await fetch(url, { method: 'POST', credentials: 'include', headers, body })).json()).data.accountGet;
}, `${origin}/v1/graphql`);

test('one click signs in', async () => {
  const { tab, errors } = await leave();
  const width = await tab.evaluate(() => document.documentElement.scrollWidth);
  if (process.env.SCREENSHOT) await tab.screenshot({ path: process.env.SCREENSHOT, fullPage: true });

  await tab.getByRole('button', { name: /Ada Lovelace/ }).click();
  await tab.waitForURL(`${page}/in`);

  assert.equal(width, 390);
  assert.deepEqual(await account(tab), { name: 'Ada Lovelace', email: 'ada@example.com', emailVerification: true });
  assert.deepEqual(errors, []);
});

test('anybody can be made up, and deny', async () => {
  const { tab } = await leave();
  await tab.getByLabel('Name').fill('Zoë');
  await tab.getByLabel('Email').fill('zoe@example.com');
  await tab.getByLabel('Return a refresh token').uncheck();
  await tab.getByRole('button', { name: 'Sign in' }).click();
  await tab.waitForURL(`${page}/in`);
  assert.deepEqual(await account(tab), { name: 'Zoë', email: 'zoe@example.com', emailVerification: true });

  const { tab: other } = await leave();
  await other.getByRole('button', { name: 'Deny' }).click();
  await other.waitForURL(`${page}/out?**`);
  assert.match(decodeURIComponent(other.url()), /user_oauth2_unauthorized/);
});
