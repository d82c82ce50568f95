// The dev inbox as a browser shows it: what the server would send is there, under both names of this machine.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { start } from './server.mjs';

let server;
let browser;
before(async () => {
  server = await start();
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium' });
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test('a code that is asked for shows up', async () => {
  const query = 'mutation { accountCreateEmailToken(userId: "unique()", email: "ada@example.com") { userId } }';
  const headers = { 'content-type': 'application/json' };
  const asked = await fetch(server.url, { method: 'POST', headers, body: JSON.stringify({ query }) });
  assert.equal((await asked.json()).errors, undefined);

  for (const host of ['127.0.0.1', 'localhost']) {
    const page = await browser.newPage();
    const inbox = new URL('/inbox', server.url);
    inbox.hostname = host;
    await page.goto(inbox.href);
    await page.getByText('ada@example.com').first().waitFor();
    assert.match(await page.locator('#code').textContent(), /\d{6}/);
    await page.close();
  }
});
