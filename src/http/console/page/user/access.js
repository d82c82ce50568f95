// The dialogs that change whether and how a user gets in.

import { run } from "../api.js";
import { ask } from "../dialog.js";

/** Blocks the user. */
export const block = (user, name) => ask({
  title: `Block ${name}?`,
  text: [
    "All sessions end now: open apps are signed out, and the user can't sign in again.",
    "Nothing is deleted. You can unblock the user at any time.",
  ],
  confirm: "Block",
  danger: true,
  done: `${name} is blocked.`,
  run: () => run("updateStatus", { userId: user._id, status: false }),
});

/** Unblocks the user. */
export const unblock = (user, name) => ask({
  title: `Unblock ${name}?`,
  text: "The user can sign in again. Sessions that have ended stay ended.",
  confirm: "Unblock",
  done: `${name} is unblocked.`,
  run: () => run("updateStatus", { userId: user._id, status: true }),
});

/** Sets a password. */
export const setPassword = (user, name) => ask({
  title: `Set a password for ${name}`,
  text: [
    "The user can sign in with it at once, and no longer with an older one. Sessions end if the project ends them when passwords change.",
    "No e-mail is sent. Give the password to the user by a way that nobody else reads, and ask for it to be changed.",
  ],
  fields: [{ name: "password", label: "New password", type: "password", required: true, autocomplete: "new-password", hint: "At least 8 characters, or more if the project asks for it." }],
  confirm: "Set password",
  done: "The password was set.",
  run: ({ password }) => run("updatePassword", { userId: user._id, password }),
});

/** Removes the password. */
export const removePassword = (user, name) => ask({
  title: `Remove the password of ${name}?`,
  text: "The user can then sign in only by link, by code, by a provider or by passkey, and can set a new password by “forgot password”.",
  confirm: "Remove password",
  danger: true,
  done: "The password was removed.",
  run: () => run("updatePassword", { userId: user._id, password: "" }),
});

/** Deletes the user. */
export const deleteUser = (user, name) => ask({
  title: `Delete ${name}?`,
  text: [
    "The user and all that belongs to it is deleted for good: sessions, identities, preferences. Open apps are signed out.",
    "The address, the number and the id are free at once: someone else can sign up with them.",
    "This can't be undone. To keep the user out, block it instead.",
  ],
  fields: [{
    name: "word", label: `To confirm, type “delete”`, required: true,
    check: (word) => (word.trim().toLowerCase() === "delete" ? undefined : "Type the word delete."),
  }],
  confirm: "Delete user",
  danger: true,
  done: `${name} was deleted.`,
  run: () => run("deleteUser", { userId: user._id }),
});
