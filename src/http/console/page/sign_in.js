// Signing in with an API key, at the start and when the hour is over.

import { session, signIn } from "./api.js";
import { ask } from "./dialog.js";

/** What is wrong with a key, by the type of the server's error. */
const PROBLEMS = {
  user_unauthorized: "The server doesn’t know this key, or it was revoked.",
  project_key_expired: "This key has expired. Create a new one.",
  project_id_missing: "This key is of another project.",
  project_not_found: "There is no such project.",
};

let asking;

/** Asks for a key until there is one. Asks only once, however often it is called meanwhile. */
export function askForKey() {
  asking ??= insist().finally(() => {
    asking = undefined;
  });
  return asking;
}

async function insist() {
  // Some browsers close a dialog at the second press of Escape, whatever the page says.
  while (!(await open()));
}

function open() {
  return ask({
    title: "Sign in to the console",
    text: [
      "Enter an API key of the project. Its scopes decide what you can see and change; “accountd key new” creates one.",
      "The key is kept for an hour, encrypted, in a cookie that scripts can't read. It isn't stored anywhere else.",
    ],
    fields: [
      { name: "project", label: "Project", value: session?.project ?? "default", required: true, autocomplete: "username" },
      { name: "key", label: "API key", type: "password", required: true, autocomplete: "current-password" },
    ],
    confirm: "Sign in",
    cancel: false,
    done: "Signed in.",
    run: async ({ project, key }) => {
      try {
        await signIn(project.trim(), key.trim());
      } catch (error) {
        if (PROBLEMS[error.type]) error.message = PROBLEMS[error.type];
        throw error;
      }
    },
  });
}
