// The samples of the README: its pages in a new Vite project, in a Chromium that reaches nothing but this machine; its backend in Node.js.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { createServer } from 'vite';
import { call, signUp, start } from '../clients/server.mjs';
import { project, repository } from './run.mjs';

let server;
let site;
let browser;

/** The first sample in JavaScript below a heading of the README, for the started server. */
function sample(heading) {
  const readme = readFileSync(join(repository, 'README.md'), 'utf8');
  const [, lines] = readme.match(new RegExp(`### ${heading}\\n[\\s\\S]*?\`\`\`js\\n([\\s\\S]*?)\`\`\``));
  return lines.replace('http://localhost:8080', new URL(server.url).origin);
}

before(async () => {
  server = await start();
  assert.equal(sample('Sign in from a page').trim().split('\n').length, 10);
  const page = (script) => `<!doctype html><link rel="icon" href="data:,"><body><script type="module" src="/${script}"></script></body>`;
  const root = project({
    'index.html': page('main.js'),
    'main.js': sample('Sign in from a page'),
    'sdk.html': page('sdk.js'),
    'sdk.js': sample('Sign in with the official SDK'),
  });
  site = await createServer({ root, logLevel: 'warn', server: { host: 'localhost', port: 5173 } });
  await site.listen();
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1'],
  });
});
after(async () => {
  await browser?.close();
  await site?.close();
  await server?.stop();
});

/** C-43: the server is printed as `localhost`, which is what the page's cookie needs. */
test('a page of a new Vite project signs up and in, and is still signed in after a reload', async () => {
  assert.equal(new URL(server.url).hostname, 'localhost');
  const page = await browser.newPage();
  const complaints = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => { if (message.type() === 'error') complaints.push(message.text()); });
  const cookie = async () => (await page.context().cookies()).find(({ name }) => name === 'a_session_default');

  await page.goto(site.resolvedUrls.local[0]);
  await page.getByText('Signed in as Grace').waitFor();
  const before = await cookie();
  await page.reload();
  await page.getByText('Signed in as Grace').waitFor();

  assert.ok(before.httpOnly);
  assert.equal((await cookie()).value, before.value);
  assert.deepEqual(complaints, []);
  await page.context().close();
});

test('the lines with the official SDK sign up and in', async () => {
  const page = await browser.newPage();

  await page.goto(`${site.resolvedUrls.local[0]}sdk.html`);

  await page.getByText('Signed in as Joan').waitFor();
  await page.context().close();
});

test('a backend learns who sends a request', async () => {
  const { userOf } = await import(`data:text/javascript,${encodeURIComponent(sample('Protect your own API'))}`);
  const { email, session } = await signUp(server.url);
  const { accountCreateJWT: { jwt } } = await call(server.url, 'mutation { accountCreateJWT { jwt } }', { 'x-appwrite-session': session.secret });
  const request = { headers: { authorization: `Bearer ${jwt}` } };

  assert.equal((await userOf(request)).email, email);
  assert.equal(await userOf({ headers: {} }), null);

  await call(server.url, 'mutation { accountDeleteSession(sessionId: "current") { status } }', { 'x-appwrite-session': session.secret });
  assert.equal(await userOf(request), null);
});
