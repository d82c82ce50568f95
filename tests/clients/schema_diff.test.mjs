// What .ci/schema-diff says about a repository with a tag.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('../../.ci/schema-diff', import.meta.url));
const SCHEMA = 'type Query {\n  me: String\n  logs(limit: Int): [String!]!\n}\n';
const WITHOUT_ME = SCHEMA.replace('  me: String\n', '');

let folder;
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'schema-diff-')); });
afterEach(() => rmSync(folder, { recursive: true }));

const git = (...args) => execFileSync('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', ...args], { cwd: folder });

/** Writes the schemas for clients and for servers. */
function write(schema, server) {
  writeFileSync(join(folder, 'schema/schema.graphql'), schema);
  writeFileSync(join(folder, 'schema/server.graphql'), server);
}

/** Makes the folder a repository that has `SCHEMA`, the same for servers. */
function commit() {
  mkdirSync(join(folder, 'schema'));
  write(SCHEMA, SCHEMA);
  git('init', '--quiet');
  git('add', '.');
  git('commit', '--quiet', '--no-verify', '--message', 'First');
}

/** And its tag v1. */
function release() {
  commit();
  git('tag', 'v1');
}

/** What the script says once the schemas and the changelog are these. */
function compare(schema, changelog, server = SCHEMA) {
  write(schema, server);
  writeFileSync(join(folder, 'CHANGELOG.md'), changelog);
  const { status, stdout } = spawnSync(SCRIPT, [folder], { encoding: 'utf8' });
  return { status, stdout };
}

test('a removed field is breaking', () => {
  release();
  const { status, stdout } = compare(WITHOUT_ME, '## [Unreleased]\n');

  assert.equal(status, 1);
  assert.match(stdout, /^BREAKING: Field 'me' was removed from object type 'Query'$/m);
});

test('a new argument that is required is breaking', () => {
  release();
  const { status, stdout } = compare(SCHEMA.replace('limit: Int', 'limit: Int, after: Int!'), '## [Unreleased]\n');

  assert.equal(status, 1);
  assert.match(stdout, /^BREAKING: Argument 'after: Int!' added to field 'Query.logs'$/m);
});

test('a breaking change passes once the changelog announces it, among what is unreleased', () => {
  release();
  const announced = compare(WITHOUT_ME, '## [Unreleased]\n- Breaking: `me` is gone.\n');
  const earlier = compare(WITHOUT_ME, '## [Unreleased]\n\n## [1.0.0]\n- Breaking: `you` is gone.\n');

  assert.equal(announced.status, 0);
  assert.equal(earlier.status, 1);
});

test('a new field passes', () => {
  release();
  const { status, stdout } = compare(SCHEMA.replace('me: String', 'me: String\n  you: String'), '## [Unreleased]\n');

  assert.equal(status, 0);
  assert.match(stdout, /^changes of schema\/schema.graphql since v1: 1, breaking: 0$/m);
  assert.match(stdout, /^changes of schema\/server.graphql since v1: 0, breaking: 0$/m);
});

test('a field that only servers lose is breaking', () => {
  release();
  const { status, stdout } = compare(SCHEMA, '## [Unreleased]\n', WITHOUT_ME);

  assert.equal(status, 1);
  assert.match(stdout, /^BREAKING: Field 'me' was removed from object type 'Query'$/m);
});

test('a schema that the tag lacks is new, and breaks nothing', () => {
  commit();
  git('rm', '--quiet', 'schema/server.graphql');
  git('commit', '--quiet', '--no-verify', '--message', 'Before servers');
  git('tag', 'v1');
  const { status, stdout } = compare(SCHEMA, '## [Unreleased]\n', WITHOUT_ME);

  assert.equal(status, 0);
  assert.match(stdout, /^schema\/server.graphql is new since v1$/m);
});

test('a repository without a tag passes, and is told so', () => {
  commit();
  const { status, stdout } = compare(SCHEMA, '## [Unreleased]\n');

  assert.equal(status, 0);
  assert.match(stdout, /there is no tag/);
});
