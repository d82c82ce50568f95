// How values are shown.

import { h } from "./dom.js";

/**
 * Characters that move or hide others: controls, marks of direction, and the usual ones without width. Not the joiners U+200C and
 * U+200D, which emoji and some scripts need.
 */
const HIDDEN = /[\p{Cc}\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;
/** A letter of a script that is written from right to left. */
const FROM_RIGHT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/** Text of others, in which what would move or hide the rest is �. */
const harmless = (text) => text.replaceAll(HIDDEN, "\ufffd");

/** Text of others as an element, whose direction is its own. */
export const typed = (text) => h("bdi", {}, harmless(text));

/** Text of others within a sentence, whose direction it leaves alone. */
export function said(text) {
  const shown = harmless(text);
  return FROM_RIGHT.test(shown) ? `\u2068${shown}\u2069` : shown;
}

/** Text of others in lines. */
export const typedLines = (text) => text.split("\n").map(harmless).join("\n");

/** A moment in the reader's time zone; a dash if there is none. */
export const time = (text) => moment(text, { dateStyle: "medium", timeStyle: "short" });

/** Its time of day only. */
export const clock = (text) => moment(text, { timeStyle: "short" });

/** Its day only. */
export const day = (text) => moment(text, { dateStyle: "medium" });

function moment(text, style) {
  if (!text) return "–";
  const date = new Date(text);
  const shown = date.toLocaleString("en-GB", style);
  return h("time", { datetime: text, title: date.toLocaleString("en-GB", { dateStyle: "full", timeStyle: "long" }) }, shown);
}

/** A state in a word: `good`, `bad`, `soft` or `waiting` choose its colour. */
export const badge = (text, kind) => h("span", { class: `badge ${kind}` }, text);

/** A number with its noun: `1 user`, `5,000 or more users`. The server stops counting at 5,000. */
export function count(total, noun, { cap = Infinity } = {}) {
  const number = total.toLocaleString("en");
  return `${number}${total >= cap ? " or more" : ""} ${noun}${total === 1 ? "" : "s"}`;
}

/** How a session or an event names its browser or app: `Firefox 128.0 on Linux`. */
export function agent({ clientName, clientVersion, osName }) {
  const client = [clientName, clientVersion].filter(Boolean).join(" ");
  return said([client, osName].filter(Boolean).join(" on ") || "unknown");
}

/** A network address with its country. */
export const place = ({ ip, countryCode, countryName }) => [ip, countryCode !== "--" && countryName].filter(Boolean).join(", ") || "–";

/** A number of seconds in words: `30 days`. */
export function span(seconds) {
  const unit = [["day", 86_400], ["hour", 3600], ["minute", 60]].find(([, length]) => seconds >= length && seconds % length === 0);
  const [noun, length] = unit ?? ["second", 1];
  return count(seconds / length, noun);
}

/** How long to wait, in words: `20 seconds`, `10 minutes`. */
export function wait(seconds) {
  const [noun, length] = [["second", 1, 60], ["minute", 60, 7200]].find(([, , end]) => seconds < end) ?? ["hour", 3600];
  return count(Math.ceil(seconds / length), noun);
}

/** An address or number, and whether it is verified. */
export function contact(text, isVerified) {
  if (!text) return "–";
  return [h("span", { class: "value" }, typed(text)), isVerified ? badge("verified", "good") : badge("not verified", "soft")];
}

/** Whether a user may sign in, and the user's labels. */
export function state(user) {
  const status = user.status ? badge("active", "good") : badge("blocked", "bad");
  return [status, ...user.labels.map((label) => badge(label, "soft"))];
}

/** How a user is called: shown as `typed` or `said`. */
export const nameOf = (user) => user.name || user.email || user.phone || user._id;
