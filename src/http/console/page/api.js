// Calls the server: operations of its schema by their ids (schema/console), and the console's own session.
//
// The API key is in a cookie that scripts can't read. Requests go to the page's own origin, where the browser adds it.

import { wait } from "./format.js";

// This file is one folder below the endpoints.
const endpoint = (name) => new URL(`../${name}`, import.meta.url);

const TIMEOUT_MS = 15_000;
const CHOSEN = "accountd-console-project";

const UNREACHABLE = "The server doesn't answer. Check your connection, then try again.";
/** What to say instead of the server's sentence, where it also says when to try again. */
const SENTENCES = {
  general_rate_limit_exceeded: "There were too many tries in a short time.",
  general_server_busy: "The server is busy.",
};

/** An error that the server has answered, or that kept it from answering. */
export class ApiError extends Error {
  constructor({ message, type = "", code = 0, argument, retryAfter }) {
    super((retryAfter && SENTENCES[type]) || message);
    Object.assign(this, { type, code, argument, retryAfter });
  }

  /** What to show: the server's sentence, and what to do about it. */
  get sentence() {
    if (this.type === "general_unauthorized_scope") return `This key may not do that${lack(this.message)}.`;
    if (this.retryAfter) return `${this.message} Try again in ${wait(this.retryAfter)}.`;
    return this.message;
  }
}

/** Which scope a key lacks, of `app.default (role: applications) missing scopes (["users.write"])`. */
function lack(message) {
  const scopes = message.match(/[a-z]+\.[a-z]+(?=")/g) ?? [];
  if (scopes.length > 1) return `: it has none of the scopes ${scopes.join(", ")}`;
  return scopes.map((scope) => `: it lacks the scope ${scope}`).join("");
}

/** Who is signed in: `{ project, projects, key: { name, scopes }, expires }`. */
export let session;

let onSignedOut = () => {};

/** Calls `listener` whenever the server says that nobody is signed in any more. */
export function whenSignedOut(listener) {
  onSignedOut = listener;
}

/** Whether the key of this session may do what needs `scope`. */
export const may = (scope) => session.key.scopes.includes(scope);

/** Asks who is signed in; whether somebody is. */
export async function resume() {
  const response = await send("session", "GET");
  if (response.status === 401) return false;
  await storeSession(response);
  return true;
}

/** Exchanges an API key for the cookie. */
export async function signIn(project, key) {
  await storeSession(await send("session", "POST", { project, key }));
}

/** Deletes the cookie. */
export async function signOut() {
  const response = await send("session", "DELETE");
  if (!response.ok) throw failure(response, await read(response));
}

/** Chooses another project, where the server lets one choose: in development. */
export function choose(project) {
  sessionStorage.setItem(CHOSEN, project);
  session = { ...session, project };
}

async function storeSession(response) {
  const answer = await read(response);
  if (!response.ok) throw failure(response, answer);
  session = answer;
  const chosen = sessionStorage.getItem(CHOSEN);
  if (session.projects.some(({ id }) => id === chosen)) session = { ...session, project: chosen };
}

/** Runs the operation of the file `schema/console/<name>.graphql`; answers the value of its only field. */
export async function run(name, variables = {}) {
  const response = await send("graphql", "POST", { documentId: `console/${name}`, variables });
  const answer = await read(response);
  if (response.status === 401) {
    onSignedOut();
    throw new ApiError({ ...answer, message: "You are signed out. Nothing was changed." });
  }
  if (!response.ok) throw failure(response, answer);
  if (answer.errors) {
    const [{ message, extensions }] = answer.errors;
    throw new ApiError({ message, ...extensions });
  }
  return Object.values(answer.data)[0];
}

/** The body of an answer. A proxy may answer in the server's place, and not in JSON. */
async function read(response) {
  try {
    return await response.json();
  } catch (error) {
    console.warn("console:", error);
    if (response.ok || !(error instanceof SyntaxError)) throw new ApiError({ message: UNREACHABLE });
    throw failure(response, { message: `The server can't be reached: a proxy answered with status ${response.status}.` });
  }
}

/** The error of a whole request, whose header says when to try again. */
function failure(response, answer) {
  return new ApiError({ ...answer, retryAfter: Number(response.headers.get("retry-after")) || answer.retryAfter });
}

async function send(name, method, body) {
  const headers = { accept: "application/json" };
  if (body) headers["content-type"] = "application/json";
  if (session?.projects.length) headers["x-appwrite-project"] = session.project;
  try {
    return await fetch(endpoint(name), {
      method, headers, body: body && JSON.stringify(body), cache: "no-store", credentials: "same-origin", redirect: "error",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch (error) {
    console.warn("console:", error);
    throw new ApiError({ message: UNREACHABLE });
  }
}
