// A browser with the console in it, for tests. CHROMIUM names another one than Debian's.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { freePort, start } from './server.mjs';

const LOOPBACK_ONLY = 'MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost';

/** A Chromium that reaches nothing but this machine. */
export const launch = () => chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [`--host-resolver-rules=${LOOPBACK_ONLY}`],
});

/** Complains of elements that come into the page with what a script writes where a value is missing. */
function watchTexts() {
  const odd = /.{0,60}(\bundefined\b|\[object |\bNaN\b|\bnull\b|\bInvalid Date\b).{0,20}/;
  const look = (node) => {
    const [found] = (node.outerHTML ?? node.textContent ?? '').match(odd) ?? [];
    if (found) console.error(`the page shows: ${found}`);
  };
  new MutationObserver((changes) => {
    for (const { type, target, addedNodes } of changes) (type === 'childList' ? [...addedNodes] : [target]).forEach(look);
  }).observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
}

/** An empty page; `checkQuiet` fails if another host was asked, or if policy, scripts or `watchTexts` had anything to complain of. */
export async function newPage(browser) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, locale: 'en-GB', timezoneId: 'UTC' });
  await page.addInitScript(watchTexts);
  const requests = [];
  const complaints = [];
  page.on('request', (request) => requests.push(request.url()));
  page.on('pageerror', (error) => complaints.push(error.message));
  // Breaches of the content security policy are reported here, too.
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  const checkQuiet = () => {
    const own = new URL(page.url()).origin;
    assert.deepEqual(requests.filter((url) => !url.startsWith('data:') && new URL(url).origin !== own), []);
    assert.deepEqual(complaints, []);
  };
  return { page, complaints, checkQuiet };
}

/** Presses the tab key until something with this name has the focus. */
export async function tabTo(page, name) {
  for (let presses = 0; presses < 60; presses += 1) {
    const focused = page.locator(':focus');
    if (await focused.and(page.getByRole('button', { name, exact: true }).or(page.getByRole('link', { name, exact: true }))
      .or(page.getByLabel(name, { exact: true }))).count()) return;
    await page.keyboard.press('Tab');
  }
  assert.fail(`the tab key never came to ${name}`);
}

/** Starts a server in production whose console is on. `keys` are the keys of the project: text, name and scopes. */
export async function startInProduction(keys, settings = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'accountd-console-'));
  const port = await freePort();
  const origin = `http://localhost:${port}`;
  const tables = keys.map(({ text, name, scopes }) => `[[projects.api_keys]]
name = "${name}"
hash = "${createHash('sha256').update(text).digest('hex')}"
scopes = ${JSON.stringify(scopes)}`);
  writeFileSync(join(folder, 'accountd.toml'), `
database.url = "sqlite://${folder}/accountd.db"
mail.url = "none:"
drain_seconds = 0
console.enabled = true
[[projects]]
id = "default"
${tables.join('\n')}
`);
  const server = await start({
    ACCOUNTD_CONFIG: join(folder, 'accountd.toml'),
    ACCOUNTD_LISTEN: `127.0.0.1:${port}`,
    ACCOUNTD_PUBLIC_URL: origin,
    ACCOUNTD_MASTER_SECRET: 'a secret of a test, long enough for it',
    ...settings,
  }, ['serve']);
  const stop = async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  };
  return { origin, stop };
}
