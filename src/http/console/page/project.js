// The project and its settings, which only the server's configuration changes.

import { run } from "./api.js";
import { definitions, h } from "./dom.js";
import { badge, span } from "./format.js";

const METHODS = {
  password: "Password", magic_link: "Link by e-mail", email_code: "Code by e-mail", phone: "Code by SMS", anonymous: "Anonymous users", oauth: "Providers", passkey: "Passkeys",
};
const FACTORS = { totp: "Authenticator app", phone: "Code by SMS", email: "Code by e-mail" };

/** The page `#/project`. */
export async function projectPage() {
  const project = await run("project");
  const { session, tokens, security } = project;
  return {
    title: "Project",
    element: h("div", {},
      h("h1", { tabindex: -1 }, project.name || project._id),
      h("p", { class: "hint" }, "Settings are in the server's configuration, which it reads when it starts and on SIGHUP. They can't be changed here."),
      group("General", [
        ["Id", h("code", {}, project._id)],
        ["Pages and apps", list(project.platforms)],
        ["Sender of e-mail", project.mailFrom || "–"],
      ]),
      group("Signing up and in", [
        ["Who may sign up", project.signUp],
        ...switches(project.authMethods, METHODS),
        ["Domain of passkeys", project.passkeyDomain ? h("code", {}, project.passkeyDomain) : "none: there are no passkeys"],
      ]),
      group("Second factors", switches(project.secondFactors, FACTORS)),
      group("Sessions and secrets", [
        ["A session lasts", span(session.ttlSeconds)],
        ["At most, when extended", span(session.absoluteTtlSeconds)],
        ["Sessions per user", session.perUser.toLocaleString("en")],
        ["Recovery link", span(tokens.recoveryTtlSeconds)],
        ["Verification link", span(tokens.verificationTtlSeconds)],
        ["Magic link", span(tokens.magicLinkTtlSeconds)],
        ["Codes", span(tokens.codeTtlSeconds)],
      ]),
      group("Security", [
        ["Shortest password", `${security.passwordMinLength} characters`],
        ["Common passwords", security.passwordDictionary ? "refused" : "allowed"],
        ["Other sessions, when the password changes", security.endOtherSessionsOnPasswordChange ? "end" : "stay"],
        ["Risky changes of an account", security.requireRecentSignIn ? "need a recent sign-in" : "need no recent sign-in"],
        ["Whether an account exists", security.revealAccounts ? "is revealed" : "isn't revealed"],
        ["A taken address at sign-up", security.hideTakenAddresses ? "is hidden; its owner gets a mail" : "is an error"],
      ])),
  };
}

const switches = (list, names) => list.map(({ name, enabled }) => [names[name] ?? name, badge(enabled ? "on" : "off", enabled ? "good" : "soft")]);

function group(title, pairs) {
  const id = title.toLowerCase().replaceAll(" ", "-");
  return h("section", { "aria-labelledby": id }, h("h2", { id }, title), definitions(pairs));
}

const list = (values) => (values.length ? h("ul", { class: "plain" }, values.map((value) => h("li", {}, h("code", {}, value)))) : "–");
