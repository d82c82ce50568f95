// Passkeys: what the server and the browser send each other, in WebAuthn's JSON.
import { graphql } from '../gql';
import { run } from './client';
import { ApiError, OwnError } from './error';

const BeginPasskey = graphql(`
  mutation BeginPasskey($name: String) {
    accountCreatePasskey(name: $name) { passkeyId publicKey }
  }
`);

const AddPasskey = graphql(`
  mutation AddPasskey($passkeyId: String!, $credential: Assoc!) {
    accountUpdatePasskeyVerification(passkeyId: $passkeyId, credential: $credential) { _id }
  }
`);

const BeginPasskeySession = graphql(`
  mutation BeginPasskeySession {
    accountCreatePasskeyToken { _id publicKey }
  }
`);

const SignInWithPasskey = graphql(`
  mutation SignInWithPasskey($challengeId: String!, $credential: Assoc!) {
    accountCreatePasskeySession(challengeId: $challengeId, credential: $credential) { userId }
  }
`);

/** Whether the browser has passkeys, and reads WebAuthn's JSON. */
export const HAS_PASSKEYS = typeof PublicKeyCredential === 'function' && 'parseRequestOptionsFromJSON' in PublicKeyCredential;

/** A challenge lives five minutes: the address field gets a new one before. */
const ROUND = 4 * 60_000;

const REFUSALS: Record<string, string> = {
  InvalidStateError: 'This device has a passkey of yours already.',
  NotAllowedError: 'No passkey was used. You may have cancelled, or waited too long.',
  SecurityError: 'Passkeys don’t work at this address.',
};

/** A browser does one thing with passkeys at a time. What begins ends what the address field waits for. */
let waiting: AbortController | undefined;

async function ask(request: Promise<Credential | null>): Promise<PublicKeyCredential> {
  try {
    return await request as PublicKeyCredential;
  } catch (error) {
    const text = error instanceof DOMException && REFUSALS[error.name];
    throw text ? new OwnError(text) : error;
  }
}

/** The credential as the server reads it. */
const json = (credential: PublicKeyCredential): Record<string, unknown> => ({ ...credential.toJSON() });

/** Makes a passkey for the signed-in user. */
export async function addPasskey(name: string) {
  const { accountCreatePasskey: challenge } = await run(BeginPasskey, { name });
  if (!challenge) return;
  waiting?.abort();
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(challenge.publicKey as PublicKeyCredentialCreationOptionsJSON);
  const credential = await ask(navigator.credentials.create({ publicKey }));
  await run(AddPasskey, { passkeyId: challenge.passkeyId, credential: json(credential) });
}

/** Signs in with a passkey that the browser asks for: the id of the user. */
export async function signInWithPasskey(): Promise<string | undefined> {
  waiting?.abort();
  return request({});
}

/** Offers passkeys in the address field, until `signal`: true when somebody has signed in with one. */
export async function offerPasskeys(signal: AbortSignal): Promise<boolean> {
  if (!HAS_PASSKEYS || !await PublicKeyCredential.isConditionalMediationAvailable()) return false;
  while (!signal.aborted) {
    const controller = new AbortController();
    waiting = controller;
    const round = AbortSignal.any([signal, controller.signal, AbortSignal.timeout(ROUND)]);
    try {
      return Boolean(await request({ mediation: 'conditional', signal: round }));
    } catch (error) {
      // Only the time of the challenge was over: once more, with a new one.
      if (round.reason?.name === 'TimeoutError') continue;
      if (round.aborted || (error instanceof ApiError && error.type === 'user_auth_method_unsupported')) return false;
      throw error;
    }
  }
  return false;
}

async function request(options: CredentialRequestOptions): Promise<string | undefined> {
  const { accountCreatePasskeyToken: challenge } = await run(BeginPasskeySession);
  if (!challenge) return;
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(challenge.publicKey as PublicKeyCredentialRequestOptionsJSON);
  const credential = await ask(navigator.credentials.get({ ...options, publicKey }));
  try {
    const { accountCreatePasskeySession } = await run(SignInWithPasskey, { challengeId: challenge._id, credential: json(credential) });
    return accountCreatePasskeySession?.userId;
  } catch (error) {
    if (error instanceof ApiError && error.type === 'user_passkey_invalid') forget(publicKey.rpId, credential.id);
    throw error;
  }
}

/** Tells the browser that a passkey is gone, so that it is no longer offered. */
function forget(rpId: string | undefined, credentialId: string) {
  PublicKeyCredential.signalUnknownCredential?.({ rpId: rpId ?? location.hostname, credentialId }).catch(() => {});
}
