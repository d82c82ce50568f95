// What once went wrong in the console, or nearly: odd values, odd addresses, sessions that end.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { wait } from '../../src/http/console/page/format.js';
import { compact, pretty } from '../../src/http/console/page/json.js';
import { launch, newPage, startInProduction } from './console.mjs';
import { call, signUp, start } from './server.mjs';

let server;
let browser;
let page;
let checkQuiet;
before(async () => {
  server = await start();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});
beforeEach(async () => {
  ({ page, checkQuiet } = await newPage(browser));
});
afterEach(() => page.context().close());

const button = (name) => page.getByRole('button', { name, exact: true });
const heading = (name) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
const dialog = () => page.getByRole('dialog');
const confirm = (name) => dialog().getByRole('button', { name, exact: true }).click();

async function open(path) {
  await page.goto(`${new URL('/console', server.url).href}#${path}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
}

/** Runs a mutation or query as an app's server does, with the API key. */
const run = async (text) => call(server.url, text, { 'x-appwrite-key': await server.key });

/** Creates a user. */
const create = (userId, more = '') => run(`mutation { usersCreate(userId: "${userId}"${more}) { _id } }`);

const PREFS = '{"snowflake":1234567890123456789,"price":1.10,"10":"a","2":"b","big":123456789012345678901234567890,"none":[],"text":"{\\"a\\": 1,\\\\"}';

test('JSON gets other spaces, and nothing else', () => {
  assert.equal(pretty('{"b":1.10,"a":[{},[ ],{"10":1e5,"2":"x, \\"y\\": {"}]}'), `{
  "b": 1.10,
  "a": [
    {},
    [],
    {
      "10": 1e5,
      "2": "x, \\"y\\": {"
    }
  ]
}`);
  assert.equal(compact(pretty(PREFS)), PREFS);
  assert.equal(compact(' { "a" : "b c" } '), '{"a":"b c"}');
  for (const text of ['', '{', '{"a":1,}', 'undefined']) assert.deepEqual([pretty(text), compact(text)], [text, text]);
});

test('preferences keep their numbers and their order when they are edited', async () => {
  const stored = async () => (await run('{ usersGetPrefs(userId: "counting") { data } }')).usersGetPrefs.data;
  await create('counting');
  await run(`mutation { usersUpdatePrefs(userId: "counting", prefs: ${JSON.stringify(PREFS)}) { data } }`);
  await open('/users/counting');

  const shown = await page.getByRole('group', { name: 'Preferences' }).textContent();
  assert.equal(shown.replaceAll(/\n */g, '').replaceAll(/": (?=[\d"[])/g, '":'), PREFS.replace('\\": 1', '\\":1'));
  await button('Change preferences').click();
  await confirm('Save');
  await dialog().waitFor({ state: 'detached' });
  assert.equal(await stored(), PREFS);
  await button('Change preferences').click();
  const field = dialog().getByLabel('Preferences, as JSON');
  await field.fill((await field.inputValue()).replace('"a"', '"first"'));
  await confirm('Save');
  await dialog().waitFor({ state: 'detached' });
  assert.equal(await stored(), PREFS.replace('"a"', '"first"'));

  // As long as the server allows, and with many more spaces when it is shown.
  const long = `{"list":[${'1,'.repeat(32_700)}1]}`;
  await run(`mutation { usersUpdatePrefs(userId: "counting", prefs: ${JSON.stringify(long)}) { data } }`);
  await page.reload();
  await button('Change preferences').click();
  await confirm('Save');
  await dialog().waitFor({ state: 'detached' });
  assert.equal(await stored(), long);
  checkQuiet();
});

/** Answers a list with one row, which has all that the document asks for and nothing else. */
async function stubList(name, field, rows, more = {}) {
  const text = readFileSync(new URL(`../../schema/console/${name}.graphql`, import.meta.url), 'utf8');
  const names = [...text.matchAll(/^ {6}(\w+)$/gm)].map(([, selected]) => selected);
  const row = Object.fromEntries(names.map((selected) => [selected, /At$/.test(selected) ? '2026-11-29T10:00:00.000+00:00' : `some ${selected}`]).concat(Object.entries(more)));
  await page.route('**/console/graphql', async (route) => {
    if (route.request().postDataJSON().documentId !== `console/${name}`) return route.fallback();
    return route.fulfill({ json: { data: { [field]: { total: 1, [rows]: [row] } } } });
  });
}

test('no page shows a value that its document does not ask for', async () => {
  const { email } = await signUp(server.url);
  const { users: [{ _id: id }] } = (await run(`{ usersList(search: "${email}") { users { _id } } }`)).usersList;
  await run(`mutation { usersUpdateLabels(userId: "${id}", labels: ["vip"]) { _id } }`);
  await run(`mutation { usersUpdatePhone(userId: "${id}", number: "+12065550123") { _id } }`);
  await call(server.url, `mutation { accountCreateEmailToken(userId: "${id}", email: "${email}") { userId } }`);
  await stubList('identities', 'usersListIdentities', 'identities');
  await stubList('passkeys', 'usersListPasskeys', 'passkeys');
  const parts = ['', '/sessions', '/log', '/identities', '/messages'].map((part) => `/users/${id}${part}`);

  for (const path of ['/users', ...parts, '/outbox', '/counters', '/project']) {
    await open(path);
    await page.locator('main[aria-busy="false"]').waitFor();
    // Each button that opens a dialog, and each dialog.
    const buttons = page.locator('main button:not(#refresh)');
    for (let n = 0; n < await buttons.count(); n += 1) {
      await buttons.nth(n).click();
      await dialog().getByRole('button', { name: 'Cancel' }).click();
    }
  }
  checkQuiet();
  await page.getByRole('definition').filter({ hasText: /^8 characters$/ }).waitFor();
});

test('an address that can be no page leads to the users', async () => {
  await open('/outbox');

  for (const path of ['/users/%', '/users/%e0%a4%a/log', '/nothing']) {
    await page.evaluate((hash) => { location.hash = hash; }, path);
    await heading('Users');
    await page.locator('main[aria-busy="false"]').waitFor();
    await page.evaluate(() => { location.hash = '/outbox'; });
    await heading('Outbox');
  }
  checkQuiet();
});

test('after signing in again, the page is what the address says', async () => {
  const scopes = ['users.read', 'users.write'];
  const production = await startInProduction([
    { text: 'ak_writer', name: 'Support', scopes },
    { text: 'ak_reader', name: 'Audit', scopes: ['users.read'] },
  ]);
  const signIn = async (key) => {
    const form = page.getByRole('dialog', { name: 'Sign in to the console' });
    await form.getByLabel('API key').fill(key);
    await form.getByRole('button', { name: 'Sign in' }).click();
    await form.waitFor({ state: 'detached' });
  };
  try {
    const api = `${production.origin}/v1/graphql`;
    for (const id of ['ida', 'joan']) {
      await call(api, `mutation { usersCreate(userId: "${id}", name: "${id}") { _id } }`, { 'x-appwrite-key': 'ak_writer' });
    }
    await page.goto(`${production.origin}/console`);
    await signIn('ak_writer');
    await page.getByRole('link', { name: 'joan' }).waitFor();

    // In a search: what was typed is found.
    await page.context().clearCookies();
    await page.getByLabel('Search').fill('ida');
    await signIn('ak_writer');
    await page.getByRole('link', { name: 'joan' }).waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'ida' }).waitFor();
    assert.equal(await page.getByLabel('Search').inputValue(), 'ida');
    await page.locator('#search:focus').waitFor();

    // On the way to another page.
    await page.context().clearCookies();
    await page.getByRole('link', { name: 'ida' }).click();
    await signIn('ak_writer');
    await heading('ida');
    assert.equal(await page.getByText("This page can't be shown").count(), 0);

    // In a dialog: it stays, and the page below is drawn for the new key once it is closed.
    await page.context().clearCookies();
    await button('Change name').click();
    await dialog().getByLabel('Name').fill('Ida');
    await confirm('Save');
    await signIn('ak_reader');
    assert.equal(await dialog().getByLabel('Name').inputValue(), 'Ida');
    await confirm('Save');
    await dialog().getByText('This key may not do that: it lacks the scope users.write.').waitFor();
    await confirm('Cancel');
    await page.getByText('This key can only read').waitFor();
    assert.equal(await button('Change name').count(), 0);
  } finally {
    await production.stop();
  }
});

test('a page that is gone becomes the first one', async () => {
  for (let n = 0; n < 30; n += 1) await create(`leaving${n}`, `, name: "Leaver ${n}"`);
  const filtered = '/users?search=leaver';
  await create('fleeting', ', name: "Leaver"');
  await run('mutation { usersDelete(userId: "fleeting") { status } }');

  // The row is gone at which it begins; or nothing is left on it, before or after.
  for (const cursor of ['after=fleeting', 'before=fleeting', 'after=leaving0', 'before=leaving29']) {
    await open('/outbox');
    await open(`${filtered}&${cursor}`);
    await page.getByRole('status').filter({ hasText: 'That page is gone.' }).waitFor();
    await page.getByRole('link', { name: 'Leaver 29' }).waitFor();
    assert.equal(new URL(page.url()).hash, `#${filtered}`);
    await page.getByRole('link', { name: 'Older' }).click();
    await page.getByRole('link', { name: 'Leaver 0', exact: true }).waitFor();
  }
  for (const cursor of ['after=fleeting', 'before=fleeting']) {
    await open(`/outbox?state=failed&${cursor}`);
    await page.waitForURL((url) => url.hash === '#/outbox?state=failed');
  }
  await open('/users/leaving0/log?offset=5000');
  await page.getByRole('cell', { name: 'user.create', exact: true }).waitFor();
  checkQuiet();
});

