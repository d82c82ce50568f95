// A query of a view: what it has answered last, and what went wrong.
import { useEffect, useEffectEvent, useState } from 'react';
import type { TypedDocumentString } from '../gql/graphql';
import { run } from './client';

/** Runs the query when the view opens, and again when `variables` or `version` change. */
export function useQuery<Result, Variables>(
  document: TypedDocumentString<Result, Variables>,
  variables: Variables,
  version = 0,
) {
  const [data, setData] = useState<Result>();
  const [error, setError] = useState<unknown>();
  const [reloads, setReloads] = useState(0);
  const load = useEffectEvent(() => run(document, variables));

  useEffect(() => {
    // An answer that comes after the next question is not shown.
    let awaited = true;
    load().then(
      (answer) => { if (awaited) { setData(answer); setError(undefined); } },
      (reason) => { if (awaited) setError(reason); },
    );
    return () => { awaited = false; };
  }, [document, JSON.stringify(variables), version, reloads]);

  return { data, error, replace: setData, reload: () => setReloads((count) => count + 1) };
}
