// Sends documents to the server. The session is an HttpOnly cookie that the browser keeps.
import { PROJECT, SERVER } from '../config';
import type { TypedDocumentString } from '../gql/graphql';
import { ApiError, type ErrorBody } from './error';

export const ENDPOINT = `${SERVER}/v1/graphql?project=${PROJECT}`;

/** The mutations that were sent last. */
let mutations: Promise<unknown> = Promise.resolve();

type VariablesOf<Variables> = Variables extends Record<string, never> ? [] : [Variables];

/**
 * Runs a query or a mutation. Throws an `ApiError` if the server refuses it.
 *
 * A mutation may replace the session, and its answer the cookie. Who reads meanwhile would seem signed out: queries wait
 * for mutations, and one that was sent just before is sent again.
 */
export async function run<Result, Variables>(
  document: TypedDocumentString<Result, Variables>,
  ...variables: VariablesOf<Variables>
): Promise<Result> {
  if (document.trimStart().startsWith('mutation')) {
    const answer = send(document, ...variables);
    // Without their answers, which may be secrets.
    mutations = Promise.allSettled([mutations, answer]).then(() => {});
    return answer;
  }
  for (;;) {
    const before = mutations;
    await before;
    try {
      return await send(document, ...variables);
    } catch (error) {
      if (!isSignedOut(error) || before === mutations) throw error;
    }
  }
}

/** Whether the server has found no session. */
export const isSignedOut = (error: unknown) => error instanceof ApiError && error.type === 'general_unauthorized_scope';

async function send<Result, Variables>(
  document: TypedDocumentString<Result, Variables>,
  ...[variables]: VariablesOf<Variables>
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
