// Signing in with an account at a real server of OpenID Connect: by plain HTTP, and in Chromium.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { CLIENT, Visitor, startProvider } from './provider.mjs';
import { call, freePort, signUp, start } from './server.mjs';

let server;
let provider;
let origin;
let page;
let app;

before(async () => {
  const [own, theirs] = [await freePort(), await freePort()];
  origin = `http://localhost:${own}`;
  provider = await startProvider(theirs, `${origin}/v1/account/sessions/oauth2/callback/corp/default`);
  server = await start({
    ACCOUNTD_LISTEN: `127.0.0.1:${own}`,
    ACCOUNTD_PUBLIC_URL: origin,
    ACCOUNTD_PROVIDERS__CORP__KIND: 'oidc',
    ACCOUNTD_PROVIDERS__CORP__ISSUER: provider.issuer,
    ACCOUNTD_PROVIDERS__CORP__CLIENT_ID: CLIENT.id,
    ACCOUNTD_PROVIDERS__CORP__CLIENT_SECRET: CLIENT.secret,
  });
  app = createServer((_, answer) => answer.end('<!doctype html><title>app</title>'));
  await new Promise((resolve) => { app.listen(0, '127.0.0.1', resolve); });
  page = `http://localhost:${app.address().port}`;
});
after(async () => {
  await server.stop();
  await provider.close();
  app.closeAllConnections();
  app.close();
});

const begin = (kind = 'sessions') => `${origin}/v1/account/${kind}/oauth2/corp?success=${page}/in&failure=${page}/out`;
const credential = (secret) => ({ 'x-appwrite-session': secret });
const session = (visitor) => credential(visitor.cookie(origin, 'a_session_default'));
const account = async (headers) => (await call(server.url, '{ accountGet { _id email emailVerification } }', headers)).accountGet;
const update = async (headers) => (await call(
  server.url, 'mutation { accountUpdateSession(sessionId: "current") { providerAccessToken providerRefreshToken } }', headers,
)).accountUpdateSession;
const identities = async (headers) => (await call(
  server.url, '{ accountListIdentities { total identities { _id provider providerUid } } }', headers,
)).accountListIdentities;

/** Leaves for the provider, agrees there and comes back: where that ends. */
async function signIn(visitor, login, options) {
  const left = await visitor.request(begin());
  const back = await visitor.agree(left.headers.get('location'), provider, login, options);
  const landed = await visitor.request(back);
  return { back, landed, end: landed.headers.get('location') };
}

/** The error that a page gets. */
const errorOf = (end) => JSON.parse(new URL(end).searchParams.get('error'));

test('sign-in, and a second one as the same user', async () => {
  const [first, second] = [new Visitor(), new Visitor()];

  assert.equal((await signIn(first, 'ada')).end, `${page}/in`);
  assert.equal((await signIn(second, 'ada')).end, `${page}/in`);

  const user = await account(session(first));
  assert.equal(user.email, 'ada@example.com');
  assert.equal(user.emailVerification, true);
  assert.deepEqual(await account(session(second)), user);
});

test('an account is linked and unlinked', async () => {
  const bob = await signUp(server.url);
  const visitor = new Visitor();
  const left = await visitor.request(begin(), { headers: credential(bob.session.secret) });
  const back = await visitor.agree(left.headers.get('location'), provider, 'bob');
  await visitor.request(back);

  const linked = await identities(session(visitor));

  assert.equal((await account(session(visitor))).email, bob.email);
  assert.deepEqual([linked.total, linked.identities[0].providerUid], [1, 'bob']);
  await call(server.url, `mutation { accountDeleteIdentity(identityId: "${linked.identities[0]._id}") { status } }`, session(visitor));
  assert.equal((await identities(session(visitor))).total, 0);
  const later = new Visitor();
  await signIn(later, 'bob');
  assert.equal((await account(session(later))).email, 'bob@example.com');
});

test('an app gets a token', async () => {
  const visitor = new Visitor();
  const query = `{ accountCreateOAuth2Token(provider: "corp", success: "${page}/token") { url } }`;
  const { url } = (await call(server.url, query)).accountCreateOAuth2Token;
  const left = await visitor.request(url);
  const back = await visitor.agree(left.headers.get('location'), provider, 'cleo');
  const end = new URL((await visitor.request(back)).headers.get('location'));
  const [userId, secret] = ['userId', 'secret'].map((name) => end.searchParams.get(name));

  const opened = await call(server.url, `mutation { accountCreateSession(userId: "${userId}", secret: "${secret}") { secret provider } }`);

  assert.equal(opened.accountCreateSession.provider, 'corp');
  assert.equal((await account(credential(opened.accountCreateSession.secret))).email, 'cleo@example.com');
});

