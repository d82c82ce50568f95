// Sends the generated documents to the server. The session is a cookie, which the browser keeps.
import type { TypedDocumentString } from '../gql/graphql';
import { ApiError, type Failure } from './error';

/** Where the server is; else where `accountd dev` is, as seen from this page. */
export const url: string = import.meta.env.VITE_ACCOUNTD_URL ?? `http://${location.hostname}:8080/v1/graphql`;

/** Runs a query or a mutation; throws an `ApiError` when the server refuses. */
export async function run<Result, Variables>(
  document: TypedDocumentString<Result, Variables>,
  variables: Variables,
): Promise<Result> {
  const response = await fetch(url, {
    method: 'POST',
    credentials: 'include',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: document, variables }),
  });
  const answer = await response.json();
  // What is refused before any field runs has a body like the extensions of an error.
  const refusal: Failure | undefined = response.ok ? answer.errors?.[0] : { message: answer.message, extensions: answer };
  if (refusal) throw new ApiError(refusal);
  return answer.data;
}
