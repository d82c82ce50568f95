// Every account method that the SDKs and accountd have in common: a call that succeeds, and one that is refused.
//
// `success` and `failure` answer the arguments of a call by the user `u` with a client; `as` says who calls ('user' if left out, 'guest', or
// 'session' where a JWT is not enough), `failsAs` who is refused. A method that a client doesn't have is left out.
import assert from 'node:assert/strict';
import { factorsOfAccount } from './factors.mjs';

const PASSWORD = 'correct horse battery';
const PAGE = 'http://localhost/page';
const STRANGE = 'https://evil.example/page';
const LONG = 'x'.repeat(200);

const isUser = (answer) => { assert.ok(answer.$id); assert.equal(typeof answer.prefs, 'object'); assert.equal(typeof answer.emailVerification, 'boolean'); };
const isSession = (answer) => { assert.ok(answer.$id); assert.ok(answer.userId); assert.equal(typeof answer.current, 'boolean'); };
const isToken = (answer) => { assert.ok(answer.$id); assert.ok(answer.userId); assert.equal(answer.secret, ''); };
const isEmpty = (answer) => assert.ok(['', undefined].includes(answer?.message ?? answer), JSON.stringify(answer));
const isList = (name) => (answer) => { assert.ok(answer.total >= 1); assert.ok(answer[name].length >= 1); };

const isGrace = (answer) => assert.equal(answer.data.accountUpdateName.name, 'Grace');

const newcomer = (u) => ['unique()', `new-${u.email}`];
const wrongSecret = (u) => [u.id, 'f'.repeat(64)];

/** A method that takes the secret of a message: `ask` sends it, as a GraphQL mutation. */
const redeeming = (ask, more = () => []) => async (u) => {
  const { userId, secret } = await u.ask(ask(u));
  return [userId, secret, ...more(u)];
};
const recovery = redeeming(({ email }) => `accountCreateRecovery(email: "${email}", url: "${PAGE}") { _id }`, () => [PASSWORD, PASSWORD]);
const verification = redeeming(() => `accountCreateVerification(url: "${PAGE}") { _id }`);
const phoneVerification = redeeming(() => 'accountCreatePhoneVerification { _id }');
const emailToken = redeeming(({ email }) => `accountCreateEmailToken(userId: "unique()", email: "${email}") { _id }`);
const magicUrl = redeeming(({ email }) => `accountCreateMagicURLSession(userId: "unique()", email: "${email}") { _id }`);
const phoneSession = redeeming(({ phone }) => `accountCreatePhoneSession(userId: "unique()", phone: "${phone}") { _id }`);

const recoveryCode = redeeming(({ email }) => `accountCreateRecoveryOTP(email: "${email}") { _id }`, () => [PASSWORD]);
const verificationCode = redeeming(() => 'accountCreateEmailVerificationOTP { _id }');
const wrongCode = (u) => [u.id, '000000'];
/** Where a browser is sent: the SDK answers a URL. */
const leads = (answer) => assert.match(String(answer), /^http.*\/dev\/provider\/authorize\?/);
/** A method about something that no user has. */
const absent = (type, ...args) => ({ failure: () => args, type });

