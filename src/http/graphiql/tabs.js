// The tabs at the first visit: the main operations of an account, in lines that fit beside the response.

/** A tab; `variables` are for the editor below its document. */
const tab = (query, variables) => ({
  query: query.trim(),
  variables: variables && JSON.stringify(variables, null, 2),
});

// Random for each browser, so that the address is not taken yet, neither here nor by the README.
const draw = () => Math.random().toString(36).slice(2, 6);
const ADA = { email: `ada.${draw()}@example.com`, password: "correct horse battery" };
const GRACE = { email: `grace.${draw()}@example.com` };
// The page that links in e-mail open: usually a page of your app.
const url = `${location.origin}/`;

const TABS = [
  tab(`
# Signs up, then in: fields of a mutation run in order.
#
# Press the button, or Ctrl+Enter. The session is an
# HttpOnly cookie, which this page sends from now on.
# The panel "Session" shows who is signed in.
mutation SignUp(
  $email: String!
  $password: String!
  $name: String
) {
  accountCreate(
    userId: "unique()" # generates an id
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
# Signs in an existing user.
#
# In a browser "secret" is empty, because the session
# is a cookie. Other clients get the session here, and
# send it in the header X-Appwrite-Session.
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
# The signed-in user. If nobody is signed in, this is
# an error, and accountStatus returns null.
#
# Hover over a field, or open the documentation, to
# read what it means. Ctrl+Space shows suggestions.
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
# The events of the account, newest first, including
# failed sign-ins.
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
# New events of the account, until you press the button
# again or the session ends.
#
# Run it, and sign in with another browser. To continue
# later, pass the last "number" as "after".
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
# Sends an e-mail with a link for a new password.
#
# In development nothing is sent: the tab "Inbox" and the
# page "Inbox" (linked above) show the e-mail.
mutation Recovery($email: String!, $url: String!) {
  accountCreateRecovery(email: $email, url: $url) {
    expire
  }
}`, { email: ADA.email, url }),

  tab(`
# Sets the password. Your app does this on the page that
# the link opens. Copy "userId" and "secret" from the
# e-mail into the variables.
#
# The password here is the old one, for the tab "SignIn".
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
# Sends an e-mail with a sign-in link and a code. If the
# address is new, signing in creates the user.
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
# Signs in with "userId" and "secret" from the e-mail.
# The six-digit code is a "secret", too.
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

  tab(`
# Begins to add an authenticator app: type "secret" into
# it. It is shown only now. An app would show "qrCode",
# which is an image (SVG).
#
# Second factors are for the signed-in user, so sign up
# or in first.
mutation Authenticator {
  accountCreateMFAAuthenticator(type: "totp") {
    secret
    uri
  }
}`),

  tab(`
# Verifies the app by the code that it shows ("otp"),
# turns second factors on, and creates ten recovery codes
# for a user who has lost the app. They are shown only
# now.
mutation SecondFactors($otp: String!) {
  accountUpdateMFAAuthenticator(
    type: "totp"
    otp: $otp
  ) {
    _id
  }
  accountUpdateMFA(mfa: true) {
    mfa
  }
  accountCreateMFARecoveryCodes {
    recoveryCodes
  }
}`, { otp: "" }),

  tab(`
# The second factors that this session could show.
#
# Run the tab "SignIn" again: its session is half-open,
# and the tab "Account" fails until a second factor is
# shown.
query Factors {
  accountListMFAFactors {
    totp
    email
    phone
    recoveryCode
  }
}`),

  tab(`
# Asks for a second factor: "totp" is the app. For
# "email" and "phone" a code is sent. "recoveryCode"
# always works while there are codes left.
mutation Challenge($factor: String!) {
  accountCreateMFAChallenge(factor: $factor) {
    _id
    expire
  }
}`, { factor: "totp" }),

  tab(`
# Completes the session. "challengeId" is the "_id" of
# the challenge, "otp" the code. Each code counts once:
# wait for the next one if the app still shows the last.
mutation AnswerChallenge(
  $challengeId: String!
  $otp: String!
) {
  accountUpdateMFAChallenge(
    challengeId: $challengeId
    otp: $otp
  ) {
    factors
    expire
  }
}`, { challengeId: "", otp: "" }),

  tab(`
# Begins to add a passkey, on localhost, because
# IP addresses have none. Within five minutes, run this
# in the browser's console (F12), with "publicKey" from
# here:
#
# (await navigator.credentials.create({ publicKey:
#   PublicKeyCredential.parseCreationOptionsFromJSON(
#     publicKey) })).toJSON()
mutation NewPasskey($name: String!) {
  accountCreatePasskey(name: $name) {
    passkeyId
    publicKey
  }
}`, { name: "My passkey" }),

  tab(`
# Adds the passkey: "credential" is what the browser has
# made, "passkeyId" the one of the tab "NewPasskey".
mutation AddPasskey(
  $passkeyId: String!
  $credential: Assoc!
) {
  accountUpdatePasskeyVerification(
    passkeyId: $passkeyId
    credential: $credential
  ) {
    _id
    name
    device
    synced
  }
}`, { passkeyId: "", credential: {} }),

  tab(`
# Begins to sign in with a passkey. No address is needed:
# the browser knows its passkeys. Run this in its
# console:
#
# (await navigator.credentials.get({ publicKey:
#   PublicKeyCredential.parseRequestOptionsFromJSON(
#     publicKey) })).toJSON()
mutation PasskeyChallenge {
  accountCreatePasskeyToken {
    _id
    publicKey
  }
}`),

  tab(`
# Signs in. "challengeId" is the "_id" of the challenge,
# "credential" the browser's answer. A passkey is two
# factors at once, so that no other one is asked for.
mutation PasskeySignIn(
  $challengeId: String!
  $credential: Assoc!
) {
  accountCreatePasskeySession(
    challengeId: $challengeId
    credential: $credential
  ) {
    _id
    provider
    factors
    expire
  }
}`, { challengeId: "", credential: {} }),
];

const INBOX = tab(`
# The newest e-mail or SMS, or the newest to an address
# ("to"). A development server keeps messages instead of
# sending them. Waits up to five seconds.
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