test('whoever goes on at once stays there', async () => {
  await create('quick', ', name: "Quick"');
  await open('/users?search=quick');
  const link = page.getByRole('link', { name: 'Quick', exact: true });
  await link.waitFor();

  // Another page is on its way when the way back is taken.
  await page.evaluate(() => {
    const before = location.hash;
    location.hash = '/outbox';
    return new Promise((resolve) => { addEventListener('hashchange', () => { location.hash = before; resolve(); }, { once: true }); });
  });
  await page.waitForLoadState('networkidle');
  await heading('Users');
  // The search waits for the next letter when a link is followed.
  await page.getByLabel('Search').fill('quic');
  await link.click();
  await heading('Quick');
  await page.waitForTimeout(400);
  assert.equal(new URL(page.url()).hash, '#/users/quick');
  checkQuiet();
});

test('a name moves no other text', async () => {
  await create('eve', ', name: "Eve \\u202egro.niamod@nimda"');
  await create('ruth', ', name: "רות 12"');
  await create('family', ', name: "👨‍👩‍👧 می‌خواهم"');
  const pre = page.getByRole('group', { name: 'Preferences' });
  await run(`mutation { usersUpdatePrefs(userId: "eve", prefs: ${JSON.stringify(JSON.stringify({ a: 'b\u2066c' }))}) { data } }`);

  const shown = 'Eve �gro.niamod@nimda';
  await open('/users?search=eve');
  await page.getByRole('link', { name: shown }).click();
  await heading(shown);
  assert.equal(await page.title(), `${shown} – default – accountd console`);
  assert.equal(await pre.textContent(), '{\n  "a": "b�c"\n}');
  await button('Block this user').click();
  await page.getByRole('heading', { name: `Block ${shown}?`, exact: true }).waitFor();
  await confirm('Block');
  await page.getByRole('status').filter({ hasText: `${shown} is blocked.` }).waitFor();
  await button('Unblock this user').waitFor();
  // What is edited is what there is.
  await button('Change name').click();
  assert.equal(await dialog().getByLabel('Name').inputValue(), 'Eve \u202egro.niamod@nimda');

  await open('/users/ruth');
  await page.locator('h1 > bdi').filter({ hasText: 'רות 12' }).waitFor();
  await button('Block this user').click();
  assert.equal(await dialog().getByRole('heading').textContent(), 'Block \u2068רות 12\u2069?');
  await open('/users/family');
  await page.locator('h1 > bdi').filter({ hasText: /^👨‍👩‍👧 می‌خواهم$/ }).waitFor();
  checkQuiet();
});

