// The console: signs in, then shows the page that the address names after its `#`.
//
// A page is a function of `{ path, params, query, refresh }` that answers `{ title, element, update }`. `update(query)`, if
// there is one, shows other parameters of the same page without drawing all of it anew.

import { ApiError, choose, resume, session, signOut, whenSignedOut } from "./api.js";
import { refocus } from "./dialog.js";
import { complain, h } from "./dom.js";
import { clock } from "./format.js";
import { askForKey } from "./sign_in.js";
import { countersPage } from "./counters.js";
import { outboxPage } from "./outbox.js";
import { projectPage } from "./project.js";
import { userPage } from "./user.js";
import { usersPage } from "./users.js";

const PAGES = [
  [/^\/users$/, usersPage],
  [/^\/users\/([^/]+)(?:\/(sessions|log|identities|messages))?$/, userPage],
  [/^\/outbox$/, outboxPage],
  [/^\/counters$/, countersPage],
  [/^\/project$/, projectPage],
];
const HOME = "#/users";

const main = document.getElementById("main");
let shown; // the page that is there: `{ path, update }`
let drawing = 0; // tells an answer that comes too late

/** The page of a path, and what the path says; undefined if there is none. */
function find(path) {
  for (const [form, page] of PAGES) {
    const match = path.match(form);
    if (!match) continue;
    try {
      return { page, params: match.slice(1).map((part) => part && decodeURIComponent(part)) };
    } catch {
      return undefined; // A broken escape, such as `#/users/%`.
    }
  }
  return undefined;
}

/** Draws the page that the address names. `keepFocus` if it is the same one again, after a change. */
async function draw({ keepFocus = false } = {}) {
  const [path, search = ""] = location.hash.slice(1).split("?");
  const found = find(path);
  if (!found) return location.replace(HOME);
  const query = Object.fromEntries(new URLSearchParams(search));
  for (const link of document.querySelectorAll("#nav a")) {
    if (path.startsWith(link.hash.slice(1))) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (!keepFocus && shown?.path === path && shown.update) {
    drawing += 1; // Another page that is on its way isn't wanted any more.
    main.ariaBusy = "false";
    return shown.update(query);
  }

  // A dialog is about the page that it was opened on.
  if (!keepFocus) document.querySelectorAll("dialog:not(.stays)").forEach((dialog) => dialog.close());
  const turn = (drawing += 1);
  const isFirst = !shown;
  main.ariaBusy = "true";
  const page = await create(found, { path, query });
  if (turn !== drawing) return;
  shown = { path, update: page.update };
  main.ariaBusy = "false";
  // Whoever has gone on by the keyboard meanwhile isn't taken back.
  const focused = document.activeElement;
  main.replaceChildren(page.element);
  document.title = `${page.title} – ${session.project} – accountd console`;
  if (keepFocus) return refocus(focused);
  scrollTo(0, 0);
  // Screen readers begin to read where the focus is.
  if (!isFirst) main.querySelector("h1")?.focus({ preventScroll: true });
}

async function create({ page, params }, { path, query }) {
  try {
    return await page({ path, params, query, refresh: () => draw({ keepFocus: true }) });
  } catch (error) {
    const text = error instanceof ApiError ? error.sentence : "Something in this page went wrong. Reload it.";
    if (!(error instanceof ApiError)) console.error(error);
    const again = error.type === "user_not_found"
      ? h("a", { href: HOME }, "All users")
      : h("button", { type: "button", onclick: () => draw() }, "Try again");
    return {
      title: "Error",
      element: h("section", {}, h("h1", { tabindex: -1 }, "This page can't be shown"), h("p", { class: "error", role: "alert" }, text), again),
    };
  }
}

/** Shows who is signed in, and the way out. */
function drawSession() {
  const { project, projects, key, expires } = session;
  const choice = h("select", { "aria-label": "Project", onchange: ({ target }) => {
    choose(target.value);
    shown = undefined;
    if (location.hash === HOME) draw();
    else location.hash = HOME;
  } }, projects.map(({ id }) => h("option", { value: id, selected: id === project }, id)));
  const until = expires && h("span", { class: "until" }, "until ", clock(expires));
  const out = expires && h("button", { type: "button", onclick: onSignOut }, "Sign out");
  document.getElementById("who").replaceChildren(
    ...[projects.length > 1 ? choice : h("strong", {}, project), h("span", { class: "key" }, key.name), until, out].filter(Boolean));
  for (const id of ["who", "nav"]) document.getElementById(id).hidden = false;
}

async function onSignOut() {
  try {
    await signOut();
    // What was shown is gone, also from the browser's memory of this page.
    location.reload();
  } catch (error) {
    complain(error.sentence ?? String(error));
  }
}

async function begin() {
  if (!(await resume())) await askForKey();
  drawSession();
  await draw();
}

let isSignedOut = false;

whenSignedOut(async () => {
  if (isSignedOut) return;
  isSignedOut = true;
  const before = session.project;
  await askForKey();
  isSignedOut = false;
  drawSession();
  if (session.project !== before) {
    shown = undefined;
    return draw();
  }
  // What was asked for meanwhile is missing, and the key may have other scopes. An open dialog stays, with what was typed
  // into it, and so does the page that it is about until the dialog is closed.
  const dialog = document.querySelector("dialog:not(.stays)");
  if (!dialog) return redraw();
  dialog.addEventListener("close", redraw, { once: true });
});

/** A function of its own, so that a dialog that hears of two sign-outs draws the page once. */
function redraw() {
  return draw({ keepFocus: true });
}

addEventListener("hashchange", () => session && draw());
document.getElementById("skip").addEventListener("click", (event) => {
  event.preventDefault();
  main.focus();
});
begin().catch((error) => {
  main.ariaBusy = "false";
  main.replaceChildren(h("p", { class: "error", role: "alert" }, error.sentence ?? String(error)));
});
