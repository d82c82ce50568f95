// The app as a visitor gets it: built, served on loopback, in a Chromium that reaches nothing else.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { preview } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Generates, type-checks and builds the app for the server at `api`, and opens it. */
export async function open(api) {
  const env = { ...process.env, VITE_ACCOUNTD_URL: api };
  // All to stderr: the reporter of the tests owns stdout.
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: root, env, stdio: ['ignore', 2, 2] });
  const site = await preview({ root, logLevel: 'warn', preview: { host: '127.0.0.1', port: 0 } });
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-component-update',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
    ],
  });
  const page = await browser.newPage({ locale: 'en-GB', timezoneId: 'UTC', viewport: { width: 1280, height: 900 } });
  page.setDefaultTimeout(30_000);
  const faults = [];
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('request', (request) => {
    if (new URL(request.url()).hostname !== '127.0.0.1') faults.push(`asks ${request.url()}`);
  });
  await page.goto(`http://127.0.0.1:${site.httpServer.address().port}/`);
  const close = async () => { await browser.close(); await site.close(); };
  return { page, faults, close };
}

/** Pictures of the page as a phone and a desktop show it, to be looked at. */
export async function picture(page, name) {
  for (const width of [390, 1280]) {
    await page.setViewportSize({ width, height: 900 });
    await page.screenshot({ path: `${root}/tests/screenshots/${name}-${width}.png`, fullPage: true });
  }
}
