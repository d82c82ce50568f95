// Types of the documents in src, from the schema of the server: `npm run codegen`.
import type { CodegenConfig } from '@graphql-codegen/cli';

const config: CodegenConfig = {
  // `npm run schema` fetches it from the running server.
  schema: 'schema.graphql',
  documents: ['src/**/*.{ts,tsx}', '!src/gql/**'],
  generates: {
    'src/gql/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false },
      config: {
        // Documents are sent as text, so the app needs no GraphQL parser.
        documentMode: 'string',
        useTypeImports: true,
        // A new scalar without a line here stops the generation.
        strictScalars: true,
        scalars: {
          DateTime: 'string',
          Json: 'unknown',
          Assoc: { input: 'Record<string, unknown>', output: 'never' },
        },
      },
    },
  },
};

export default config;
