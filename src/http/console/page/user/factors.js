// The second factors of a user, and the way out for a user who has lost them.

import { ApiError, run } from "../api.js";
import { ask } from "../dialog.js";
import { definitions, h } from "../dom.js";
import { badge, said } from "../format.js";

/** The section "Second factors" of the profile. `change` makes a button that opens a dialog. */
export async function factorsSection({ user, change }) {
  const factors = await run("factors", { userId: user._id });
  const codes = factors.recoveryCode ? await countCodes(user) : 0;
  const canBeReset = user.mfa || factors.totp || codes > 0;
  return h("section", { "aria-labelledby": "factors" },
    h("h2", { id: "factors" }, "Second factors"),
    h("p", { class: "hint" }, effect(user, factors)),
    definitions([
      ["At sign-in", badge(user.mfa ? "on" : "off", user.mfa ? "good" : "soft"),
        canBeReset && change("factors", "Reset second factors", reset, { danger: true })],
      ["Authenticator app", factors.totp ? "set up" : "none"],
      ["Code by e-mail", channel(factors.email, user.email, user.emailVerification, "address")],
      ["Code by SMS", channel(factors.phone, user.phone, user.phoneVerification, "number")],
      ["Recovery codes", codes ? `${codes} left` : "none"],
    ]));
}

/** How many recovery codes are left. The last one may just have been used. */
async function countCodes({ _id }) {
  try {
    return (await run("recoveryCodes", { userId: _id })).remaining;
  } catch (error) {
    if (error instanceof ApiError && error.type === "user_recovery_codes_not_found") return 0;
    throw error;
  }
}

/** What the switch means, which has no effect without a factor. */
function effect(user, factors) {
  if (!user.mfa) return "The user isn't asked for a second factor.";
  const isAsked = factors.totp || factors.email || factors.phone;
  return isAsked
    ? "Whoever signs in is asked for one of these, unless it is what was just signed in with. A passkey needs none."
    : "They are on, but there is none that could be asked for: one factor is enough.";
}

/** Whether codes can be sent to the address or number; the server or the project may have turned that off. */
function channel(isUsable, text, isVerified, noun) {
  if (isUsable) return `to ${said(text)}`;
  if (!text) return `no ${noun}`;
  return isVerified ? "not sent: turned off for this project or server" : `none: the ${noun} isn't verified`;
}

/** Removes all second factors. */
const reset = (user, name) => ask({
  title: `Reset the second factors of ${name}?`,
  text: [
    "Second factors are turned off. The authenticator app and the recovery codes are deleted for good; the user can set up new ones.",
    "From now on, one factor is enough: whoever has the password gets in. Do this only if you are sure who asks for it.",
    `Passkeys are deleted, too, and sign-ins that lack a factor end. The password and other sessions stay. ${user.email ? `The user is told by e-mail: ${said(user.email)}.` : "The user has no e-mail address, and isn't told."}`,
  ],
  confirm: "Reset second factors",
  danger: true,
  done: `The second factors of ${name} were reset.`,
  run: () => run("resetFactors", { userId: user._id }),
});
