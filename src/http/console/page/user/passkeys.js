// The passkeys that a user can sign in with.

import { run } from "../api.js";
import { ask } from "../dialog.js";
import { h, table } from "../dom.js";
import { said, time, typed } from "../format.js";

/** The section "Passkeys" of the part "Identities". */
export async function passkeysSection({ user, name, refresh, canWrite }) {
  const { passkeys } = await run("passkeys", { userId: user._id });
  const nameOf = (passkey) => said(passkey.name || passkey.device || passkey._id);
  return h("section", { "aria-labelledby": "passkeys" },
    h("h2", { id: "passkeys" }, "Passkeys"),
    table({
      caption: `Passkeys of ${name}, oldest first`,
      rows: passkeys,
      empty: "There is no passkey.",
      columns: [
        { label: "Name", cell: nameOf },
        { label: "Device", cell: (passkey) => (passkey.device ? typed(passkey.device) : "–") },
        { label: "Added", cell: (passkey) => time(passkey._createdAt) },
        { label: "Last sign-in", cell: (passkey) => (passkey.accessedAt ? time(passkey.accessedAt) : "–") },
        {
          label: "Actions", hidden: true,
          cell: (passkey) => canWrite && h("button", {
            type: "button", id: `delete-${passkey._id}`, class: "danger", "aria-label": `Delete the passkey ${nameOf(passkey)}`,
            onclick: async () => {
              if (await remove(user, passkey, nameOf(passkey))) await refresh();
            },
          }, "Delete"),
        },
      ],
    }));
}

const remove = (user, passkey, name) => ask({
  title: `Delete the passkey ${name}?`,
  text: "The user can no longer sign in with it, even if there is no other way. Sessions stay.",
  confirm: "Delete passkey",
  danger: true,
  done: "The passkey was deleted.",
  run: () => run("deletePasskey", { userId: user._id, passkeyId: passkey._id }),
});
