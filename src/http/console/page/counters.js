// The counters of the last hour.

import { run } from "./api.js";
import { button, complain, h } from "./dom.js";
import { time } from "./format.js";

const COUNTERS = [
  ["signUps", "New users"],
  ["signIns", "Sign-ins"],
  ["failedSignIns", "Failed sign-ins"],
  ["messagesSent", "Messages sent"],
  ["messagesQueued", "Messages waiting"],
  ["messagesFailed", "Messages failed"],
];

/** The page `#/counters`. */
export async function countersPage() {
  const results = h("div", { role: "status" });
  async function load() {
    const counters = await run("counters");
    results.replaceChildren(
      h("p", { class: "hint" }, "From ", time(counters.since), " to ", time(counters.until), "."),
      h("dl", { class: "counters" }, COUNTERS.map(([field, label]) => {
        return h("div", {}, h("dt", {}, label), h("dd", {}, counters[field].toLocaleString("en")));
      })));
  }
  await load();
  return {
    title: "Counters",
    element: h("div", {},
      h("div", { class: "head" },
        h("h1", { tabindex: -1 }, "The last hour"),
        button("Refresh", { id: "refresh", onclick: () => load().catch((error) => complain(error.sentence ?? String(error))) })),
      results),
  };
}
