// What the editor shows at the first visit: an account's life in a few operations, in lines that fit beside the answer.

/** A tab; `variables` are for the editor below its document. */
const tab = (query, variables) => ({
  query: query.trim(),
  variables: variables && JSON.stringify(variables, null, 2),
});

// Drawn anew for each browser, so that nobody has signed up with it before, neither here nor by the README.
const draw = () => Math.random().toString(36).slice(2, 6);
const ADA = { email: `ada.${draw()}@example.com`, password: "correct horse battery" };
const GRACE = { email: `grace.${draw()}@example.com` };
// Where links of mails lead: a page of an app, usually.
const url = `${location.origin}/`;

const TABS = [
  tab(`
# Signs up, then in: fields of a mutation run in order.
#
# Press the button, or Ctrl+Enter. The session comes
# as an HttpOnly cookie, which this page sends from now
# on. The panel "Session" shows who is signed in.
mutation SignUp(
  $email: String!
  $password: String!
  $name: String
) {
  accountCreate(
    userId: "unique()" # draws an id
    email: $email
    password: $password
    name: $name
  ) {
    _id
    name
  }
  accountCreateEmailPasswordSession(
    email: $email
    password: $password
  ) {
    _id
    expire
    clientName
  }
}`, { ...ADA, name: "Ada" }),

  tab(`
# Signs in whoever has signed up before.
#
# For a browser "secret" is empty: it has the cookie.
# Other clients find the session here, and send it as
# the header X-Appwrite-Session.
mutation SignIn($email: String!, $password: String!) {
  accountCreateEmailPasswordSession(
    email: $email
    password: $password
  ) {
    _id
    provider
    expire
    secret
  }
}`, ADA),

  tab(`
# Who is signed in. For nobody this is an error, and
# accountStatus is null.
#
# Hover over a field, or open the documentation, to
# read what it means. Ctrl+Space lists what may follow.
query Account {
  accountGet {
    _id
    name
    email
    emailVerification
    registration
    prefs {
      json
    }
  }
}`),

  tab(`
# What happened to the account, newest first, with the
# sign-ins that failed.
query SecurityLog {
  accountListLogs {
    total
    logs {
      event
      time
      ip
      clientName
      osName
    }
  }
}`),

  tab(`
# What happens to the account, as it happens, until the
# button stops it or the session ends.
#
# Run it, and sign in with another browser. To go on
# later, give the last "number" as "after".
subscription Events($after: Int) {
  accountEvents(after: $after) {
    number
    kind
    log {
      event
      time
      ip
    }
  }
}`),

  tab(`
# Mails a link with which to set a new password.
#
# In development nothing is sent: the tab "Inbox" and the
# page behind "Inbox" above show the mail.
mutation Recovery($email: String!, $url: String!) {
  accountCreateRecovery(email: $email, url: $url) {
    expire
  }
}`, { email: ADA.email, url }),

  tab(`
# Sets the password: what the page does that the link of
# the mail leads to. Copy "userId" and "secret" of the
# mail into the variables.
#
# It is the same password again, for the tab "SignIn".
mutation NewPassword(
  $userId: String!
  $secret: String!
  $password: String!
) {
  accountUpdateRecovery(
    userId: $userId
    secret: $secret
    password: $password
  ) {
    userId
  }
}`, { userId: "", secret: "", password: ADA.password }),

  tab(`
# Mails a link and a code that sign in without a
# password. A new address becomes a new user then.
mutation MagicLink($email: String!, $url: String!) {
  accountCreateMagicURLSession(
    userId: "unique()"
    email: $email
    url: $url
  ) {
    userId
    expire
  }
}`, { ...GRACE, url }),

  tab(`
# Signs in with the link: "userId" and "secret" are those
# of the mail. The code of six digits is a "secret", too.
mutation MagicSignIn(
  $userId: String!
  $secret: String!
) {
  accountUpdateMagicURLSession(
    userId: $userId
    secret: $secret
  ) {
    _id
    provider
    expire
  }
}`, { userId: "", secret: "" }),
];

const INBOX = tab(`
# The newest mail or text message of all, or to an
# address ("to"), which this server has not sent but
# kept. Waits for one for five seconds.
query Inbox($to: String) {
  devInbox(to: $to, waitMs: 5000) {
    to
    kind
    subject
    userId
    secret
    code
    link
  }
}`, { to: null });

/** The tabs; the field of the last one exists in development only. */
export const tabsOf = ({ isDev }) => (isDev ? [...TABS, INBOX] : TABS);
