// What the editor shows at the first visit: an account's life in five operations, in lines that fit beside the answer.

/** A tab; `variables` are for the editor below its document. */
const tab = (query, variables) => ({
  query: query.trim(),
  variables: variables && JSON.stringify(variables, null, 2),
});

const ADA = { email: "ada@example.com", password: "correct horse battery" };

export const tabs = [
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
];
