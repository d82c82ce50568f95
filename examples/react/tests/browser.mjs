// The built app as a visitor gets it: at localhost:5173, with the server at localhost:8080, in a Chromium that reaches
// nothing else. Both have other ports in truth, so that nothing that runs on the machine is in the way.
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { preview } from 'vite';

const APP = 'http://localhost:5173';
const root = fileURLToPath(new URL('..', import.meta.url));

/** Starts Chromium and serves the app, whose server is at `port`. */
export async function open(port) {
  const site = await preview({ root, logLevel: 'warn', preview: { host: '127.0.0.1', port: 0 } });
  const hosts = [
    `MAP localhost:5173 127.0.0.1:${site.httpServer.address().port}`, `MAP localhost:8080 127.0.0.1:${port}`,
    'MAP * ~NOTFOUND', 'EXCLUDE 127.0.0.1',
  ];
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-component-update',
      `--host-resolver-rules=${hosts.join(', ')}`,
    ],
  }).catch(async (error) => { await site.close(); throw error; });
  const faults = [];

  /** Opens a path, or a link of a mail, in a browser without any cookies but the session's, if there is one. */
  async function visit(to, secret) {
    const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'UTC', viewport: { width: 1280, height: 900 } });
    if (secret) await context.addCookies([{ name: 'a_session_default', value: secret, domain: 'localhost', path: '/' }]);
    context.setDefaultTimeout(10_000);
    context.on('weberror', (error) => faults.push(String(error.error())));
    const page = await context.newPage();
    await page.goto(new URL(to, APP).href);
    return new Tab(page);
  }

  /** Opens a path in a browser that has a device for passkeys, as a phone has it: it answers at once, unless `touch(false)`. */
  async function visitWithDevice(to) {
    const tab = await visit('about:blank');
    const session = await tab.page.context().newCDPSession(tab.page);
    await session.send('WebAuthn.enable', { enableUI: false });
    const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2', ctap2Version: 'ctap2_1', transport: 'internal', hasResidentKey: true, hasUserVerification: true,
        isUserVerified: true, automaticPresenceSimulation: true, defaultBackupEligibility: true, defaultBackupState: true,
      },
    });
    const device = {
      touch: (enabled) => session.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled }),
      verify: (isUserVerified) => session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified }),
    };
    await tab.page.goto(new URL(to, APP).href);
    return { tab, device };
  }

  const close = async () => { await browser.close(); await site.close(); };
  return { visit, visitWithDevice, faults, close };
}

/** A page, and what one does with it. */
class Tab {
  constructor(page) {
    this.page = page;
  }

  /** Fills fields by their labels. */
  async fill(values, within = this.page) {
    for (const [label, value] of Object.entries(values)) await within.getByLabel(label, { exact: true }).fill(value);
  }

  /** Clicks a button. */
  click(name, within = this.page) {
    return within.getByRole('button', { name, exact: true }).click();
  }

  /** Waits for the page with this heading. */
  heading(name) {
    return this.page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
  }

  /** Waits for a text. */
  text(text, within = this.page) {
    return within.getByText(text, { exact: true }).first().waitFor();
  }

  /** Waits for an error. */
  alert(text, within = this.page) {
    return within.getByRole('alert').filter({ hasText: text }).waitFor();
  }

  /** Waits until the field has this error, and the focus. */
  async error(label, text, within = this.page) {
    await this.alert(text, within);
    const field = within.getByLabel(label, { exact: true });
    await within.locator('[aria-invalid=true]:focus').and(field).waitFor();
  }

  /** Has the next call of a mutation refused. */
  async refuse(mutation, type) {
    let isDone = false;
    await this.page.route('**/v1/graphql?*', (route) => {
      if (isDone || !route.request().postData()?.includes(`mutation ${mutation}`)) return route.fallback();
      isDone = true;
      return route.fulfill({
        json: { data: null, errors: [{ message: 'no', extensions: { type } }] },
        headers: { 'access-control-allow-origin': APP, 'access-control-allow-credentials': 'true' },
      });
    });
  }

  /** A part of the page by its heading. */
  panel(name) {
    return this.page.getByRole('region', { name });
  }

  /** An item of a list by what it contains. */
  item(text) {
    return this.page.getByRole('listitem').filter({ hasText: text });
  }

  /** Leaves pictures of the page in `tests/screenshots`, on a desktop and a phone, to be looked at. */
  async picture(name) {
    for (const width of [1280, 390]) {
      await this.page.setViewportSize({ width, height: 900 });
      await this.page.screenshot({ path: `${root}/tests/screenshots/${name}-${width}.png`, fullPage: true });
    }
  }
}
