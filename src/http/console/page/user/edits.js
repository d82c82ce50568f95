// The dialogs that change a value of the profile.

import { run } from "../api.js";
import { ask } from "../dialog.js";
import { count, said } from "../format.js";
import { compact, pretty } from "../json.js";

const SAVE = "Save";

/** Changes the name. */
export const name = (user) => ask({
  title: "Change the name",
  text: "The user's app shows the new name as soon as it asks the server again. The change stands in the user's log.",
  fields: [{ name: "name", label: "Name", value: user.name, hint: "Empty removes it." }],
  confirm: SAVE,
  done: "The name was changed.",
  run: (values) => run("updateName", { userId: user._id, name: values.name.trim() }),
});

/** Changes the address. */
export const email = (user) => ask({
  title: "Change the e-mail address",
  text: "The address is changed at once, no e-mail is sent, and the new one counts as not verified. Sessions stay.",
  fields: [{ name: "email", label: "E-mail address", value: user.email, inputmode: "email", hint: "Empty removes it." }],
  confirm: SAVE,
  done: "The e-mail address was changed.",
  run: (values) => run("updateEmail", { userId: user._id, email: values.email.trim() }),
});

/** Changes the number. */
export const phone = (user) => ask({
  title: "Change the phone number",
  text: "The number is changed at once, no SMS is sent, and the new one counts as not verified. Sessions stay.",
  fields: [{ name: "number", label: "Phone number", value: user.phone, inputmode: "tel", hint: "With the country code: +12065550100. Empty removes it." }],
  confirm: SAVE,
  done: "The phone number was changed.",
  run: (values) => run("updatePhone", { userId: user._id, number: values.number.trim() }),
});

/** Marks the address as verified or not. */
export const emailVerification = (user) => verification({
  user, what: "address", text: user.email, isVerified: user.emailVerification,
  save: (emailVerification) => run("updateEmailVerification", { userId: user._id, emailVerification }),
});

/** Marks the number as verified or not. */
export const phoneVerification = (user) => verification({
  user, what: "number", text: user.phone, isVerified: user.phoneVerification,
  save: (phoneVerification) => run("updatePhoneVerification", { userId: user._id, phoneVerification }),
});

function verification({ what, text, isVerified, save }) {
  const state = isVerified ? "not verified" : "verified";
  const shown = said(text);
  return ask({
    title: `Mark the ${what} as ${state}`,
    text: isVerified
      ? `Apps then treat ${shown} as not belonging to this user for sure, until the user has verified it.`
      : `Do this only if you know that ${shown} belongs to this user: apps and sign-ins by providers trust a verified ${what}.`,
    confirm: `Mark as ${state}`,
    done: `The ${what} is marked as ${state}.`,
    run: () => save(!isVerified),
  });
}

const LABEL = /^[A-Za-z0-9]{1,36}$/;
const words = (text) => text.split(/[\s,]+/).filter(Boolean);

/** Replaces the labels. */
export const labels = (user) => ask({
  title: "Change the labels",
  text: "Labels are for your own servers and lists; users can't change them, but their apps can read them.",
  fields: [{
    name: "labels", label: "Labels", value: user.labels.join(" "),
    hint: "Letters and digits, up to 36 each. A space begins another label. Empty removes all.",
    check: (text) => {
      const wrong = words(text).find((label) => !LABEL.test(label));
      return wrong && `“${wrong}” is no label: use up to 36 letters and digits.`;
    },
  }],
  confirm: SAVE,
  done: ({ labels }) => (labels.length ? `The user has ${count(labels.length, "label")} now: ${labels.join(", ")}.` : "The labels were removed."),
  run: (values) => run("updateLabels", { userId: user._id, labels: words(values.labels) }),
});

/** Replaces the preferences: each number and the order as they were, but without the spaces that only the field has. */
export const preferences = (user) => ask({
  title: "Change the preferences",
  text: "These replace all of the user's preferences. The app may expect certain keys in them; it isn't asked.",
  fields: [{ name: "prefs", label: "Preferences, as JSON", type: "textarea", value: pretty(user.prefs.data), class: "code", check: checkObject }],
  confirm: SAVE,
  done: "The preferences were changed.",
  run: (values) => run("updatePrefs", { userId: user._id, prefs: compact(values.prefs) }),
});

/** What is wrong with a text that should be a JSON object. */
function checkObject(text) {
  let value;
  try {
    value = JSON.parse(text);
  } catch (error) {
    // The browser's message names the place.
    return `This is no JSON: ${error.message}.`;
  }
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject ? undefined : "Preferences are an object: { … }.";
}
