// The security log of a user, newest first.

import { run } from "../api.js";
import { announce, h, pager, replaceAddress, table, to } from "../dom.js";
import { agent, badge, count, place, time, typed } from "../format.js";
import { PAGE_IS_GONE, encode } from "../pages.js";

const PAGE_SIZE = 25;

/** The part "Log". */
export async function logPart(page) {
  const { user, name, path, query } = page;
  const offset = Math.max(0, Number.parseInt(query.offset, 10) || 0);
  const queries = [{ method: "limit", values: [PAGE_SIZE] }, { method: "offset", values: [offset] }];
  const { total, logs } = await run("log", { userId: user._id, queries: encode(queries) });
  // Older events are deleted after a while.
  if (offset > 0 && logs.length === 0) {
    replaceAddress(path, {});
    announce(PAGE_IS_GONE);
    return logPart({ ...page, query: {} });
  }
  const newer = offset > 0 && to(path, { offset: Math.max(0, offset - PAGE_SIZE) });
  const older = offset + logs.length < total && to(path, { offset: offset + PAGE_SIZE });
  return h("section", { "aria-labelledby": "log" },
    h("h2", { id: "log" }, "Log"),
    h("p", { class: "total" }, count(total, "event")),
    table({
      caption: `Security log of ${name}, newest first`,
      rows: logs,
      empty: "Nothing was logged yet.",
      columns: [
        { label: "Time", cell: (event) => time(event.time) },
        { label: "Event", cell: (event) => h("code", {}, event.detail) },
        { label: "By", cell: (event) => actor(event) },
        { label: "Address", cell: (event) => place(event) },
        { label: "Browser or app", cell: (event) => agent(event) },
      ],
    }),
    pager({ newer, older, label: "Pages of the log" }));
}

/** Who did it: the user, or the holder of an API key by its name. */
function actor({ mode, userName }) {
  return mode === "admin" ? [typed(userName), " ", badge("admin", "soft")] : "the user";
}