test('names are as long as the server allows, in any script', async () => {
  const emoji = '🦀'.repeat(128);
  await create('crab');
  await open('/users/crab');

  await button('Change name').click();
  await dialog().getByLabel('Name').fill(`${emoji}🦀`);
  await confirm('Save');
  await dialog().getByText('128 characters').waitFor();
  await dialog().getByLabel('Name').and(page.locator('[aria-invalid]')).waitFor();
  await dialog().getByLabel('Name').fill(emoji);
  await confirm('Save');
  await heading(emoji);
  await open('/users');
  await button('New user').click();
  await dialog().getByLabel('Name').fill(emoji);
  await confirm('Create user');
  await page.getByText('The user was created.').waitFor();
  await heading(emoji);
  checkQuiet();
});

test('labels are counted as the server keeps them', async () => {
  await create('labelled', ', name: "Labelled"');
  await open('/users/labelled');

  await button('Change labels').click();
  await dialog().getByLabel('Labels').fill('vip vip a,b');
  await confirm('Save');
  await page.getByRole('status').filter({ hasText: 'The user has 3 labels now: vip, a, b.' }).waitFor();
  checkQuiet();
});

test('a delivered message says who has accepted it', async () => {
  const titles = {
    mail: 'was accepted by the mail server', sms: 'was accepted by the SMS provider', webhook: "was accepted by the app's server",
  };
  for (const [channel, title] of Object.entries(titles)) {
    await page.unrouteAll();
    await stubList('messages', 'messagesList', 'messages', { channel, state: 'delivered', attempts: 1 });
    await open(`/outbox?channel=${channel}`);
    await page.getByTitle(title, { exact: true }).waitFor();
  }
  checkQuiet();
});

