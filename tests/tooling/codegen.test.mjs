// Code generators for GraphQL, on the committed schema and on what a started server answers, without a warning.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { start } from '../clients/server.mjs';
import { project, repository, run, runQuietly, tsconfig } from './run.mjs';

const schema = join(repository, 'schema/schema.graphql');
const operations = join(repository, 'schema/operations');

let server;
before(async () => { server = await start(); });
after(() => server.stop());

for (const source of ['the committed schema', 'a started server']) {
  const from = () => (source === 'a started server' ? server.url : schema);

  test(`graphql-codegen, from ${source}`, () => {
    const folder = project({
      'tsconfig.json': tsconfig(),
      'codegen.json': {
        schema: from(),
        documents: join(operations, '*.graphql'),
        generates: { 'gql/': { preset: 'client', config: { documentMode: 'string', useTypeImports: true } } },
      },
      'client.ts': `
        import { AccountCreateDocument, type AccountCreateMutationVariables } from './gql/graphql.ts';
        export const variables: AccountCreateMutationVariables = { userId: 'unique()', email: 'a@example.com', password: 'secret word' };
        export const text: string = AccountCreateDocument.toString();
      `,
    });

    runQuietly('graphql-codegen', ['--config', 'codegen.json'], folder);
    run('tsc', ['-p', folder]);
  });

  test(`gql.tada, from ${source}`, () => {
    const folder = project({
      'tsconfig.json': tsconfig({ plugins: [{ name: 'gql.tada/ts-plugin', schema: './schema.graphql', tadaOutputLocation: './graphql-env.d.ts' }] }),
      'client.ts': `
        import { initGraphQLTada, type ResultOf } from 'gql.tada';
        import type { introspection } from './graphql-env.d.ts';
        const graphql = initGraphQLTada<{ introspection: introspection; scalars: { DateTime: string; Json: unknown } }>();
        export const Account = graphql('query Account { accountGet { _id name registration prefs { json } } }');
        type User = NonNullable<ResultOf<typeof Account>['accountGet']>;
        export const name = (user: User): string => user.name;
        // @ts-expect-error: there is no such field
        export const nothing = (user: User) => user.nothing;
      `,
    });

    runQuietly('gql-tada', ['generate-schema', from(), '--output', 'schema.graphql'], folder);
    runQuietly('gql-tada', ['generate-output'], folder);
    runQuietly('gql-tada', ['check', '--fail-on-warn'], folder);
    run('tsc', ['-p', folder]);
  });
}

test('the Relay compiler', () => {
  const KINDS = { query: 'Query', mutation: 'Mutation', subscription: 'Subscription' };
  const names = readdirSync(operations).map((name) => name.replace('.graphql', ''));
  // It wants an operation to be named after its module and its kind.
  const modules = names.map((name) => {
    const text = readFileSync(join(operations, `${name}.graphql`), 'utf8');
    const renamed = text.replace(/\b(query|mutation|subscription) \w+/, (_, kind) => `${kind} ${name}${KINDS[kind]}`);
    return [`${name}.ts`, `import { graphql } from 'relay-runtime';\nexport default graphql\`${renamed}\`;\n`];
  });
  const folder = project({
    ...Object.fromEntries(modules),
    'relay.config.json': {
      src: '.', schema: './schema.graphql', language: 'typescript', artifactDirectory: './generated', eagerEsModules: true,
      customScalarTypes: { DateTime: 'string', Json: 'unknown', Assoc: 'unknown' },
    },
    'schema.graphql': readFileSync(schema, 'utf8'),
  });
  mkdirSync(join(folder, 'generated'));

  runQuietly('relay-compiler', ['--noWatchman'], folder);

  const made = readdirSync(join(folder, 'generated')).filter((name) => name.endsWith('.graphql.ts'));
  assert.equal(made.length, names.length);
});
