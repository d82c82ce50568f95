// Runs every operation with every client against the binary that ACCOUNTD names, and prints a table: operation × client.
import { fileURLToPath } from 'node:url';
import * as nodeNewest from 'node-appwrite';
import node8 from 'node-appwrite-8';
import { call, signUp, start } from '../clients/server.mjs';
import { node } from './clients/node.mjs';
import { python } from './clients/python.mjs';
import { web } from './clients/web.mjs';
import { graphql, ofClient, operations } from './operations.mjs';
import { operationsOfServers } from './users.mjs';

const folder = fileURLToPath(new URL('.', import.meta.url));
const server = await start();
const endpoint = server.url.replace('/graphql', '');
const key = await server.key;
let numbers = 100;

/** A new user with two sessions, one of which is the client's. */
async function newUser({ phone }) {
  const { email, session } = await signUp(server.url);
  const header = { 'x-appwrite-session': session.secret };
  const run = (mutation) => call(server.url, `mutation { ${mutation} }`, header);
  const { accountCreateJWT: { jwt } } = await run('accountCreateJWT { jwt }');
  const password = 'correct horse battery';
  numbers += 1;
  const user = { email, password, secret: session.secret, jwt, key, phone: `+12065550${numbers}` };
  const changed = phone && await run(`accountUpdatePhone(phone: "${user.phone}", password: "${password}") { _id }`);
  const { accountGet: { _id: id } } = changed ? { accountGet: changed.accountUpdatePhone } : await call(server.url, '{ accountGet { _id } }', header);
  /** Runs a mutation that sends a message, and answers the id and the secret in it. */
  const ask = async (mutation) => {
    await run(mutation);
    const to = mutation.includes('Phone') ? user.phone : email;
    const { devInbox: { userId, secret, code } } = await call(server.url, `{ devInbox(to: "${to}", waitMs: 5000) { userId secret code } }`);
    return { userId, secret: secret || code };
  };
  /** Calls the service `Users` of the newest Node SDK. */
  const asServer = (method, args) => clients[1].call('Users', method, args, user, 'server', endpoint);
  return { ...user, id, ask, run, asServer, idToken };
}

/** An ID token for an app, of somebody new at the provider of `accountd dev`. */
async function idToken(nonce) {
  numbers += 1;
  const provider = endpoint.replace('/v1', '/dev/provider');
  const callback = endpoint.replace('/v1', '/v1/account/sessions/oauth2/callback/dev/default');
  const asked = new URLSearchParams({ response_type: 'code', client_id: 'dev', redirect_uri: callback, scope: 'openid', state: 's', nonce });
  const person = new URLSearchParams({ name: 'Ada', email: `at-provider-${numbers}@example.com`, verified: 'on' });
  const agreed = await fetch(`${provider}/authorize?${asked}`, { method: 'POST', body: person, redirect: 'manual' });
  const code = new URL(agreed.headers.get('location')).searchParams.get('code');
  const form = new URLSearchParams({ grant_type: 'authorization_code', code, redirect_uri: callback, client_id: 'dev', client_secret: 'dev' });
  const tokens = await fetch(`${provider}/token`, { method: 'POST', body: form });
  return (await tokens.json()).id_token;
}

async function succeeds(client, kind, method, operation) {
  // Neither an identity nor a target can be made here.
  if (!operation.success) return;
  const user = await newUser(operation);
  const answer = await client.call(kind, method, await operation.success(user, client), user, operation.as ?? 'user', endpoint);
  operation.check(answer, user);
}

async function isRefused(client, kind, method, operation) {
  if (!operation.failure) return;
  const user = await newUser({});
  const as = operation.failsAs ?? operation.as ?? 'user';
  try {
    const answer = await client.call(kind, method, await operation.failure(user, client), user, as, endpoint);
    throw new Error(`it was not refused, but answered ${JSON.stringify(answer)}`);
  } catch (error) {
    if (error.type !== operation.type) throw error;
  }
}

/** `ok` where both calls did what they should, `-` where the client doesn't have the method, else what went wrong. */
async function outcome(client, kind, name, operation) {
  const method = operation.method ?? name;
  if (operation.inBrowser === false && client.name.startsWith('web')) return '-';
  if (!await client.has(kind, method)) return '-';
  try {
    await succeeds(client, kind, method, operation);
    await isRefused(client, kind, method, operation);
    return 'ok';
  } catch (error) {
    console.error(`${client.name}: ${name}: ${error.type ?? ''} ${error.message}`);
    return 'FAILED';
  }
}

const clients = [
  node('node 8.2', node8),
  node('node 27.1', nodeNewest, { takesNames: true }),
  await web('web 10.2', `${folder}node_modules/appwrite-10/dist/iife/sdk.js`),
  await web('web 28.0', `${folder}node_modules/appwrite/dist/iife/sdk.js`, { takesNames: true }),
  await web('web 28.0 fallback', `${folder}node_modules/appwrite/dist/iife/sdk.js`, { takesNames: true, fallback: true }),
  python('python 1.2', `${folder}python/old`),
  python('python 27.0', `${folder}python/newest`),
];
const table = {};
for (const [kind, all] of [['Client', ofClient], ['Account', operations], ['Graphql', graphql], ['Users', operationsOfServers]]) {
  for (const [name, operation] of Object.entries(all)) {
    const row = {};
    for (const client of clients) row[client.name] = await outcome(client, kind, name, operation);
    table[`${kind}.${name}`] = row;
  }
}
await Promise.all(clients.map((client) => client.stop()));
await server.stop();
console.table(table);
const cells = Object.values(table).flatMap((row) => Object.values(row));
const count = (what) => cells.filter((cell) => cell === what).length;
console.log(`${count('ok')} passed, ${count('FAILED')} failed, ${count('-')} are not in the client`);
process.exitCode = count('FAILED') === 0 ? 0 : 1;
