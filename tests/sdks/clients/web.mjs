// The SDK for browsers, in a page of headless Chromium: with cookies, or with what the SDK calls fallback cookies.
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { chromium } from 'playwright-core';

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

/** Serves a page with the SDK at another port than the server's: another origin of the same site. */
async function serve(file) {
  const script = await readFile(file);
  const server = createServer((request, response) => {
    const isScript = request.url === '/sdk.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
    response.end(isScript ? script : '<!doctype html><script src="/sdk.js"></script>');
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return { server, url: `http://localhost:${server.address().port}/` };
}

/** Runs in the page: calls the SDK, and answers what came of it. */
async function inPage({ kind, method, args, endpoint }) {
  const client = new window.Appwrite.Client().setEndpoint(endpoint).setProject('default');
  try {
    const service = kind === 'Client' ? client : new window.Appwrite[kind](client);
    return { answer: await service[method](...args) };
  } catch ({ message, code, type }) {
    return { error: { message, code, type } };
  }
}

/** A client of the SDK in `file`; `takesNames` says that an object of arguments by their names is one. */
export async function web(name, file, { fallback = false, takesNames = false } = {}) {
  const { server, url } = await serve(file);
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS });
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(url);
  const run = async (call) => {
    const { answer, error } = await page.evaluate(inPage, call);
    if (error) throw Object.assign(new Error(error.message), error);
    return answer;
  };
  const has = (kind, method) => page.evaluate(([k, m]) => typeof window.Appwrite[k]?.prototype[m] === 'function', [kind, method]);
  /** Becomes a user by a sign-in, which sets the cookie; or by the secret that the app's server has handed over. */
  const become = async ({ email, password, secret }, as, endpoint) => {
    await context.clearCookies();
    await page.evaluate(() => window.localStorage.clear());
    if (as === 'guest') return;
    if (as === 'session' && !fallback) {
      // The session itself, where it must be the one that the test has used.
      await context.addCookies([{ name: 'a_session_default', value: secret, url: endpoint, httpOnly: true, sameSite: 'Lax' }]);
      return;
    }
    if (fallback) {
      const cookies = JSON.stringify({ a_session_default: secret });
      await page.evaluate((value) => window.localStorage.setItem('cookieFallback', value), cookies);
      return;
    }
    const method = await has('Account', 'createEmailSession') ? 'createEmailSession' : 'createEmailPasswordSession';
    const session = await run({ kind: 'Account', method, args: [email, password], endpoint });
    if (session.secret !== '') throw new Error('a page sees the secret of its session');
  };
  return {
    name,
    takesNames,
    has,
    call: async (kind, method, args, user, as, endpoint) => {
      await become(user, as, endpoint);
      return run({ kind, method, args, endpoint });
    },
    stop: async () => { await browser.close(); server.close(); },
  };
}
