// The README's page: its lines in a new Vite project, in a Chromium that reaches nothing but this machine.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { createServer } from 'vite';
import { start } from '../clients/server.mjs';
import { project, repository } from './run.mjs';

let server;
let site;
let browser;
before(async () => {
  server = await start();
  const readme = readFileSync(join(repository, 'README.md'), 'utf8');
  const [, lines] = readme.match(/### Sign in from a page[\s\S]*?```js\n([\s\S]*?)```/);
  assert.equal(lines.trim().split('\n').length, 10);
  const root = project({
    'index.html': '<!doctype html><link rel="icon" href="data:,"><body><script type="module" src="/main.js"></script></body>',
    'main.js': lines.replace('http://localhost:8080', new URL(server.url).origin),
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
