// The profile: each value with a button that changes it, and what changes whether and how the user gets in.

import { button, definitions, h } from "../dom.js";
import { badge, contact, time, typed, typedLines } from "../format.js";
import { pretty } from "../json.js";
import * as access from "./access.js";
import * as edits from "./edits.js";
import { factorsSection } from "./factors.js";

/** The part "Profile". */
export async function profilePart({ user, name, refresh, canWrite }) {
  /** A button that opens a dialog, and draws the page again if something was changed. */
  const change = (id, label, open, { danger, what } = {}) => canWrite && h("button", {
    type: "button", id: `change-${id}`, class: danger && "danger",
    "aria-label": what ? `${label} ${what}` : undefined,
    onclick: async () => {
      if (await open(user, name)) await refresh();
    },
  }, label);
  const row = (term, id, shown, ...buttons) => [term, h("span", { class: "value" }, shown), ...buttons];

  return h("div", {},
    h("section", { "aria-labelledby": "profile" },
      h("h2", { id: "profile" }, "Profile"),
      definitions([
        row("Name", "name", user.name ? typed(user.name) : "–", change("name", "Change", edits.name, { what: "name" })),
        row("E-mail", "email", contact(user.email, user.emailVerification), change("email", "Change", edits.email, { what: "e-mail address" }),
          user.email && change("email-verification", mark(user.emailVerification), edits.emailVerification, { what: "(e-mail address)" })),
        row("Phone", "phone", contact(user.phone, user.phoneVerification), change("phone", "Change", edits.phone, { what: "phone number" }),
          user.phone && change("phone-verification", mark(user.phoneVerification), edits.phoneVerification, { what: "(phone number)" })),
        row("Labels", "labels", user.labels.length ? user.labels.map((label) => badge(label, "soft")) : "–",
          change("labels", "Change", edits.labels, { what: "labels" })),
        ["Id", h("code", {}, user._id)],
        ["Signed up", time(user.registration)],
        ["Signed in", user.accessedAt ? time(user.accessedAt) : "never"],
        ["Changed", time(user._updatedAt)],
      ])),
    h("section", { "aria-labelledby": "preferences" },
      h("h2", { id: "preferences" }, "Preferences"),
      h("p", { class: "hint" }, "What the app has stored for this user."),
      h("pre", { tabindex: 0, role: "group", "aria-labelledby": "preferences" }, typedLines(pretty(user.prefs.data))),
      change("prefs", "Change", edits.preferences, { what: "preferences" })),
    h("section", { "aria-labelledby": "access" },
      h("h2", { id: "access" }, "Access"),
      definitions([
        ["Password", h("span", { class: "value" }, user.passwordUpdate ? ["set ", time(user.passwordUpdate)] : "none"),
          change("password", "Set password", access.setPassword),
          user.passwordUpdate && change("no-password", "Remove password", access.removePassword, { danger: true })],
        ["Sign-in", h("span", { class: "value" }, user.status ? "allowed" : "blocked"),
          user.status ? change("status", "Block", access.block, { danger: true, what: "this user" }) : change("status", "Unblock", access.unblock, { what: "this user" })],
      ])),
    await factorsSection({ user, change }),
    canWrite && h("section", { "aria-labelledby": "delete", class: "danger-zone" },
      h("h2", { id: "delete" }, "Delete"),
      h("p", {}, "Deletes the user for good."),
      button("Delete user", {
        id: "delete-user", danger: true,
        onclick: async () => {
          if (await access.deleteUser(user, name)) location.hash = "#/users";
        },
      })));
}

const mark = (isVerified) => (isVerified ? "Mark as not verified" : "Mark as verified");
