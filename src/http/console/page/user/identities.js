// The provider accounts and passkeys that a user can sign in with.

import { run } from "../api.js";
import { ask } from "../dialog.js";
import { h, table } from "../dom.js";
import { count, time, typed } from "../format.js";
import { encode, where } from "../pages.js";
import { passkeysSection } from "./passkeys.js";

const MAX_SHOWN = 100;

/** The part "Identities". */
export async function identitiesPart(page) {
  return h("div", {}, await accountsSection(page), await passkeysSection(page));
}

async function accountsSection({ user, name, refresh, canWrite }) {
  const queries = [where("equal", "userId", user._id), { method: "limit", values: [MAX_SHOWN] }];
  const { total, identities } = await run("identities", { queries: encode(queries) });
  return h("section", { "aria-labelledby": "identities" },
    h("h2", { id: "identities" }, "Identities"),
    h("p", { class: "total" }, count(total, "provider account")),
    table({
      caption: `Provider accounts of ${name}`,
      rows: identities,
      empty: "No provider account is linked.",
      columns: [
        { label: "Provider", cell: (identity) => identity.provider },
        { label: "E-mail there", cell: (identity) => (identity.providerEmail ? typed(identity.providerEmail) : "–") },
        { label: "Id there", cell: (identity) => h("code", {}, typed(identity.providerUid)) },
        { label: "Linked", cell: (identity) => time(identity._createdAt) },
        {
          label: "Actions", hidden: true,
          cell: (identity) => canWrite && h("button", {
            type: "button", id: `unlink-${identity._id}`, class: "danger", "aria-label": `Unlink ${identity.provider}`,
            onclick: async () => {
              if (await unlink(identity)) await refresh();
            },
          }, "Unlink"),
        },
      ],
    }));
}

const unlink = (identity) => ask({
  title: `Unlink ${identity.provider}?`,
  text: `The user can no longer sign in by ${identity.provider} as this user. Sessions stay, and the account at ${identity.provider} isn't touched.`,
  confirm: "Unlink",
  danger: true,
  done: "The provider account was unlinked.",
  run: () => run("deleteIdentity", { identityId: identity._id }),
});
