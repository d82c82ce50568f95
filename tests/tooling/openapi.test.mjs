// C-52: openapi.json lints clean, compiles to types, and makes a Postman collection that knows how to authenticate.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { test } from 'node:test';
import { project, repository, run, runQuietly, tsconfig } from './run.mjs';

const { convertV2 } = createRequire(import.meta.url)('openapi-to-postmanv2');

const file = join(repository, 'schema/openapi.json');

test('redocly finds nothing', () => {
  const output = run('redocly', ['lint', file, '--format=json']);
  const { totals, problems } = JSON.parse(output.slice(output.indexOf('{\n'), output.lastIndexOf('}') + 1));

  assert.deepEqual(problems, []);
  assert.equal(totals.errors + totals.warnings, 0);
});

test('spectral finds nothing', () => {
  const folder = project({ 'ruleset.yaml': 'extends: ["spectral:oas"]\n' });

  const output = run('spectral', ['lint', file, '--ruleset', join(folder, 'ruleset.yaml'), '--fail-severity=hint', '--format=json']);

  assert.deepEqual(JSON.parse(output.slice(output.indexOf('['), output.lastIndexOf(']') + 1)), []);
});

test('openapi-typescript makes types that a client compiles with', () => {
  const folder = project({
    'tsconfig.json': tsconfig(),
    'client.ts': `
      import type { components, operations } from './api.ts';
      type Body = operations['accountCreate']['requestBody']['content']['application/json'];
      export const body: Body = { userId: 'unique()', email: 'ada@example.com', password: 'correct horse battery' };
      export const isTaken = (error: components['schemas']['Error']) => error.type === 'user_already_exists';
    `,
  });

  runQuietly('openapi-typescript', [file, '-o', join(folder, 'api.ts')]);
  run('tsc', ['-p', folder]);
});

test('Postman imports it with its authentication', async () => {
  const convert = promisify(convertV2);
  const { result, reason, output } = await convert({ type: 'string', data: readFileSync(file, 'utf8') }, {});
  assert.ok(result, reason);
  const [{ data: collection }] = output;
  const requests = [];
  const collect = ({ item, request }) => { if (request) requests.push(request); item?.forEach(collect); };
  collect(collection);

  const account = requests.find(({ url, method }) => method === 'GET' && url.path.join('/') === 'v1/account');
  assert.equal(account.auth.type, 'apikey');
  assert.deepEqual(account.auth.apikey.find(({ key }) => key === 'key').value, 'X-Appwrite-Session');
  assert.ok(JSON.stringify(collection.variable).includes('http://localhost:8080'), JSON.stringify(collection.variable));
  assert.ok(requests.length > 40);
});
