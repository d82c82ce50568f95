// C-04: the server accepts and refuses the documents that npm's `graphql` does, on the exported SDL.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { parse, specifiedRules, validate } from 'graphql';
import { committed, corpus, schema } from './corpus.mjs';
import { start } from './server.mjs';

let server;
before(async () => { server = await start(); });
after(() => server.stop());

/** Documents on which both differ, why, and what the server says. */
const DIVERGENCES = [
  {
    text: 'mutation { accountDeleteSessions { status } accountDeleteSessions { __typename } }',
    why: 'The engine would run the field of a mutation twice where the specification merges both (docs/decisions.md).',
    says: /under one key/,
  },
  {
    text: 'subscription { accountEvents @include(if: true) { number } }',
    why: 'The specification of September 2025 (5.2.4.1) forbids it; this graphql has the rule of October 2021.',
    says: /can't be skipped/,
  },
];

/** Rules of `graphql` that are none of the specification's: the server's limits bound introspection. */
const OTHERS = ['MaxIntrospectionDepthRule'];
const rules = specifiedRules.filter((rule) => !OTHERS.includes(rule.name));

/** The rules that npm's `graphql` finds broken; `syntax` where it is no GraphQL. */
function broken(text) {
  let document;
  try {
    document = parse(text);
  } catch {
    return ['syntax'];
  }
  return rules.filter((rule) => validate(schema, document, [rule]).length > 0).map((rule) => rule.name);
}

/**
 * What the server says to each text. All name an operation that no document has: the server looks for it once a document
 * is valid, and so runs nothing.
 */
async function verdicts(texts) {
  const found = [];
  for (let at = 0; at < texts.length; at += 10) {
    const batch = texts.slice(at, at + 10).map((text) => ({ query: text || ' ', operationName: 'NobodyHasThisName' }));
    const response = await fetch(server.url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(batch) });
    found.push(...(await response.json()).map(({ errors, data }) => {
      assert.equal(data, undefined);
      return errors.map((error) => error.message);
    }));
  }
  return found;
}

test('documents are accepted and refused as by npm graphql', async () => {
  const documents = corpus();
  const answers = await verdicts(documents.map(({ text }) => text));
  const counts = new Map();
  const differ = [];
  documents.forEach((document, at) => {
    const found = broken(document.text);
    for (const rule of found.length > 0 ? found : ['accepted']) counts.set(rule, (counts.get(rule) ?? 0) + 1);
    const messages = answers[at];
    const isAccepted = messages.length === 1 && messages[0].startsWith('The document has no operation named');
    assert.ok(!messages.some((message) => message.startsWith('The document has too many')), `${document.what}: a limit, no rule: ${messages}`);
    for (const message of messages) assert.ok([...message].length <= 300, message);
    if (isAccepted !== (found.length === 0)) {
      differ.push(`${document.what}\n  npm: ${found.join(', ') || 'accepted'}\n  accountd: ${isAccepted ? 'accepted' : messages.join(' ')}\n  ${document.text}`);
    }
  });

  assert.deepEqual(differ, []);
  assert.ok(documents.length > 1000, `${documents.length} documents`);
  // Each rule was broken, and there was something to accept.
  const unbroken = rules.map((rule) => rule.name).filter((rule) => (counts.get(rule) ?? 0) < 5);
  assert.deepEqual(unbroken, []);
  assert.ok(counts.get('accepted') > 300, `${counts.get('accepted')} accepted`);
});

test('what is accepted runs', async () => {
  for (const { title, kind, text, variables } of committed()) {
    const query = new URLSearchParams({ query: text, variables: JSON.stringify(variables) });
    const response = await fetch(`${server.url}?${query}`, { headers: { accept: 'application/graphql-response+json' } });
    // By GET a query runs as a guest's, and nothing else does.
    const expected = { query: 200, mutation: 405, subscription: 400 }[kind];
    assert.equal(response.status, expected, `${title}: ${await response.text()}`);
  }
});

test('where the server differs, it says why', async () => {
  for (const { text, says } of DIVERGENCES) {
    assert.deepEqual(broken(text), [], text);
    const [messages] = await verdicts([text]);
    assert.match(messages.join(' '), says);
  }
});
