// Second factors: the methods of the account and those of servers, under both spellings (`createMFAChallenge`, `createMfaChallenge`).
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The code of an authenticator app that has this secret, now (RFC 6238). */
function totp(secret) {
  const bits = [...secret.replace(/=+$/, '')].map((c) => BASE32.indexOf(c).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const hash = createHmac('sha1', key).update(counter).digest();
  const offset = hash.at(-1) % 16;
  return String((hash.readUInt32BE(offset) % 2 ** 31) % 1_000_000).padStart(6, '0');
}

/** Begins to set up an authenticator app, and answers a code of it. */
const begun = async (u) => {
  const { accountCreateMFAAuthenticator: { secret } } = await u.run('accountCreateMFAAuthenticator(type: "totp") { secret }');
  return totp(secret);
};
/** Sets up an authenticator app. */
const enrolled = async (u) => u.run(`accountUpdateMFAAuthenticator(type: "totp", otp: "${await begun(u)}") { _id }`);
/** Makes recovery codes, and answers one. */
const recoveryCode = async (u) => {
  const { accountCreateMFARecoveryCodes: { recoveryCodes } } = await u.run('accountCreateMFARecoveryCodes { recoveryCodes }');
  return recoveryCodes[0];
};
/** Begins a challenge that a recovery code passes, and answers both. */
const challenged = async (u) => {
  const code = await recoveryCode(u);
  const { accountCreateMFAChallenge: { _id } } = await u.run('accountCreateMFAChallenge(factor: "recoverycode") { _id }');
  return [_id, code];
};

const areFactors = ({ totp: app, phone, email, recoveryCode: code, custom, ...others }) => {
  assert.deepEqual([app, phone, code ?? others.recoverycode, custom ?? false], [false, false, false, false]);
  assert.equal(typeof email, 'boolean');
};
const areCodes = (answer) => assert.ok((answer.recoveryCodes ?? answer.recoverycodes).length >= 1);
const isSecret = (answer) => { assert.match(answer.secret, /^[A-Z2-7]+=*$/); assert.match(answer.uri, /^otpauth:\/\/totp\//); };
const isUser = (answer) => { assert.ok(answer.$id ?? answer.id); assert.equal(typeof answer.mfa, 'boolean'); };
const isEmpty = (answer) => assert.ok(['', undefined].includes(answer?.message ?? answer), JSON.stringify(answer));

const GUEST = { failsAs: 'guest', failure: () => [], type: 'general_unauthorized_scope' };
const noCodes = { failure: () => [], type: 'user_recovery_codes_not_found' };

const ofAccount = {
  updateMFA: { success: () => [true], check: (answer) => assert.equal(answer.mfa, true), failsAs: 'guest', failure: () => [true], type: 'general_unauthorized_scope' },
  listMFAFactors: { success: () => [], check: areFactors, ...GUEST },
  createMFAAuthenticator: { success: () => ['totp'], check: isSecret, failure: () => ['palm'], type: 'general_argument_invalid' },
  updateMFAAuthenticator: { as: 'session', success: async (u) => ['totp', await begun(u)], check: isUser, failure: () => ['totp', '000000'], type: 'user_authenticator_not_found' },
  deleteMFAAuthenticator: { as: 'session', success: async (u) => { await enrolled(u); return ['totp']; }, check: isEmpty, failure: () => ['totp'], type: 'user_authenticator_not_found' },
  createMFAChallenge: { as: 'session', success: async (u) => { await enrolled(u); return ['totp']; }, check: (answer) => assert.ok(answer.$id ?? answer.id), failure: () => ['palm'], type: 'general_argument_invalid' },
  updateMFAChallenge: { as: 'session', success: challenged, check: (answer) => assert.ok(answer.factors.includes('recoveryCode')), failure: () => ['nobody', '000000'], type: 'user_invalid_token' },
  createMFARecoveryCodes: { as: 'session', success: () => [], check: areCodes, failure: async (u) => { await recoveryCode(u); return []; }, type: 'user_recovery_codes_already_exists' },
  updateMFARecoveryCodes: { as: 'session', success: async (u) => { await recoveryCode(u); return []; }, check: areCodes, ...noCodes },
  getMFARecoveryCodes: { as: 'session', success: async (u) => { await recoveryCode(u); return []; }, check: areCodes, ...noCodes },
};

/** A method of servers about the user, who has done `before`; it is refused about nobody. */
const about = (args, check, before = async () => {}) => ({
  success: async (u) => { await before(u); return [u.id, ...args]; },
  check,
  failure: () => ['nobody', ...args],
  type: 'user_not_found',
});

const ofServers = {
  updateMFA: about([true], (answer) => assert.equal(answer.mfa, true)),
  listMFAFactors: about([], areFactors),
  deleteMFAAuthenticator: about(['totp'], isEmpty, enrolled),
  createMFARecoveryCodes: about([], areCodes),
  updateMFARecoveryCodes: about([], areCodes, recoveryCode),
  getMFARecoveryCodes: about([], areCodes, recoveryCode),
};

/** Both spellings of each method; of `updateMFA`, servers have both, users one. */
const spelled = (operations) => Object.fromEntries(Object.entries(operations).flatMap(([name, operation]) => [
  [name, operation],
  [name.replace('MFA', 'Mfa'), operation],
]));

export const factorsOfAccount = spelled(ofAccount);
export const factorsOfServers = spelled(ofServers);
