// Dialogs: each says in plain words what will happen, asks for what it needs, and does it only then.

import { ApiError } from "./api.js";
import { announce, h } from "./dom.js";

let last = 0;

/**
 * Opens a dialog, and closes it once `run(values)` has succeeded. Errors are shown in it, beside the field they are about.
 *
 * `fields` are `{ name, label, type, value, hint, required, options, check }`; `check(value, values)` answers what is wrong.
 * Answers what `run` has answered; undefined if it was cancelled. The focus goes back to where it was.
 */
export function ask({ title, text = [], fields = [], confirm, danger = false, done, run, cancel = true }) {
  const id = `dialog-${(last += 1)}`;
  const inputs = fields.map((field) => createField(id, field));
  const alert = h("p", { class: "error", role: "alert" });
  const submit = h("button", { class: danger ? "danger primary" : "primary" }, confirm);
  const close = cancel && h("button", { type: "button", onclick: () => dialog.close() }, "Cancel");
  const form = h("form", { novalidate: true },
    h("h2", { id: `${id}-title` }, title),
    h("div", { id: `${id}-text` }, [text].flat().map((paragraph) => h("p", {}, paragraph))),
    inputs.map(({ element }) => element),
    alert,
    h("div", { class: "buttons" }, close, submit));
  const dialog = h("dialog", { class: cancel ? undefined : "stays", closedby: cancel ? "closerequest" : "none", "aria-labelledby": `${id}-title`, "aria-describedby": `${id}-text` }, form);
  const opener = document.activeElement;

  return new Promise((resolve) => {
    let result;
    let isRunning = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (isRunning) return;
      const values = Object.fromEntries(inputs.map(({ name, read }) => [name, read()]));
      alert.textContent = "";
      const wrong = inputs.filter((input) => !input.check(values));
      if (wrong.length) return wrong[0].focus();
      isRunning = true;
      submit.setAttribute("aria-disabled", "true");
      try {
        result = (await run(values)) ?? true;
        dialog.close();
        if (done) announce(typeof done === "function" ? done(result, values) : done);
      } catch (error) {
        explain(error, inputs, alert);
      } finally {
        isRunning = false;
        submit.removeAttribute("aria-disabled");
      }
    });
    dialog.addEventListener("cancel", (event) => {
      if (!cancel || isRunning) event.preventDefault();
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      refocus(opener);
      resolve(result);
    });
    document.body.append(dialog);
    dialog.showModal();
    // What can't be undone isn't done by a second press of the same key.
    (inputs[0]?.focus ?? (() => (danger && close ? close : submit).focus()))();
  });
}

/** Focuses an element, or the one that has taken its place. */
export function refocus(element) {
  const now = element?.isConnected ? element : element?.id && document.getElementById(element.id);
  (now || document.getElementById("main")).focus({ preventScroll: true });
}

/** Shows an error beside the field that it is about; otherwise above the buttons. */
function explain(error, inputs, alert) {
  if (!(error instanceof ApiError)) {
    alert.textContent = "Something in this page went wrong. Reload it, and look whether the change was made.";
    throw error;
  }
  const input = error.argument && inputs.find((one) => one.argument === error.argument);
  if (!input) {
    alert.textContent = error.sentence;
    return;
  }
  input.complain(error.sentence);
  input.focus();
}

/** A field with its label, hint and error. */
function createField(dialog, { name, label, type = "text", value = "", hint, required, options, check, argument = name, ...more }) {
  const id = `${dialog}-${name}`;
  const error = h("p", { class: "error", id: `${id}-error` });
  const described = [hint && `${id}-hint`, `${id}-error`].filter(Boolean).join(" ");
  const attributes = { id, name, "aria-describedby": described, "aria-required": required ? "true" : undefined, ...more };
  const input = createInput(type, value, options, attributes);
  const isCheckbox = type === "checkbox";
  const element = h("div", { class: isCheckbox ? "field check" : "field" },
    isCheckbox && input,
    h("label", { for: id }, label),
    !isCheckbox && input,
    hint && h("p", { class: "hint", id: `${id}-hint` }, hint),
    error);
  const read = () => (isCheckbox ? input.checked : input.value);
  const complain = (message) => {
    error.textContent = message;
    if (message) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  };
  return {
    name, argument, element, read, complain,
    focus: () => input.focus(),
    check: (values) => {
      const isMissing = required && !read();
      const problem = isMissing ? `Fill in “${label}”.` : check?.(read(), values);
      complain(problem ?? "");
      return !problem;
    },
  };
}

function createInput(type, value, options, attributes) {
  // Password managers and the browser's own memory have nothing to do with other people's data.
  const common = { autocomplete: "off", spellcheck: "false", ...attributes };
  switch (type) {
    case "textarea": return h("textarea", { rows: 10, ...common }, value);
    case "select": return h("select", common, options.map(([key, text]) => h("option", { value: key, selected: key === value }, text)));
    case "checkbox": return h("input", { type, checked: value === true, ...common });
    default: return h("input", { type, value, ...common });
  }
}