export const operations = {
  get: { success: () => [], check: (answer, u) => { isUser(answer); assert.equal(answer.email, u.email); }, failsAs: 'guest', failure: () => [], type: 'general_unauthorized_scope' },
  getPrefs: { success: () => [], check: (answer) => assert.deepEqual({ ...(answer.data ?? answer) }, {}), failsAs: 'guest', failure: () => [], type: 'general_unauthorized_scope' },
  listSessions: { success: () => [], check: isList('sessions'), failsAs: 'guest', failure: () => [], type: 'general_unauthorized_scope' },
  listLogs: { success: () => [['limit(1)', '{"method":"offset","values":[0]}']], check: isList('logs'), failure: () => [['nonsense']], type: 'general_query_invalid' },
  listIdentities: { success: () => [], check: (answer) => assert.deepEqual([answer.total, answer.identities], [0, []]), failsAs: 'guest', failure: () => [], type: 'general_unauthorized_scope' },
  getSession: { success: () => ['current'], check: isSession, failure: () => ['nobody'], type: 'user_session_not_found' },
  updateName: { success: () => ['Grace'], check: (answer) => { isUser(answer); assert.equal(answer.name, 'Grace'); }, failure: () => [LONG], type: 'general_argument_invalid' },
  updatePassword: { success: () => ['another good password', PASSWORD], check: isUser, failure: () => ['another good password', 'wrong password'], type: 'user_invalid_credentials' },
  updateEmail: { success: (u) => [`new-${u.email}`, PASSWORD], check: (answer, u) => assert.equal(answer.email, `new-${u.email}`), failure: (u) => [`new-${u.email}`, 'wrong password'], type: 'user_invalid_credentials' },
  updatePhone: { success: (u) => [u.phone, PASSWORD], check: (answer, u) => assert.equal(answer.phone, u.phone), failure: () => ['12065550100', PASSWORD], type: 'general_argument_invalid' },
  updatePrefs: { success: () => [{ theme: 'dark', list: [1, 'two', { deep: true }] }], check: (answer) => assert.deepEqual(plain(answer.prefs), { theme: 'dark', list: [1, 'two', { deep: true }] }), failure: () => ['dark'], type: 'general_argument_invalid' },
  updateStatus: { success: () => [], check: (answer) => assert.equal(answer.status, false), failsAs: 'guest', failure: () => [], type: 'general_unauthorized_scope' },
  updateSession: { success: () => ['current'], check: isSession, failure: () => ['nobody'], type: 'user_session_not_found' },
  deleteSession: { success: () => ['current'], check: isEmpty, failure: () => ['nobody'], type: 'user_session_not_found' },
  deleteSessions: { success: () => [], check: isEmpty, failsAs: 'guest', failure: () => [], type: 'general_unauthorized_scope' },
  createRecovery: { as: 'guest', success: (u) => [u.email, PAGE], check: isToken, failure: (u) => [u.email, STRANGE], type: 'general_argument_invalid' },
  updateRecovery: { as: 'guest', success: recovery, check: isToken, failure: (u) => [...wrongSecret(u), PASSWORD, PASSWORD], type: 'user_invalid_token' },
  createVerification: { success: () => [PAGE], check: isToken, failure: () => [STRANGE], type: 'general_argument_invalid' },
  createEmailVerification: { success: () => [PAGE], check: isToken, failure: () => [STRANGE], type: 'general_argument_invalid' },
  updateVerification: { as: 'guest', success: verification, check: isToken, failure: wrongSecret, type: 'user_invalid_token' },
  updateEmailVerification: { as: 'guest', success: verification, check: isToken, failure: wrongSecret, type: 'user_invalid_token' },
  createPhoneVerification: { phone: true, success: () => [], check: isToken, failsAs: 'guest', failure: () => [], type: 'general_unauthorized_scope' },
  updatePhoneVerification: { as: 'guest', phone: true, success: phoneVerification, check: isToken, failure: wrongSecret, type: 'user_invalid_token' },
  create: { as: 'guest', success: (u) => [...newcomer(u), PASSWORD, 'Ada'], check: isUser, failure: (u) => ['unique()', u.email, PASSWORD], type: 'user_already_exists' },
  createEmailSession: { as: 'guest', success: (u) => [u.email, PASSWORD], check: isSession, failure: (u) => [u.email, 'wrong password'], type: 'user_invalid_credentials' },
  createEmailPasswordSession: { as: 'guest', success: (u) => [u.email, PASSWORD], check: isSession, failure: (u) => [u.email, 'wrong password'], type: 'user_invalid_credentials' },
  createAnonymousSession: { as: 'guest', success: () => [], check: isSession, failsAs: 'user', failure: () => [], type: 'user_session_already_exists' },
  createMagicURLSession: { as: 'guest', success: newcomer, check: isToken, failure: () => ['unique()', 'no address'], type: 'general_argument_invalid' },
  createMagicURLToken: { as: 'guest', success: newcomer, check: isToken, failure: () => ['unique()', 'no address'], type: 'general_argument_invalid' },
  updateMagicURLSession: { as: 'guest', success: magicUrl, check: isSession, failure: wrongSecret, type: 'user_invalid_token' },
  createPhoneSession: { as: 'guest', success: (u) => ['unique()', u.phone], check: isToken, failure: () => ['unique()', 'no number'], type: 'general_argument_invalid' },
  createPhoneToken: { as: 'guest', success: (u) => ['unique()', u.phone], check: isToken, failure: () => ['unique()', 'no number'], type: 'general_argument_invalid' },
  updatePhoneSession: { as: 'guest', success: phoneSession, check: isSession, failure: wrongSecret, type: 'user_invalid_token' },
  createEmailToken: { as: 'guest', success: newcomer, check: isToken, failure: () => ['unique()', 'no address'], type: 'general_argument_invalid' },
  createSession: { as: 'guest', success: emailToken, check: isSession, failure: wrongSecret, type: 'user_invalid_token' },
  createRecoveryOTP: { as: 'guest', success: (u) => [u.email, true], check: (answer) => { isToken(answer); assert.match(answer.phrase, / /); }, failure: () => ['no address'], type: 'general_argument_invalid' },
  updateRecoveryOTP: { as: 'guest', success: recoveryCode, check: isToken, failure: (u) => [...wrongCode(u), PASSWORD], type: 'user_invalid_token' },
  createEmailVerificationOTP: { success: () => [], check: isToken, failsAs: 'guest', failure: () => [], type: 'general_unauthorized_scope' },
  updateEmailVerificationOTP: { as: 'guest', success: verificationCode, check: isToken, failure: wrongCode, type: 'user_invalid_token' },
  createIdTokenSession: { as: 'guest', success: async (u) => ['dev', await u.idToken('n'), 'n', 'access', 60, 'Ada'], check: (answer) => { isSession(answer); assert.equal(answer.provider, 'dev'); }, failure: () => ['dev', 'nonsense'], type: 'user_oauth2_token_invalid' },
  // In a browser it leaves the page, which tests/clients does.
  createOAuth2Token: { as: 'guest', inBrowser: false, success: () => ['dev', PAGE, PAGE], check: leads },
  deleteIdentity: absent('user_identity_not_found', 'nobody'),
  updatePushTarget: absent('user_target_not_found', 'nobody', 'token'),
  deletePushTarget: absent('user_target_not_found', 'nobody'),
  listConsents: { success: () => [], check: (answer) => assert.deepEqual([answer.total, answer.consents], [0, []]), failsAs: 'guest', failure: () => [], type: 'general_unauthorized_scope' },
  getConsent: absent('user_consent_not_found', 'nobody'),
  deleteConsent: absent('user_consent_not_found', 'nobody'),
  listConsentTokens: absent('user_consent_not_found', 'nobody'),
  getConsentToken: absent('user_consent_not_found', 'nobody', 'nobody'),
  deleteConsentToken: absent('user_consent_not_found', 'nobody', 'nobody'),
  ...factorsOfAccount,
  createJWT: { as: 'session', success: () => [], check: (answer) => assert.equal(answer.jwt.split('.').length, 3), failsAs: 'guest', failure: () => [], type: 'general_unauthorized_scope' },
};

