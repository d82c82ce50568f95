// Builds elements. What users have typed becomes text or the value of an attribute, never markup.

/** An element with attributes and `on…` listeners. Attributes and children that are absent or false are left out. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (!isPresent(value)) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(2).filter(isPresent));
  return element;
}

const isPresent = (value) => value !== undefined && value !== null && value !== false;

/** A button. Its id finds it again after the page is drawn anew, so that it gets the focus back. */
export function button(label, { id, danger, primary, describedBy, disabled, onclick }) {
  const kind = [danger && "danger", primary && "primary"].filter(Boolean).join(" ");
  return h("button", { type: "button", id, class: kind, "aria-describedby": describedBy, disabled, onclick }, label);
}

/** The address of a page of the console: `to("/users/ada", { page: 2 })`. Parameters without a value are left out. */
export function to(path, parameters = {}) {
  const query = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value));
  return `#${path}${query.size ? `?${query}` : ""}`;
}

/** Makes the address that of a page with other parameters, if it is still this page's. */
export function replaceAddress(path, parameters) {
  if (location.hash.slice(1).split("?")[0] === path) history.replaceState(null, "", to(path, parameters));
}

/** A path with one more segment, which may have any characters. */
export const join = (path, ...segments) => [path, ...segments.map(encodeURIComponent)].join("/");

/** A list of terms and what they stand for. */
export function definitions(pairs) {
  return h("dl", {}, pairs.filter(Boolean).map(([term, ...value]) => h("div", {}, h("dt", {}, term), h("dd", {}, ...value))));
}

/**
 * A table, which turns into a list of cards where there is no room for it. The roles are said in words, because some
 * browsers forget them for a table that is shown in another way.
 */
export function table({ caption, columns, rows, empty }) {
  if (rows.length === 0) return h("p", { class: "empty" }, empty);
  const head = columns.map(({ label, hidden }) => {
    return h("th", { scope: "col", role: "columnheader" }, hidden ? h("span", { class: "unseen" }, label) : label);
  });
  const line = (row) => h("tr", { role: "row" }, columns.map(({ label, cell, hidden }) => {
    return h("td", { role: "cell", "data-label": hidden ? undefined : label }, h("div", { class: "cell" }, cell(row)));
  }));
  return h("table", { role: "table" },
    h("caption", { class: "unseen" }, caption),
    h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, head)),
    h("tbody", { role: "rowgroup" }, rows.map(line)));
}

/** Links to the pages before and after this one. */
export function pager({ newer, older, label }) {
  const link = (text, href, rel) => (href ? h("a", { href, rel, id: `pager-${rel}` }, text) : h("span", { "aria-hidden": "true" }, text));
  if (!newer && !older) return undefined;
  return h("nav", { class: "pager", "aria-label": label }, link("‹ Newer", newer, "prev"), link("Older ›", older, "next"));
}

/** Says that something was done, to the eye and to screen readers, for a few seconds. */
export function announce(text) {
  show("status", text);
}

/** Says that something went wrong, until the next thing is done. */
export function complain(text) {
  show("problem", text);
}

let clearing;

function show(id, text) {
  clearTimeout(clearing);
  for (const other of ["status", "problem"]) document.getElementById(other).textContent = other === id ? text : "";
  if (id === "status") clearing = setTimeout(() => document.getElementById(id).replaceChildren(), 6000);
}
