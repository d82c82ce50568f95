// Types and documents from the server's schema: `npm run generate`.
import type { CodegenConfig } from '@graphql-codegen/cli';

const config: CodegenConfig = {
  schema: '../schema/schema.graphql',
  // Add the documents of your own app here, as 'src/**/*.graphql'.
  documents: '../schema/operations/*.graphql',
  generates: {
    'src/gql/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        // Documents are texts: the page needs no GraphQL parser.
        documentMode: 'string',
        useTypeImports: true,
        // Every scalar of the schema has a type: a new one without a line here stops the generation.
        strictScalars: true,
        scalars: {
          DateTime: 'string',
          Json: 'unknown',
          Assoc: { input: 'Record<string, unknown> | string', output: 'never' },
        },
      },
    },
  },
};

export default config;