test('whoever has to wait is told how long', async () => {
  assert.deepEqual([1, 59, 60, 546, 7199, 7201].map(wait), ['1 second', '59 seconds', '1 minute', '10 minutes', '120 minutes', '3 hours']);
  const { origin, stop } = await startInProduction([{ text: 'ak_reader', name: 'Audit', scopes: ['users.read'] }], { ACCOUNTD_LIMITS__RATES: 'true' });
  const alert = (text) => dialog().getByRole('alert').filter({ hasText: text }).waitFor();
  try {
    await page.route('**/console/session', (route) => route.fulfill({ status: 502, contentType: 'text/html', body: '<h1>Bad gateway</h1>' }), { times: 1 });
    await page.goto(`${origin}/console`);
    await page.getByRole('alert').filter({ hasText: "The server can't be reached: a proxy answered with status 502." }).waitFor();
    await page.reload();
    await dialog().getByLabel('API key').fill('ak_wrong');
    for (let tries = 0; tries < 10; tries += 1) {
      const body = JSON.stringify({ project: 'default', key: 'ak_wrong' });
      await fetch(`${origin}/console/session`, { method: 'POST', headers: { 'content-type': 'application/json', origin }, body });
    }
    await confirm('Sign in');
    await alert('There were too many tries in a short time. Try again in 10 minutes.');
  } finally {
    await stop();
  }
});
