// Sends documents to the server. The session is an HttpOnly cookie that the browser keeps.
import { PROJECT, SERVER } from '../config';
import type { TypedDocumentString } from '../gql/graphql';
import { ApiError, type ErrorBody } from './error';

export const ENDPOINT = `${SERVER}/v1/graphql?project=${PROJECT}`;

/** Runs a query or a mutation. Throws an `ApiError` if the server refuses it. */
export async function run<Result, Variables>(
  document: TypedDocumentString<Result, Variables>,
  ...[variables]: Variables extends Record<string, never> ? [] : [Variables]
): Promise<Result> {
  const response = await fetch(ENDPOINT, {
    method: 'POST',
    credentials: 'include',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: document, variables }),
    signal: AbortSignal.timeout(15_000),
  });
  const answer = await response.json();
  // A request that is refused as a whole answers with the members of `extensions` at the top.
  const error: ErrorBody | undefined = response.ok ? answer.errors?.[0] : { message: answer.message, extensions: answer };
  if (error) throw new ApiError(error);
  return answer.data;
}
