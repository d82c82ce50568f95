// All 61 audits of the GraphQL over HTTP specification: MUST, SHOULD and MAY.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { auditServer } from 'graphql-http';
import { start } from './server.mjs';

let server;
before(async () => { server = await start(); });
after(() => server.stop());

test('every audit of GraphQL over HTTP passes', async () => {
  const results = await auditServer({ url: server.url });
  const others = results.filter((result) => result.status !== 'ok').map(({ id, name, reason }) => `${id} ${name}: ${reason}`);
  assert.deepEqual(others, []);
  assert.ok(results.length >= 61, `${results.length} audits`);
});
