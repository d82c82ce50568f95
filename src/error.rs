//! All errors, with their types, codes and messages.

use std::borrow::Cow;
use std::time::Duration;

use crate::config::AuthMethod;

mod advice;
pub mod catalog;
mod missing_scopes;
mod wire;

pub use missing_scopes::MissingScopes;

/// The result of every operation.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a request failed, named like the `type` in responses. `Internal` is the only variant for faults of
/// the server.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An argument is missing or malformed; `argument` is its name on the wire.
    #[error("Invalid `{argument}` param: {problem}")]
    GeneralArgumentInvalid {
        /// The name of the argument.
        argument: &'static str,
        /// The problem, as a sentence.
        problem: String,
    },
    /// A URL leads to none of the project's platforms; `argument` is its name on the wire.
    #[error("Invalid `{argument}` param: {problem}")]
    GeneralUrlUnlisted {
        /// The name of the argument.
        argument: &'static str,
        /// The problem, as a sentence.
        problem: String,
        /// The platform to add, for developers.
        platform: String,
    },
    /// A query string of a list is invalid.
    #[error("Invalid query: {0}")]
    GeneralQueryInvalid(String),
    /// The row that a page of a list should lie beside doesn't exist.
    #[error("{row} '{id}' for the 'cursor' value not found.")]
    GeneralCursorNotFound {
        /// The noun for the rows of the list.
        row: &'static str,
        /// The id in the query.
        id: String,
    },
    /// A list could not be read in time.
    #[error(
        "The list could not be read in time with these queries. Add a filter by an attribute that has an index."
    )]
    GeneralQueryTimeout,
    /// The server has no mail transport.
    #[error("Mail is disabled: the server has no mail transport.")]
    GeneralSmtpDisabled,
    /// The server has no SMS transport.
    #[error("Phone authentication is disabled: the server has no SMS provider.")]
    GeneralPhoneDisabled,
    /// Fails without a reason, because the reason would reveal another account.
    #[error("The request could not be carried out with these values.")]
    GeneralBadRequest,
    /// The caller is not signed in; with the cause, for developers.
    #[error("User (role: guests) missing scope (account)")]
    GeneralUnauthorizedScope(&'static str),
    /// The caller has no API key with one of these scopes.
    #[error("{0}")]
    GeneralMissingScopes(MissingScopes),
    /// A limit is exceeded. The next call is possible after `retry_after`.
    #[error(
        "Rate limit for the current endpoint has been exceeded. Please try again after some time."
    )]
    GeneralRateLimitExceeded {
        /// How long until a call is allowed again.
        retry_after: Duration,
        /// The configuration key of the limit.
        setting: Cow<'static, str>,
    },
    /// Too many requests are waiting for a password hash or the database.
    #[error("The server is busy. Please try again in a moment.")]
    GeneralServerBusy,
    /// The client may not get the secret that it asks for.
    #[error("{0}")]
    GeneralSecretImpossible(&'static str),
    /// No document is registered under this hash. Apollo's protocol requires this text.
    #[error("PersistedQueryNotFound")]
    PersistedQueryNotFound,
    /// No document has this id, of which this is the beginning.
    #[error("There is no document `{0}`.")]
    GraphqlDocumentNotFound(String),
    /// The server runs only known documents.
    #[error("This server only runs trusted documents. Send the id of one.")]
    GraphqlDocumentNotTrusted,
    /// A cookie was sent by a page that is not on one of the project's platforms.
    #[error("The page's origin is not a platform of the project: its cookies are not accepted.")]
    GeneralUnknownOrigin,
    /// The request names a project that doesn't exist.
    #[error("Project with the requested ID could not be found.")]
    ProjectNotFound,
    /// The API key is of another project than the request.
    #[error(
        "When using project API key, make sure to pass x-appwrite-project header with your project ID."
    )]
    ProjectIdMissing,
    /// The API key has expired.
    #[error("The project key has expired. Create a new one.")]
    ProjectKeyExpired,
    /// The provider is not configured.
    #[error("This provider is disabled. The server has no configuration for it.")]
    ProjectProviderDisabled,
    /// The session's provider can't renew tokens.
    #[error("The chosen provider is not supported.")]
    ProjectProviderUnsupported,
    /// The JWT is malformed, forged or expired, or its session has ended; with the cause, for developers.
    #[error("The JWT is invalid: it is malformed, expired, or its session has ended.")]
    UserJwtInvalid(&'static str),
    /// A JWT can't be used to create a JWT.
    #[error("A JWT cannot be created with a JWT. Use the session itself.")]
    UserJwtCreationDenied,
    /// The request has credentials of two different sessions.
    #[error("The request has credentials of two different sessions. Send only one of them.")]
    UserJwtAndCookieSet,
    /// The API key is unknown or revoked, as the cause says.
    #[error("The current user is not authorized to perform the requested action: {0}.")]
    UserUnauthorized(&'static str),
    /// The account was blocked.
    #[error("The current user has been blocked.")]
    UserBlocked,
    /// The project has turned this sign-in method off.
    #[error("This sign-in method is turned off.")]
    UserAuthMethodUnsupported(AuthMethod),
    /// The project has turned this second factor off, or it doesn't exist here; with the reason, for developers.
    #[error("This second factor is turned off.")]
    UserFactorUnsupported(&'static str),
    /// The session lacks a second factor.
    #[error("More factors are required to complete the sign in process.")]
    UserMoreFactorsRequired,
    /// The sign-in or the last second factor is too long ago.
    #[error(
        "A recent sign-in or challenge is required for this action. Let the user pass a challenge (accountCreateMFAChallenge), and try again."
    )]
    UserChallengeRequired,
    /// The sign-in is too long ago, and the user has no second factor to show instead.
    #[error(
        "A recent sign-in is required for this action. Let the user sign in anew, and try again."
    )]
    UserReauthenticationRequired,
    /// The user has no such authenticator.
    #[error("Authenticator could not be found on the current user.")]
    UserAuthenticatorNotFound,
    /// The user's authenticator is verified already.
    #[error("This authenticator is already verified on the current user.")]
    UserAuthenticatorAlreadyVerified,
    /// The user has no recovery codes.
    #[error("Recovery codes could not be found on the current user.")]
    UserRecoveryCodesNotFound,
    /// The user has recovery codes, which are shown only once.
    #[error("The current account already generated recovery codes and they can only be read once.")]
    UserRecoveryCodesAlreadyExist,
    /// The user's e-mail address is not verified.
    #[error("The email address of the current user is not verified.")]
    UserEmailNotVerified,
    /// The user's phone number is not verified.
    #[error("The phone number of the current user is not verified.")]
    UserPhoneNotVerified,
    /// The project has no domain for passkeys.
    #[error("This sign-in method is turned off.")]
    PasskeysNotConfigured,
    /// The passkey's response can't be trusted, or the passkey is unknown; with the cause, for developers.
    #[error("The passkey could not be verified.")]
    UserPasskeyInvalid(&'static str),
    /// None of the caller's passkeys has this id.
    #[error("Passkey with the requested ID could not be found.")]
    UserPasskeyNotFound,
    /// A passkey with this id, or the same passkey, exists.
    #[error("A passkey with the same ID, or this passkey itself, already exists.")]
    UserPasskeyAlreadyExists,
    /// The user has as many passkeys as one may have.
    #[error("The current user has the maximum number of passkeys. Delete one first.")]
    UserPasskeyLimitExceeded,
    /// Without this passkey or provider account, the user couldn't sign in again.
    #[error(
        "This is the only way to sign in. Add another one first: a passkey, a password, a verified address or a provider account."
    )]
    UserLastSignInMethod,
    /// The project's sign-up is closed.
    #[error("Sign-up is closed: only existing users can sign in.")]
    UserCountExceeded,
    /// The project only admits e-mail addresses of certain domains.
    #[error("Only e-mail addresses of certain domains can sign up, and this address is not one.")]
    UserEmailNotWhitelisted,
    /// The address and password don't match an account.
    #[error("Invalid credentials. Please check the email and password.")]
    UserInvalidCredentials,
    /// A user with this id, e-mail address or phone number exists.
    #[error("A user with the same id, email, or phone already exists in this project.")]
    UserAlreadyExists,
    /// A one-time secret is wrong, expired, consumed, or for another purpose.
    #[error("Invalid token passed in the request.")]
    UserInvalidToken,
    /// The new password and its repetition differ.
    #[error("Passwords do not match. Please check the password and confirm password.")]
    UserPasswordMismatch,
    /// There is nothing to verify: the user has no e-mail address.
    #[error("The current user does not have an email address.")]
    UserEmailNotFound,
    /// There is nothing to verify: the user has no phone number.
    #[error("The current user does not have a phone number associated with their account.")]
    UserPhoneNotFound,
    /// The user's e-mail address is verified already.
    #[error("The email address is already verified.")]
    UserEmailAlreadyVerified,
    /// The user's phone number is verified already.
    #[error("The phone number is already verified.")]
    UserPhoneAlreadyVerified,
    /// No user has this id or address. For users, only if the project reveals accounts.
    #[error("User with the requested ID could not be found.")]
    UserNotFound,
    /// Another user has this e-mail address. Only if the project reveals accounts.
    #[error("A user with the same email already exists in this project.")]
    UserEmailAlreadyExists,
    /// Another user has this phone number. Only if the project reveals accounts.
    #[error("A user with the same phone number already exists in this project.")]
    UserPhoneAlreadyExists,
    /// A server gives a user the e-mail address or phone number of another one.
    #[error(
        "A target with the same ID already exists: another user has this e-mail address or phone number."
    )]
    UserTargetAlreadyExists,
    /// The user has no push target with this id.
    #[error("The target could not be found.")]
    UserTargetNotFound,
    /// The user has given no consent with this id.
    #[error("The consent could not be found.")]
    UserConsentNotFound,
    /// The caller is signed in already.
    #[error("Creation of a session is prohibited when a session is active.")]
    UserSessionAlreadyExists,
    /// The preferences have changed since the client has read them. Nothing was changed now.
    #[error("The preferences have changed. Their current revision is {revision}.")]
    UserPrefsConflict {
        /// The stored revision.
        revision: i32,
    },
    /// An OAuth callback of a sign-in that was not started in this browser, or has ended.
    #[error("This sign-in was not started in this browser, or has ended. Start again.")]
    UserOauth2BadRequest,
    /// The user declined at the provider.
    #[error("The user declined to sign in at the provider.")]
    UserOauth2Unauthorized,
    /// The provider failed, or its response can't be trusted.
    #[error("The OAuth2 provider returned some error.")]
    UserOauth2ProviderError,
    /// An ID token that an app presents is not accepted, for this reason.
    #[error("The provider's token is not accepted. {0}.")]
    UserOauth2TokenInvalid(String),
    /// None of the caller's identities has this id.
    #[error("Identity could not be found.")]
    UserIdentityNotFound,
    /// None of the caller's sessions has this id.
    #[error("The current user session could not be found.")]
    UserSessionNotFound,
    /// The outbox has no message with this id.
    #[error("Message with the requested ID could not be found.")]
    MessageNotFound,
    /// A fault of the server.
    #[error("Server Error")]
    Internal(#[source] anyhow::Error),
}

impl Error {
    /// The error for an invalid argument.
    pub fn argument(argument: &'static str, problem: impl Into<String>) -> Self {
        Self::GeneralArgumentInvalid { argument, problem: problem.into() }
    }
}

impl From<anyhow::Error> for Error {
    fn from(error: anyhow::Error) -> Self {
        Self::Internal(error)
    }
}
