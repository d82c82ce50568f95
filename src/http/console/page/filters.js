// The filters of the list of users: from the parameters of the address to conditions of the server's list.

import { where } from "./pages.js";

const VERIFIED = [["", "Any"], ["verified", "Verified"], ["unverified", "Not verified"], ["none", "None"]];

/** What the filters offer: parameter, label and choices. The empty choice filters nothing. */
export const FILTERS = [
  ["status", "Status", [["", "Any"], ["active", "Active"], ["blocked", "Blocked"]]],
  ["email", "E-mail", VERIFIED],
  ["phone", "Phone", VERIFIED],
  ["password", "Password", [["", "Any"], ["set", "Has one"], ["none", "Has none"]]],
  ["signedIn", "Signed in", [["", "Any"], ["once", "At least once"], ["never", "Never"]]],
];

const CONDITIONS = {
  status: { active: [where("equal", "status", true)], blocked: [where("equal", "status", false)] },
  email: contact("email", "emailVerification"),
  phone: contact("phone", "phoneVerification"),
  password: { set: [where("isNotNull", "passwordUpdate")], none: [where("isNull", "passwordUpdate")] },
  signedIn: { once: [where("isNotNull", "accessedAt")], never: [where("isNull", "accessedAt")] },
};

function contact(attribute, verification) {
  return {
    verified: [where("equal", verification, true)],
    unverified: [where("isNotNull", attribute), where("equal", verification, false)],
    none: [where("isNull", attribute)],
  };
}

/** The conditions of the chosen filters. */
export function conditions(parameters) {
  const chosen = Object.entries(CONDITIONS).flatMap(([name, choices]) => choices[parameters[name]] ?? []);
  const since = day(parameters.since);
  if (since) chosen.push(where("greaterThanEqual", "$createdAt", since.toISOString()));
  return chosen;
}

/** The start of a day in the reader's time zone, of `2026-11-29`. */
function day(text) {
  const date = /^\d{4}-\d\d-\d\d$/.test(text ?? "") && new Date(`${text}T00:00`);
  return date && !Number.isNaN(date.getTime()) ? date : undefined;
}
