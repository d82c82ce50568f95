// The sessions of a user.

import { may, run } from "../api.js";
import { ask } from "../dialog.js";
import { button, h, table } from "../dom.js";
import { agent, count, place, time } from "../format.js";

/** The part "Sessions". */
export async function sessionsPart({ user, name, refresh }) {
  const { total, sessions } = await run("sessions", { userId: user._id });
  const canEnd = may("users.write") || may("sessions.write");
  const end = async (dialog) => {
    if (await dialog) await refresh();
  };
  return h("section", { "aria-labelledby": "sessions" },
    h("div", { class: "head" },
      h("h2", { id: "sessions" }, "Sessions"),
      canEnd && total > 0 && button("End all sessions", { id: "end-all", danger: true, onclick: () => end(endAll(user, name, total)) })),
    h("p", { class: "total" }, count(total, "session")),
    table({
      caption: `Sessions of ${name}, oldest first`,
      rows: sessions,
      empty: `${name} isn't signed in anywhere.`,
      columns: [
        { label: "Browser or app", cell: (session) => agent(session) },
        { label: "Signed in by", cell: (session) => session.provider },
        { label: "Address", cell: (session) => place(session) },
        { label: "Signed in", cell: (session) => time(session._createdAt) },
        { label: "Ends", cell: (session) => time(session.expire) },
        {
          label: "Actions", hidden: true,
          cell: (session) => canEnd && h("button", {
            type: "button", id: `end-${session._id}`, class: "danger", "aria-label": `End the session on ${agent(session)}`,
            onclick: () => end(endOne(user, session)),
          }, "End"),
        },
      ],
    }));
}

const endOne = (user, session) => ask({
  title: "End this session?",
  text: `${agent(session)} is signed out at once. The user can sign in there again.`,
  confirm: "End session",
  danger: true,
  done: "The session has ended.",
  run: () => run("deleteSession", { userId: user._id, sessionId: session._id }),
});

const endAll = (user, name, total) => ask({
  title: `End all sessions of ${name}?`,
  text: `${count(total, "session")} ${total === 1 ? "ends" : "end"} now: the user is signed out everywhere, and can sign in again.`,
  confirm: "End all sessions",
  danger: true,
  done: "All sessions have ended.",
  run: () => run("deleteSessions", { userId: user._id }),
});
