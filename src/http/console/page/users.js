// The list of users: search, filters, pages.

import { may, run } from "./api.js";
import { announce, button, complain, h, join, pager, replaceAddress, table, to } from "./dom.js";
import { FILTERS, conditions } from "./filters.js";
import { contact, count, day, nameOf, state, time, typed } from "./format.js";
import { createUser } from "./new_user.js";
import { PAGE_IS_GONE, loadPage, pageOf, slice } from "./pages.js";

const PAGE_SIZE = 25;
/** The server counts no further. */
const MAX_TOTAL = 5000;
/** How long to wait for the next letter of a search, in milliseconds. */
const PAUSE = 250;

/** The page `#/users`. */
export async function usersPage({ path, query }) {
  let parameters = query;
  let turn = 0;
  const total = h("p", { class: "total", role: "status" });
  const results = h("section", { "aria-label": "Results", tabindex: -1, class: "results" });
  const form = createForm(parameters, (changed) => show({ ...parameters, ...changed, after: "", before: "" }, { replace: true }));

  /** Loads and draws a page of the list. */
  async function load() {
    const mine = (turn += 1);
    results.ariaBusy = "true";
    const loaded = await loadPage(parameters, fetchPage);
    if (mine !== turn) return;
    results.ariaBusy = "false";
    if (loaded.parameters !== parameters) {
      parameters = loaded.parameters;
      replaceAddress(path, parameters);
      announce(PAGE_IS_GONE);
    }
    const { list, shown, before, after } = loaded;
    total.textContent = count(list.total, "user", { cap: MAX_TOTAL });
    const link = (cursor) => to(path, { ...parameters, after: "", before: "", ...cursor });
    results.replaceChildren(
      drawTable(shown, isFiltered(parameters)),
      pager({ newer: before && link({ before }), older: after && link({ after }), label: "Pages" }) ?? "");
  }

  async function show(next, { replace = false } = {}) {
    parameters = next;
    if (replace) replaceAddress(path, parameters);
    try {
      await load();
    } catch (error) {
      results.ariaBusy = "false";
      complain(error.sentence ?? String(error));
    }
  }

  await load();
  return {
    title: "Users",
    element: h("div", {},
      h("div", { class: "head" },
        h("h1", { tabindex: -1 }, "Users"),
        may("users.write") && button("New user", { id: "new-user", primary: true, onclick: openNewUser })),
      form, total, results),
    update: async (next) => {
      await show(next);
      form.fill(next);
      results.focus({ preventScroll: true });
      scrollTo(0, 0);
    },
  };
}

async function fetchPage(parameters) {
  const search = parameters.search?.trim() || null;
  const list = await run("users", { queries: pageOf(conditions(parameters), parameters, PAGE_SIZE), search });
  return { list, ...slice(list.users, parameters, PAGE_SIZE) };
}

async function openNewUser() {
  const user = await createUser();
  if (user) location.hash = join("/users", user._id);
}

const isFiltered = ({ search, since, ...others }) => Boolean(search || since || FILTERS.some(([name]) => others[name]));

/** The form with search and filters. It calls `onChange` with what was changed. */
function createForm(parameters, onChange) {
  let waiting;
  /** Reports a change, together with what was typed into the search meanwhile. */
  const report = (changed) => {
    clearTimeout(waiting);
    onChange({ search: search.value, ...changed });
  };
  const search = h("input", {
    type: "search", id: "search", value: parameters.search, autocomplete: "off", spellcheck: "false",
    "aria-describedby": "search-hint",
    oninput: () => {
      clearTimeout(waiting);
      waiting = setTimeout(report, PAUSE);
    },
  });
  const selects = FILTERS.map(([name, label, choices]) => {
    const options = choices.map(([value, text]) => h("option", { value, selected: value === (parameters[name] ?? "") }, text));
    const select = h("select", { id: `filter-${name}`, name, onchange: () => report({ [name]: select.value }) }, options);
    return [name, labelled(label, select)];
  });
  const since = h("input", { type: "date", id: "filter-since", name: "since", value: parameters.since, onchange: () => report({ since: since.value }) });
  const form = h("form", { role: "search", "aria-label": "Users", class: "filters", onsubmit: (event) => {
    event.preventDefault();
    report();
  } },
    h("div", { class: "field wide" },
      h("label", { for: "search" }, "Search"), search,
      h("p", { class: "hint", id: "search-hint" }, "The beginning of an address, a number, an id or a word of the name, or label:vip")),
    selects.map(([, element]) => element), labelled("Created since", since));
  // Other parameters may come from the address, by the browser's back button.
  form.fill = (next) => {
    search.value = next.search ?? "";
    since.value = next.since ?? "";
    for (const [name, element] of selects) element.querySelector("select").value = next[name] ?? "";
  };
  return form;
}

function labelled(label, control) {
  return h("div", { class: "field" }, h("label", { for: control.id }, label), control);
}

function drawTable(users, isFiltered) {
  return table({
    caption: "Users, newest first",
    rows: users,
    empty: isFiltered ? "No user fits. Search finds beginnings of words only; take away a filter, or type less." : "There are no users yet.",
    columns: [
      { label: "User", cell: (user) => [h("a", { href: to(join("/users", user._id)) }, typed(nameOf(user))), h("code", {}, user._id)] },
      { label: "E-mail", cell: (user) => contact(user.email, user.emailVerification) },
      { label: "Phone", cell: (user) => contact(user.phone, user.phoneVerification) },
      { label: "Status", cell: (user) => state(user) },
      { label: "Created", cell: (user) => day(user._createdAt) },
      { label: "Last seen", cell: (user) => time(user.accessedAt) },
    ],
  });
}
