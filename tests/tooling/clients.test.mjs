// Clients as apps set them up, with everything on that warns of something.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, mock, test } from 'node:test';
import { ApolloClient, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { loadDevMessages, loadErrorMessages } from '@apollo/client/dev';
import { Client, fetchExchange } from '@urql/core';
import { signUp, start } from '../clients/server.mjs';
import { here } from './run.mjs';

const QUERY = 'query Account { accountGet { _id email prefs { json } } accountListSessions { total sessions { _id expire } } }';
const MUTATION = 'mutation Rename($name: String!) { accountUpdateName(name: $name) { _id name } }';

let server;
let user;
let headers;
before(async () => {
  server = await start();
  user = await signUp(server.url);
  headers = { 'x-appwrite-session': user.session.secret };
  loadDevMessages();
  loadErrorMessages();
});
after(() => server.stop());

const said = [];
beforeEach(() => {
  for (const level of ['warn', 'error']) mock.method(console, level, (...words) => said.push(words));
});
afterEach(() => {
  mock.restoreAll();
  assert.deepEqual(said.splice(0), []);
});

test('Apollo Client, which keeps what it reads', async () => {
  // Ids are called as the Account API calls them.
  const dataIdFromObject = ({ __typename, _id }) => (_id ? `${__typename}:${_id}` : undefined);
  const cache = new InMemoryCache({ dataIdFromObject });
  const client = new ApolloClient({ link: new HttpLink({ uri: server.url, headers }), cache });

  await client.query({ query: gql(QUERY) });
  await client.mutate({ mutation: gql(MUTATION), variables: { name: 'Grace' } });
  await client.query({ query: gql(QUERY), fetchPolicy: 'network-only' });
  const { data } = await client.query({ query: gql(QUERY), fetchPolicy: 'cache-only' });

  assert.equal(data.accountGet.email, user.email);
  client.stop();
});

test('urql', async () => {
  const client = new Client({ url: server.url, exchanges: [fetchExchange], fetchOptions: { headers }, preferGetMethod: false });

  const read = await client.query(QUERY, {}).toPromise();
  const renamed = await client.mutation(MUTATION, { name: 'Ada' }).toPromise();

  assert.equal(read.error ?? renamed.error, undefined);
  assert.equal(read.data.accountGet.email, user.email);
});

test('gql of Python, which checks documents against the schema of the server', () => {
  const python = join(here, 'python/venv/bin/python');
  const { status, stdout, stderr } = spawnSync(
    python, ['-W', 'error', join(here, 'python/client.py'), server.url, user.session.secret], { encoding: 'utf8' },
  );

  assert.equal(stderr, '');
  assert.equal(status, 0);
  assert.equal(stdout.trim(), user.email);
});
