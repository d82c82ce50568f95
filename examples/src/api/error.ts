// What the server refuses, in words for people.

/** An error of an answer, as the server writes it. */
export interface Failure {
  message: string;
  extensions: { type: string; code: number; argument?: string; retryAfter?: number };
}

/** A refusal of the server. */
export class ApiError extends Error {
  readonly type: string;
  readonly argument: string | undefined;
  /** After how many seconds another try can succeed. */
  readonly retryAfter: number | undefined;

  constructor({ message, extensions }: Failure) {
    super(message);
    this.type = extensions.type;
    this.argument = extensions.argument;
    this.retryAfter = extensions.retryAfter;
  }
}

const OFFLINE = 'The server can’t be reached. Check your connection, and try again.';

const TYPES: Record<string, string> = {
  general_server_busy: 'The server is busy. Try again in a moment.',
  general_unauthorized_scope: 'You are signed out. Sign in again.',
  user_already_exists: 'This e-mail address has an account. Sign in instead.',
  user_blocked: 'This account has been blocked.',
  user_invalid_credentials: 'E-mail address and password don’t match.',
  user_prefs_conflict: 'The preferences were changed elsewhere in the meantime. Nothing was saved.',
  user_session_not_found: 'This session has ended already.',
};

const ARGUMENTS: Record<string, string> = {
  email: 'This is not an e-mail address.',
  name: 'The name is too long: 128 characters at most.',
  password: 'Choose another password: 8 to 256 characters, and none that everybody uses.',
};

/** Says what went wrong. */
export function words(error: unknown): string {
  if (!(error instanceof ApiError)) return OFFLINE;
  const { type, argument = '', retryAfter, message } = error;
  if (type === 'general_rate_limit_exceeded') return `Too many tries. Try again ${wait(retryAfter)}.`;
  return TYPES[type] ?? ARGUMENTS[argument] ?? message;
}

function wait(seconds: number | undefined): string {
  if (!seconds) return 'later';
  const [count, unit] = seconds > 90 ? [Math.ceil(seconds / 60), 'minute'] : [seconds, 'second'];
  return `in ${count} ${unit}${count === 1 ? '' : 's'}`;
}
