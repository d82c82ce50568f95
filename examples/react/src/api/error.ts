// The server's errors, in words for users.

/** An error as the server writes it. */
export interface ErrorBody {
  message: string;
  extensions: { type: string; argument?: string; retryAfter?: number };
}

/** The server refused a request. */
export class ApiError extends Error {
  readonly type: string;
  /** The argument that is wrong. The app's forms name their fields like the arguments. */
  readonly argument: string | undefined;
  /** In how many seconds another attempt can succeed. */
  readonly retryAfter: number | undefined;

  constructor({ message, extensions }: ErrorBody) {
    super(message);
    this.type = extensions.type;
    this.argument = extensions.argument;
    this.retryAfter = extensions.retryAfter;
  }
}

/** The browser or the app refused something. The message is for users. */
export class OwnError extends Error {}

/** What to show, and next to which field if it belongs to one. */
export interface Problem {
  text: string;
  field?: string | undefined;
}

/** Texts by the `type` of the error. A form can have its own for some types. */
export type ErrorTexts = Record<string, Problem>;

const TYPES: ErrorTexts = {
  general_bad_request: { text: 'This was refused. Check what you entered.' },
  general_phone_disabled: { text: 'Text messages can’t be sent at the moment.' },
  general_server_busy: { text: 'The server is busy. Try again in a moment.' },
  general_smtp_disabled: { text: 'E-mails can’t be sent at the moment.' },
  general_unauthorized_scope: { text: 'You are signed out. Sign in again.' },
  project_provider_disabled: { text: 'This provider is not available.' },
  user_already_exists: { text: 'This address has an account already. Sign in instead.', field: 'email' },
  user_auth_method_unsupported: { text: 'This way of signing in is switched off.' },
  user_authenticator_already_verified: { text: 'You have an authenticator app already.' },
  user_blocked: { text: 'This account is blocked.' },
  user_challenge_required: { text: 'For this, confirm first that it is you.' },
  user_count_exceeded: { text: 'New accounts can’t be made here.' },
  user_email_not_whitelisted: { text: 'Addresses of this kind can’t be used here.', field: 'email' },
  user_invalid_credentials: { text: 'The e-mail address or the password is wrong.' },
  user_invalid_token: { text: 'This is wrong or out of date. Ask for a new one.', field: 'secret' },
  user_last_sign_in_method: { text: 'This is your only way to sign in. Add another passkey, an address or a number first.' },
  user_more_factors_required: { text: 'The second step of your sign-in is missing.' },
  user_oauth2_provider_error: { text: 'The provider could not be reached, or refused. Try again.' },
  user_oauth2_unauthorized: { text: 'You cancelled at the provider.' },
  user_passkey_already_exists: { text: 'This passkey is in use already.' },
  user_passkey_invalid: { text: 'This passkey is not known here.' },
  user_passkey_limit_exceeded: { text: 'You have ten passkeys. Delete one first.' },
  user_reauthentication_required: { text: 'For this, confirm first that it is you.' },
  user_recovery_codes_already_exists: { text: 'You have recovery codes already.' },
  user_session_not_found: { text: 'This session has ended already.' },
};

const ARGUMENTS: Record<string, string> = {
  email: 'This is not an e-mail address.',
  name: 'A name has 1 to 128 characters.',
  oldPassword: 'Enter your current password.',
  password: 'Choose another password: at least 8 characters, and not a common one.',
  phone: 'This is not a phone number. It starts with + and the country code.',
  secret: 'This is wrong or out of date. Ask for a new one.',
};

const OFFLINE = 'The server can’t be reached. Check your connection and try again.';

/** Says what went wrong. `own` are the texts of a form that differ from the usual ones. */
export function explain(error: unknown, own: ErrorTexts = {}): Problem {
  if (error instanceof OwnError) return { text: error.message };
  if (!(error instanceof ApiError)) return { text: OFFLINE };
  const { type, argument = '', retryAfter, message } = error;
  if (type === 'general_rate_limit_exceeded') return { text: `Too many attempts. Try again ${wait(retryAfter)}.` };
  return own[type] ?? TYPES[type] ?? { text: ARGUMENTS[argument] ?? message, field: argument };
}

function wait(seconds: number | undefined): string {
  if (!seconds) return 'later';
  const [count, unit] = seconds > 90 ? [Math.ceil(seconds / 60), 'minute'] : [seconds, 'second'];
  return `in ${count} ${unit}${count === 1 ? '' : 's'}`;
}
