// The messages to a user's address and number.

import { run } from "../api.js";
import { h } from "../dom.js";
import { messageTable } from "../outbox.js";
import { pageOf, where } from "../pages.js";

const MAX_SHOWN = 50;

/** The part "Messages". */
export async function messagesPart({ user, name, refresh }) {
  const recipients = [user.email, user.phone].filter(Boolean);
  const queries = pageOf([where("equal", "to", ...recipients)], {}, MAX_SHOWN);
  const messages = recipients.length ? (await run("messages", { queries })).messages : [];
  return h("section", { "aria-labelledby": "messages" },
    h("h2", { id: "messages" }, "Messages"),
    h("p", { class: "hint" }, "The latest messages to the user's present address and number."),
    messageTable(messages, { caption: `Messages to ${name}, newest first`, empty: "Nothing was sent to this user lately.", refresh }));
}
