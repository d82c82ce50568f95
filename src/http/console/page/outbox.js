// The outbox: what was sent, what waits, and what has failed.

import { may, run } from "./api.js";
import { ask } from "./dialog.js";
import { announce, button, complain, h, pager, replaceAddress, table, to } from "./dom.js";
import { count, said, time, typed } from "./format.js";
import { PAGE_IS_GONE, loadPage, pageOf, slice, where } from "./pages.js";

const PAGE_SIZE = 25;
/** The server counts no further. */
const MAX_TOTAL = 5000;
/** The channels, and what they carry. */
const CHANNELS = [["", "Any"], ["mail", "E-mail"], ["sms", "Text message"], ["webhook", "Webhook"]];
/** The states, and how they look. */
const STATES = { queued: "waiting", delivered: "good", failed: "bad", expired: "bad", dropped: "soft" };
const ACCEPTED = { mail: "was accepted by the mail server", sms: "was accepted by the SMS provider", webhook: "was accepted by the app's server" };
const MEANINGS = {
  queued: "waits for its first or next attempt",
  failed: "was refused for good",
  expired: "was not accepted in time",
  dropped: "was never to be sent",
};

/** The page `#/outbox`. */
export async function outboxPage({ path, query }) {
  let parameters = query;
  let turn = 0;
  const total = h("p", { class: "total", role: "status" });
  const results = h("section", { "aria-label": "Results", tabindex: -1, class: "results" });

  async function load() {
    const mine = (turn += 1);
    const loaded = await loadPage(parameters, fetchPage);
    // Something else was chosen meanwhile.
    if (mine !== turn) return;
    if (loaded.parameters !== parameters) {
      parameters = loaded.parameters;
      replaceAddress(path, parameters);
      announce(PAGE_IS_GONE);
    }
    const { list, shown, before, after } = loaded;
    const { channel, state } = parameters;
    const link = (cursor) => to(path, { channel, state, ...cursor });
    total.textContent = count(list.total, "message", { cap: MAX_TOTAL });
    results.replaceChildren(
      messageTable(shown, { caption: "Messages, newest first", empty: "There is no such message.", refresh: reload }),
      pager({ newer: before && link({ before }), older: after && link({ after }), label: "Pages" }) ?? "");
  }

  /** Loads what is there now, and says so if that fails. */
  const reload = () => load().catch((error) => complain(error.sentence ?? String(error)));
  const choose = () => {
    parameters = { channel: channels.value, state: states.value };
    replaceAddress(path, parameters);
    reload();
  };
  const choice = (id, options) => h("select", { id, onchange: choose },
    options.map(([value, text]) => h("option", { value, selected: value === (query[id] ?? "") }, text)));
  const channels = choice("channel", CHANNELS);
  const states = choice("state", [["", "Any"], ...Object.keys(STATES).map((state) => [state, state])]);
  const field = (label, select) => h("div", { class: "field" }, h("label", { for: select.id }, label), select);

  await load();
  return {
    title: "Outbox",
    element: h("div", {},
      h("div", { class: "head" },
        h("h1", { tabindex: -1 }, "Outbox"),
        button("Refresh", { id: "refresh", onclick: reload })),
      h("p", { class: "hint" }, "Mails, text messages and webhooks of this project. Their contents aren't shown."),
      h("form", { class: "filters", onsubmit: (event) => event.preventDefault() }, field("Channel", channels), field("State", states)),
      total, results),
    update: async (next) => {
      parameters = next;
      channels.value = next.channel ?? "";
      states.value = next.state ?? "";
      await reload();
      results.focus({ preventScroll: true });
      scrollTo(0, 0);
    },
  };
}

async function fetchPage(parameters) {
  const { channel, state } = parameters;
  const chosen = Object.entries({ channel, state }).filter(([, value]) => value);
  const conditions = chosen.map(([attribute, value]) => where("equal", attribute, value));
  const list = await run("messages", { queries: pageOf(conditions, parameters, PAGE_SIZE) });
  return { list, ...slice(list.messages, parameters, PAGE_SIZE) };
}

/** Messages as a table, each with a button that sends it again if it can be sent. */
export function messageTable(messages, { caption, empty, refresh }) {
  const canRetry = ({ state }) => may("users.write") && ["queued", "failed"].includes(state);
  return table({
    caption, empty, rows: messages,
    columns: [
      { label: "Created", cell: (message) => time(message._createdAt) },
      { label: "Kind", cell: (message) => [message.channel, " ", h("code", {}, message.kind)] },
      { label: "To", cell: (message) => h("span", { class: "value" }, typed(message.to)) },
      { label: "State", cell: (message) => state(message) },
      {
        label: "Actions", hidden: true,
        cell: (message) => canRetry(message) && h("button", {
          type: "button", id: `retry-${message._id}`, "aria-label": `Send again to ${said(message.to)}`,
          onclick: async () => {
            if (await retry(message)) await refresh();
          },
        }, "Send again"),
      },
    ],
  });
}

const retry = (message) => ask({
  title: "Send this message again?",
  text: `The server tries at once to send it to ${said(message.to)}. If it has arrived already, it arrives twice.`,
  confirm: "Send again",
  done: "The message is sent again.",
  run: () => run("retryMessage", { messageId: message._id }),
});

function state({ channel, state, attempts, error, dueAt }) {
  const tries = attempts > 1 && h("span", {}, `${attempts} attempts`);
  const next = state === "queued" && attempts > 0 && h("span", {}, "next ", time(dueAt));
  const mark = h("span", { class: `badge ${STATES[state] ?? "soft"}`, title: state === "delivered" ? ACCEPTED[channel] : MEANINGS[state] }, state);
  return [mark, tries, next, error && h("span", { class: "cause" }, typed(error))];
}