test('tokens are renewed, and fifty calls at once are one renewal', async () => {
  const visitor = new Visitor();
  await signIn(visitor, 'dora');
  const first = await update(session(visitor));
  await new Promise((resolve) => { setTimeout(resolve, 5100); });
  const before_ = provider.renewals;

  const renewed = await Promise.all(Array.from({ length: 50 }, () => update(session(visitor))));

  assert.equal(provider.renewals - before_, 1);
  assert.notEqual(renewed[0].providerRefreshToken, first.providerRefreshToken);
  for (const one of renewed) assert.deepEqual(one, renewed[0]);
});

test('a provider that is down is told, and the tokens stay', async () => {
  const visitor = new Visitor();
  await signIn(visitor, 'emil');
  const left = await visitor.request(begin());
  const back = await visitor.agree(left.headers.get('location'), provider, 'emil');
  await provider.close();
  try {
    await assert.rejects(update(session(visitor)), /user_oauth2_provider_error/);
    const { headers } = await visitor.request(back);
    assert.equal(errorOf(headers.get('location')).type, 'user_oauth2_provider_error');
  } finally {
    await provider.open();
  }
  assert.ok((await update(session(visitor))).providerAccessToken);
});

test('who does not agree comes back to the page for failures', async () => {
  const { end } = await signIn(new Visitor(), 'fay', { cancels: true });

  assert.ok(end.startsWith(`${page}/out?`), end);
  assert.deepEqual([errorOf(end).type, errorOf(end).code], ['user_oauth2_unauthorized', 401]);
});

test('a state of another browser, and a code that was used', async () => {
  const [visitor, other] = [new Visitor(), new Visitor()];
  const { back } = await signIn(visitor, 'gil');
  const left = await other.request(begin());
  const theirs = new URL(await other.agree(left.headers.get('location'), provider, 'hal'));

  assert.equal((await visitor.request(back)).status, 400);
  assert.equal((await visitor.request(theirs.href)).status, 400);
  theirs.searchParams.set('code', new URL(back).searchParams.get('code'));
  const { headers } = await other.request(theirs.href);
  assert.equal(errorOf(headers.get('location')).type, 'user_oauth2_provider_error');
  assert.equal(other.cookie(origin, 'a_session_default'), undefined);
});

test('in Chromium: sign-in, a refusal, and linking from a page of the app', async (t) => {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
  t.after(() => browser.close());
  const context = await browser.newContext();
  // The provider's page wants a font from elsewhere.
  await context.route((url) => !['localhost', '127.0.0.1'].includes(url.hostname), (route) => route.abort());
  const tab = await context.newPage();
  const ask = (query) => tab.evaluate(async ([url, body]) => {
    const headers = { 'content-type': 'application/json' };
    return (await fetch(url, { method: 'POST', credentials: 'include', headers, body })).json();
  }, [`${origin}/v1/graphql`, JSON.stringify({ query })]);
  const leave = async () => {
    await tab.goto(page);
    await tab.evaluate((url) => { window.location.href = url; }, begin());
  };
  const agree = async (login) => {
    await tab.getByPlaceholder('Enter any login').fill(login);
    await tab.getByPlaceholder('and password').fill('any');
    await tab.getByRole('button').click();
    await tab.waitForURL(/interaction|\/in$/);
    await tab.getByRole('button', { name: 'Continue' }).click();
    await tab.waitForURL(`${page}/in`);
  };

  await leave();
  await agree('ivy');
  const first = (await ask('{ accountGet { _id email } }')).data.accountGet;
  assert.equal(first.email, 'ivy@example.com');
  assert.equal(await tab.evaluate(() => document.cookie), '');

  await context.clearCookies({ domain: '127.0.0.1' });
  await leave();
  await tab.getByRole('link', { name: 'Cancel' }).click();
  await tab.waitForURL(`${page}/out?**`);
  assert.equal(errorOf(tab.url()).type, 'user_oauth2_unauthorized');

  await context.clearCookies({ domain: '127.0.0.1' });
  await leave();
  await agree('ivy.at.work');
  const linked = (await ask('{ accountListIdentities { total } accountGet { _id } }')).data;
  assert.deepEqual([linked.accountListIdentities.total, linked.accountGet._id], [2, first._id]);
});
