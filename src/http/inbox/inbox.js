// The dev inbox: polls the server for its messages, lists them, shows the chosen one.
//
// Messages are untrusted: their contents are added to the page as text only, and their HTML in a sandboxed frame only.
// The chosen message is in the URL (`#<id>`), so that it survives a reload and the browser's back button works.

const [POLL_MS, SLOWEST_POLL_MS, TIMEOUT_MS] = [1000, 5000, 10_000];

// A mail may load nothing, although the page's own policy would allow it to call this server.
const FRAME_HEAD = `<!doctype html><meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
style-src 'unsafe-inline'; img-src data:"><base target="_blank">`;

const $ = (id) => document.getElementById(id);
const rows = new Map(); // the list's elements by message id
const seen = new Set(); // ids; what was there before this page is not news
let messages = []; // newest first
let answer; // the server's last, as text
let shown; // the message beside the list, if any

async function poll(delay) {
  try {
    const response = await fetch("/inbox/messages", { cache: "no-store", signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!response.ok) throw new Error(`status ${response.status}`);
    receive(await response.text());
    setText($("offline"), "");
    delay = POLL_MS;
  } catch (error) {
    console.warn("inbox:", error);
    setText($("offline"), "Server not reachable, retrying");
    delay = Math.min(delay * 1.5, SLOWEST_POLL_MS);
  }
  setTimeout(poll, delay, delay);
}

function receive(text) {
  if (text === answer) return renderTimes();
  messages = JSON.parse(text).messages;
  if (answer === undefined) messages.forEach(({ id }) => seen.add(id));
  answer = text;
  render();
}

function render() {
  if (answer === undefined) return;
  const list = listed();
  const chosen = list.find(({ id }) => location.hash === `#${id}`);
  const selected = chosen ?? list[0];
  document.body.dataset.view = messages.length === 0 ? "empty" : chosen ? "message" : "list";
  renderMessage(selected);
  // A message is seen when it is open in a visible page.
  if (selected && !document.hidden && $("message").checkVisibility()) seen.add(selected.id);
  renderList(list, selected);
  renderCount(list);
  renderTimes();
}

function listed() {
  const wanted = $("filter").value.trim().toLowerCase();
  return messages.filter(({ to }) => to.toLowerCase().includes(wanted));
}

function renderList(list, selected) {
  for (const [id, row] of rows) {
    if (list.some((message) => message.id === id)) continue;
    row.remove();
    rows.delete(id);
  }
  list.forEach((message, index) => {
    const row = renderRow(message, message === selected);
    // Rows that stay are not moved: they would lose focus and scroll.
    const inPlace = $("list").children[index] ?? null;
    if (row !== inPlace) $("list").insertBefore(row, inPlace);
  });
  $("no-match").hidden = list.length > 0 || messages.length === 0;
  setText($("no-match"), `No message to “${$("filter").value.trim()}”.`);
}

function renderRow(message, isSelected) {
  const row = rows.get(message.id) ?? $("row").content.firstElementChild.cloneNode(true);
  rows.set(message.id, row);
  const part = (name) => row.querySelector(name);
  const link = part("a");
  link.href = `#${message.id}`;
  link.ariaCurrent = isSelected ? "true" : null;
  link.tabIndex = isSelected ? 0 : -1; // one stop for the tab key; arrows move on
  link.classList.toggle("new", !seen.has(message.id));
  part(".mark").classList.toggle("sms", message.channel === "sms");
  part(".mark").ariaLabel = message.channel === "sms" ? "SMS" : "Mail";
  setText(part(".to"), message.to);
  setText(part(".subject"), message.subject || message.text.slice(0, 120));
  setText(part(".kind"), message.kind);
  Object.assign(part("time"), { dateTime: message.createdAt, title: new Date(message.createdAt).toLocaleString() });
  renderState(part(".state"), message);
  return row;
}

function renderCount(list) {
  const unseen = messages.filter(({ id }) => !seen.has(id)).length;
  const of = list.length < messages.length ? `${list.length} of ` : "";
  const noun = messages.length === 1 ? "message" : "messages";
  setText($("count"), `${of}${messages.length} ${noun}${unseen ? `, ${unseen} new` : ""}`);
  document.title = `${unseen ? `(${unseen}) ` : ""}Inbox – accountd`;
}

function renderMessage(message) {
  const before = shown;
  shown = message;
  $("message").hidden = !message;
  if (!message) return;
  renderState($("state"), message);
  // The contents of a message never change, only its state.
  if (message.id === before?.id) return;
  const isSms = message.channel === "sms";
  $("subject").textContent = message.subject || (isSms ? "SMS" : "(no subject)");
  $("time").dateTime = message.createdAt;
  for (const field of ["to", "kind", "project"]) $(field).textContent = message[field];
  for (const field of ["code", "link"]) {
    $(field).hidden = !message[field];
    $(field).querySelector("output").replaceChildren(...linked(message[field]));
  }
  for (const id of ["text", "sms"]) $(id).replaceChildren(...linked(message.text));
  // Each mail gets its own frame: a new srcdoc in an old one would be a step in the browser's history.
  const frame = $("frame").content.firstElementChild.cloneNode();
  frame.srcdoc = FRAME_HEAD + message.html;
  $("rendered").replaceChildren(...(message.html ? [frame] : []));
  renderForm();
  document.querySelector("main").scrollTop = 0;
}

function renderForm() {
  const isSms = shown.channel === "sms";
  const form = isSms ? "sms" : shown.html ? document.querySelector("[name=tab]:checked").value : "text";
  for (const id of ["rendered", "text", "sms"]) $(id).hidden = id !== form;
  $("tabs").hidden = isSms || !shown.html;
}

function renderState(element, { state, error, attempts }) {
  const tries = attempts > 1 ? ` after ${attempts} attempts` : "";
  element.dataset.state = state;
  setText(element, state === "delivered" ? "" : `${state}${tries}${error ? `: ${error}` : ""}`);
}

function renderTimes() {
  for (const time of document.querySelectorAll("time[datetime]")) {
    const date = new Date(time.dateTime);
    setText(time, time.id ? `${date.toLocaleString()} (${ago(date)})` : ago(date));
  }
}

function ago(date) {
  const seconds = (Date.now() - date) / 1000;
  const unit = [["day", 86_400], ["hour", 3600], ["minute", 60]].find(([, length]) => seconds >= length);
  const format = new Intl.RelativeTimeFormat("en", { style: "narrow" });
  return unit ? format.format(-Math.floor(seconds / unit[1]), unit[0]) : "now";
}

// The text with its web addresses as links; no other scheme becomes one.
function linked(text) {
  return text.split(/(https?:\/\/[^\s<>"]*[^\s<>".,;:!?)\]'])/).map((part, index) => {
    if (index % 2 === 0) return part;
    const link = document.createElement("a");
    return Object.assign(link, { href: part, target: "_blank", rel: "noopener", textContent: part });
  });
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

async function copy(button) {
  const value = button.parentElement.querySelector("output");
  try {
    await navigator.clipboard.writeText(value.textContent);
  } catch {
    // Browsers keep the clipboard from pages that come over plain HTTP from another machine.
    getSelection().selectAllChildren(value);
    document.execCommand("copy");
  }
  button.textContent = $("announcement").textContent = "Copied";
  setTimeout(() => (button.textContent = "Copy"), 1500);
  setTimeout(() => $("announcement").replaceChildren(), 1500);
}

function move(step) {
  const list = listed();
  const next = list[list.findIndex(({ id }) => id === shown?.id) + step];
  if (!next) return;
  history.replaceState(null, "", `#${next.id}`); // no step in the history, unlike a click
  render();
  const link = rows.get(next.id).querySelector("a");
  if (document.activeElement !== $("filter")) link.focus({ preventScroll: true });
  link.scrollIntoView({ block: "nearest" });
}

function onKey(event) {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const typing = event.target === $("filter");
  const reading = $("message").contains(event.target); // there, arrows scroll and change the tab
  const step = (typing ? {} : { j: 1, k: -1 })[event.key] ?? (reading ? {} : { ArrowDown: 1, ArrowUp: -1 })[event.key];
  if (step) move(step);
  else if (event.key === "/" && !typing) $("filter").focus();
  else return;
  event.preventDefault();
}

addEventListener("hashchange", ({ oldURL }) => {
  render();
  // On a phone one view replaces the other, and the focus has to follow.
  if (!document.querySelector("nav").checkVisibility()) $("subject").focus();
  else if (!location.hash) rows.get(new URL(oldURL).hash.slice(1))?.querySelector("a").focus();
});
addEventListener("keydown", onKey);
document.addEventListener("visibilitychange", render);
$("filter").addEventListener("input", render);
$("tabs").addEventListener("change", renderForm);
for (const button of document.querySelectorAll("button")) button.addEventListener("click", () => copy(button));

const query = `mutation { accountCreateMagicURLToken(userId: "unique()", email: "ada@example.com", \
url: "http://localhost:3000") { userId expire } }`;
$("curl").querySelector("output").textContent =
  `curl ${location.origin}/v1/graphql -H 'Content-Type: application/json' -d '${JSON.stringify({ query })}'`;

poll(POLL_MS);
