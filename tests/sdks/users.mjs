// Every method of the service `Users` that the SDKs and accountd have in common, as `operations.mjs` has those of the account.
// All are called by a server with an API key, about the user `u`.
import assert from 'node:assert/strict';
import { factorsOfServers } from './factors.mjs';

const LONG = 'x'.repeat(200);
const NOBODY = 'nobody';

const isUser = (answer) => {
  assert.ok(answer.$id ?? answer.id);
  assert.equal(typeof answer.status, 'boolean');
};
const isEmpty = (answer) => assert.ok(['', undefined].includes(answer?.message ?? answer), JSON.stringify(answer));
const isList = (name, length) => (answer) => assert.deepEqual([answer.total, answer[name].length], [length, length]);
/** Other rows of this run have signed in with a provider, or not. */
const isWhole = (name) => (answer) => assert.equal(answer[name].length, answer.total);
const plain = (prefs) => JSON.parse(JSON.stringify(prefs.data ?? prefs));

/** A field that is called about the user, with these arguments; it is refused about an unknown one. */
const about = (args, check) => ({ success: (u) => [u.id, ...args(u)], check, failure: (u) => [NOBODY, ...args(u)], type: 'user_not_found' });

/** A field that creates a user with a hash; a malformed hash is refused. */
const hashed = (password, ...more) => {
  const arguments_ = (u, text) => ['unique()', `hashed-${u.email}`, text, ...more];
  return { success: (u) => arguments_(u, password), check: isUser, failure: (u) => arguments_(u, 'no such hash'), type: 'general_argument_invalid' };
};

/** The session of the user's that a server has opened. */
const opened = async (u) => (await u.asServer('createSession', [u.id])).$id;

const users = {
  list: { success: (u) => [[JSON.stringify({ method: 'equal', attribute: 'email', values: [u.email] })]], check: isList('users', 1), failure: () => [['nonsense']], type: 'general_argument_invalid' },
  listIdentities: { success: () => [], check: isWhole('identities'), failure: () => [['nonsense']], type: 'general_argument_invalid' },
  create: { success: (u) => ['unique()', `new-${u.email}`, undefined, 'correct horse battery', 'Ada'], check: isUser, failure: (u) => ['unique()', u.email], type: 'user_already_exists' },
  createArgon2User: hashed('$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA'),
  createBcryptUser: hashed('$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'),
  createMD5User: hashed('5f4dcc3b5aa765d61d8327deb882cf99'),
  createPHPassUser: hashed('$P$984478476IagS59wHZvyQMArzfx58u.'),
  createSHAUser: hashed('5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8', 'sha1'),
  createScryptUser: hashed(
    '7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887',
    'SodiumChloride', 16384, 8, 1, 64,
  ),
  createScryptModifiedUser: hashed(
    'lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==',
    '42xEC+ixf3L2lw==', 'Bw==', 'jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==',
  ),
  get: about(() => [], isUser),
  delete: about(() => [], isEmpty),
  updateName: { ...about(() => ['Grace'], (answer) => assert.equal(answer.name, 'Grace')), failure: (u) => [u.id, LONG], type: 'general_argument_invalid' },
  updateEmail: about((u) => [`other-${u.email}`], (answer) => assert.equal(answer.emailVerification ?? answer.emailverification, false)),
  updatePhone: { ...about((u) => [u.phone], (answer, u) => assert.equal(answer.phone, u.phone)), failure: (u) => [u.id, '12065550100'], type: 'general_argument_invalid' },
  updatePassword: { ...about(() => ['another good password'], isUser), failure: (u) => [u.id, 'short'], type: 'general_argument_invalid' },
  updateStatus: about(() => [false], (answer) => assert.equal(answer.status, false)),
  updateLabels: { ...about(() => [['vip']], (answer) => assert.deepEqual(answer.labels, ['vip'])), failure: (u) => [u.id, ['a-b']], type: 'general_argument_invalid' },
  updateEmailVerification: about(() => [true], isUser),
  updatePhoneVerification: { ...about(() => [false], isUser), failure: (u) => [u.id, true], type: 'user_phone_not_found' },
  getPrefs: about(() => [], (answer) => assert.deepEqual({ ...(answer.data ?? answer) }, {})),
  updatePrefs: about(() => [{ theme: 'dark' }], (answer) => assert.deepEqual(plain(answer), { theme: 'dark' })),
  listSessions: about(() => [], isList('sessions', 2)),
  createSession: about(() => [], (answer) => assert.ok(answer.secret.length > 20)),
  deleteSession: { success: async (u) => [u.id, await opened(u)], check: isEmpty, failure: (u) => [u.id, NOBODY], type: 'user_session_not_found' },
  deleteSessions: about(() => [], isEmpty),
  createToken: { ...about(() => [8, 60], (answer) => assert.equal(answer.secret.length, 8)), failure: (u) => [u.id, 3], type: 'general_argument_invalid' },
  createJWT: { ...about(() => [], (answer) => assert.equal(answer.jwt.split('.').length, 3)), failure: (u) => [u.id, NOBODY], type: 'user_session_not_found' },
  listLogs: { ...about(() => [], (answer) => assert.ok(answer.total >= 1)), failure: (u) => [u.id, ['nonsense']], type: 'general_query_invalid' },
  listMemberships: about(() => [], isList('memberships', 0)),
  listTargets: about(() => [], isList('targets', 0)),
  ...factorsOfServers,
  getTarget: { failure: (u) => [u.id, NOBODY], type: 'user_target_not_found' },
  updateTarget: { failure: (u) => [u.id, NOBODY, 'a'], type: 'user_target_not_found' },
  deleteTarget: { failure: (u) => [u.id, NOBODY], type: 'user_target_not_found' },
  deleteIdentity: { failure: () => [NOBODY], type: 'user_identity_not_found' },
};

/** The same for `run.mjs`: a server calls each. */
export const operationsOfServers = Object.fromEntries(Object.entries(users).map(([name, operation]) => [name, { ...operation, as: 'server' }]));
