// One signed-in query, one mutation and, where the client has them, one subscription with each client.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { OperationTypeNode } from 'graphql';
import { Client, fetchExchange, subscriptionExchange } from '@urql/core';
import { GraphQLClient } from 'graphql-request';
import { createClient as createSse } from 'graphql-sse';
import { createClient as createWs } from 'graphql-ws';
import WebSocket from 'ws';
import { call, signUp, start, until } from './server.mjs';

const QUERY = 'query Get { accountGet { _id email } }';
const MUTATION = 'mutation Rename($name: String!) { accountUpdateName(name: $name) { _id name } }';
const EVENTS = 'subscription Events { accountEvents { number kind } }';

let server;
before(async () => { server = await start(); });
after(() => server.stop());

const header = ({ secret }) => ({ 'x-appwrite-session': secret });
const socket = (session, more = {}) => createWs({
  url: server.url.replace('http', 'ws'), webSocketImpl: WebSocket, connectionParams: header(session), retryAttempts: 0, ...more,
});

/** Makes changes until the subscription returns one, because there is no sign that it has started. */
const untilTold = (user, events) => until(async () => {
  await call(server.url, 'mutation { accountUpdateName(name: "Ada") { name } }', header(user.other));
  return events.find((event) => event.accountEvents.kind === 'PROFILE_CHANGED');
});

test('Apollo Client', async () => {
  const user = await signUp(server.url);
  const events = [];
  const ws = socket(user.session);
  const link = ApolloLink.split(
    ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
    new GraphQLWsLink(ws),
    new HttpLink({ uri: server.url, headers: header(user.session) }),
  );
  const client = new ApolloClient({ link, cache: new InMemoryCache() });

  const queried = await client.query({ query: gql(QUERY) });
  const renamed = await client.mutate({ mutation: gql(MUTATION), variables: { name: 'Grace' } });
  const subscription = client.subscribe({ query: gql(EVENTS) }).subscribe(({ data }) => events.push(data));

  assert.equal(queried.data.accountGet.email, user.email);
  assert.equal(renamed.data.accountUpdateName.name, 'Grace');
  await untilTold(user, events);
  subscription.unsubscribe();
  client.stop();
  await ws.dispose();
});

test('urql', async () => {
  const user = await signUp(server.url);
  const events = [];
  const ws = socket(user.session);
  const forwardSubscription = ({ query, variables }) => ({
    subscribe: (sink) => ({ unsubscribe: ws.subscribe({ query, variables }, sink) }),
  });
  const client = new Client({
    url: server.url,
    fetchOptions: { headers: header(user.session) },
    exchanges: [fetchExchange, subscriptionExchange({ forwardSubscription })],
    preferGetMethod: false,
  });

  const queried = await client.query(QUERY, {}).toPromise();
  const renamed = await client.mutation(MUTATION, { name: 'Grace' }).toPromise();
  const subscription = client.subscription(EVENTS, {}).subscribe(({ data }) => events.push(data));

  assert.equal(queried.data.accountGet.email, user.email);
  assert.equal(renamed.data.accountUpdateName.name, 'Grace');
  await untilTold(user, events);
  subscription.unsubscribe();
  await ws.dispose();
});

test('graphql-request', async () => {
  const user = await signUp(server.url);
  const client = new GraphQLClient(server.url, { headers: header(user.session) });

  const queried = await client.request(QUERY);
  const renamed = await client.request(MUTATION, { name: 'Grace' });

  assert.equal(queried.accountGet.email, user.email);
  assert.equal(renamed.accountUpdateName.name, 'Grace');
});

test('graphql-ws: events come until the session ends, which closes with 4401', async () => {
  const user = await signUp(server.url);
  const events = [];
  let closed;
  const ws = socket(user.session, { lazy: false, onNonLazyError: () => {}, on: { closed: (event) => { closed = event; } } });
  ws.subscribe({ query: EVENTS }, { next: ({ data }) => events.push(data), error: () => {}, complete: () => {} });
  await untilTold(user, events);

  await call(server.url, `mutation { accountDeleteSession(sessionId: "${user.session._id}") { status } }`, header(user.other));

  await until(() => closed);
  assert.equal(closed.code, 4401);
  assert.ok(events.every(({ accountEvents }) => accountEvents.kind === 'PROFILE_CHANGED'), JSON.stringify(events));
});

test('graphql-sse: events come until the session ends, which is an error', async () => {
  const user = await signUp(server.url);
  const events = [];
  let failure;
  let ended = false;
  const sse = createSse({ url: server.url, headers: header(user.session), retryAttempts: 0 });
  sse.subscribe({ query: EVENTS }, {
    next: ({ data, errors }) => { if (errors) [failure] = errors; else events.push(data); },
    error: () => {},
    complete: () => { ended = true; },
  });
  await untilTold(user, events);

  await call(server.url, `mutation { accountDeleteSession(sessionId: "${user.session._id}") { status } }`, header(user.other));

  await until(() => ended);
  assert.equal(failure.extensions.type, 'general_unauthorized_scope');
  sse.dispose();
});
