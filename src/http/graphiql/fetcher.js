// How GraphiQL reaches the server: JSON by POST, and server-sent events for subscriptions.
//
// Requests go to the page's own origin, so the browser adds the session's HttpOnly cookie by itself.

const JSON_TYPES = "application/graphql-response+json, application/json;q=0.9";

/** Makes the function that GraphiQL calls with each operation; `onMutation` is called after each mutation. */
export function createFetcher({ url, onMutation }) {
  const post = (parameters, { accept, headers = {}, signal }) => fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", accept, ...headers },
    body: JSON.stringify(parameters),
    signal,
  });

  return async (parameters, { headers, documentAST } = {}) => {
    const kind = kindOf(documentAST, parameters.operationName);
    if (kind === "subscription") {
      return observable((signal) => post(parameters, { accept: "text/event-stream", headers, signal }));
    }
    const response = await post(parameters, { accept: JSON_TYPES, headers });
    const answer = await response.json();
    if (kind === "mutation") onMutation();
    return answer;
  };
}

/** Whether the operation is a query, a mutation or a subscription. */
function kindOf(documentAST, operationName) {
  const operation = documentAST && window.GraphiQL.GraphQL.getOperationAST(documentAST, operationName);
  return operation?.operation;
}

/** What `connect` answers, as GraphiQL takes answers that come one by one. Its stop button unsubscribes. */
function observable(connect) {
  const subscribe = (observer) => {
    const controller = new AbortController();
    const { signal } = controller;
    readStream(connect, signal, observer).then(() => observer.complete(), (error) => {
      if (!signal.aborted) observer.error(error);
    });
    return { unsubscribe: () => controller.abort() };
  };
  return { subscribe };
}

/** Passes each response of the stream to the observer. */
async function readStream(connect, signal, observer) {
  const response = await connect(signal);
  if (!response.headers.get("content-type")?.startsWith("text/event-stream")) {
    observer.next(await response.json());
    return;
  }
  for await (const { event, data } of events(response.body)) {
    if (event === "complete") return;
    observer.next(JSON.parse(data));
  }
  throw new Error("The server has closed the connection.");
}

/** The server-sent events of a body. Comments, which only keep the connection open, are none. */
async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    text += value;
    const blocks = text.split("\n\n");
    text = blocks.pop(); // has not ended yet
    for (const block of blocks) {
      const event = block.match(/^event: ?(.*)$/m)?.[1];
      const data = [...block.matchAll(/^data: ?(.*)$/gm)].map(([, line]) => line).join("\n");
      if (event) yield { event, data };
    }
  }
}