/** What the client itself sends. */
export const ofClient = {
  ping: { as: 'guest', success: () => [], check: (answer) => assert.equal(answer?.message ?? answer, 'Pong!') },
};

/** What the service `Graphql` sends: a request, a list of requests, mutations without and with variables. */
export const graphql = {
  query: { success: () => [{ query: '{ accountGet { email } }' }], check: (answer, u) => assert.equal(answer.data.accountGet.email, u.email), failure: () => [''], type: 'graphql_no_query' },
  queries: { method: 'query', success: () => [[{ query: '{ accountGet { email } }' }, { query: '{ accountGetPrefs { data } }' }]], check: (answer) => assert.equal(answer[1].data.accountGetPrefs.data, '{}'), failure: () => [[]], type: 'graphql_no_query' },
  mutation: { success: () => [{ query: 'mutation { accountUpdateName(name: "Grace") { name } }' }], check: isGrace, failure: () => [{ variables: {} }], type: 'graphql_no_query' },
  variables: {
    method: 'mutation',
    success: (u, { takesNames }) => {
      const request = { query: 'mutation M($name: String!) { accountUpdateName(name: $name) { name } }', variables: { name: 'Grace' } };
      return [takesNames ? { query: request } : request];
    },
    check: isGrace,
    failure: () => [{ variables: {} }],
    type: 'graphql_no_query',
  },
};

/** Preferences as a plain object: the newest Python wraps them. */
const plain = (prefs) => JSON.parse(JSON.stringify(prefs.data ?? prefs));
