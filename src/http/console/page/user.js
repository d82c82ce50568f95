// A user's page: what is known of the user at the top, and one of five parts below.

import { may, run } from "./api.js";
import { h, join } from "./dom.js";
import { nameOf, said, state, typed } from "./format.js";
import { identitiesPart } from "./user/identities.js";
import { logPart } from "./user/log.js";
import { messagesPart } from "./user/messages.js";
import { profilePart } from "./user/profile.js";
import { sessionsPart } from "./user/sessions.js";

const PARTS = [
  [undefined, "Profile", profilePart],
  ["sessions", "Sessions", sessionsPart],
  ["log", "Log", logPart],
  ["identities", "Identities", identitiesPart],
  ["messages", "Messages", messagesPart],
];

/** The page `#/users/<id>` and those below it. */
export async function userPage({ path, params: [userId, chosen], query, refresh }) {
  const [, label, part] = PARTS.find(([segment]) => segment === chosen);
  const user = await run("user", { userId });
  const base = join("/users", userId);
  const links = PARTS.map(([segment, text]) => {
    const href = `#${segment ? join(base, segment) : base}`;
    return h("li", {}, h("a", { href, "aria-current": segment === chosen ? "page" : undefined }, text));
  });
  const canWrite = may("users.write");
  const name = said(nameOf(user));
  return {
    title: chosen ? `${label} of ${name}` : name,
    element: h("div", {},
      h("p", {}, h("a", { href: "#/users" }, "‹ Users")),
      h("div", { class: "head" }, h("h1", { tabindex: -1 }, typed(nameOf(user))), h("p", { class: "badges" }, state(user))),
      h("nav", { "aria-label": `Parts of ${name}`, class: "tabs" }, h("ul", {}, links)),
      !canWrite && h("p", { class: "note" }, "This key can only read: it lacks the scope users.write."),
      await part({ user, name, path, query, refresh, canWrite })),
  };
}
