//! All errors, with their types, codes and messages.

use std::borrow::Cow;
use std::time::Duration;

use crate::config::AuthMethod;

pub mod catalog;
mod missing_scopes;

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
        /// What is wrong with it, as a sentence.
        problem: String,
    },
    /// A query string of a list is invalid.
    #[error("Invalid query: {0}")]
    GeneralQueryInvalid(String),
    /// The row that a page of a list should lie beside doesn't exist.
    #[error("{row} '{id}' for the 'cursor' value not found.")]
    GeneralCursorNotFound {
        /// What the rows of the list are called.
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
    /// A page tried to sign in over a WebSocket, where no cookie can be set.
    #[error("A page can't sign in over a WebSocket, because no cookie can be set there. Use POST.")]
    GeneralCookieImpossible,
    /// No document is registered under this hash. Apollo's protocol requires this text.
    #[error("PersistedQueryNotFound")]
    PersistedQueryNotFound,
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
    /// The `type` and HTTP status of this error, in GraphQL and REST.
    pub fn wire(&self) -> (&'static str, u16) {
        match self {
            Self::GeneralArgumentInvalid { .. } => ("general_argument_invalid", 400),
            Self::GeneralQueryInvalid(_) => ("general_query_invalid", 400),
            Self::GeneralCursorNotFound { .. } => ("general_cursor_not_found", 400),
            Self::GeneralQueryTimeout => ("general_query_timeout", 400),
            Self::GeneralSmtpDisabled => ("general_smtp_disabled", 503),
            Self::GeneralPhoneDisabled => ("general_phone_disabled", 503),
            Self::GeneralBadRequest | Self::GeneralCookieImpossible => ("general_bad_request", 400),
            Self::GeneralUnauthorizedScope(_) | Self::GeneralMissingScopes(_) => {
                ("general_unauthorized_scope", 401)
            }
            Self::GeneralRateLimitExceeded { .. } => ("general_rate_limit_exceeded", 429),
            Self::GeneralServerBusy => ("general_server_busy", 503),
            Self::PersistedQueryNotFound => ("graphql_persisted_query_not_found", 404),
            Self::GeneralUnknownOrigin => ("general_unknown_origin", 403),
            Self::GraphqlDocumentNotTrusted => ("graphql_document_not_trusted", 403),
            Self::MessageNotFound => ("message_not_found", 404),
            Self::ProjectNotFound => ("project_not_found", 404),
            Self::ProjectIdMissing => ("project_id_missing", 403),
            Self::ProjectKeyExpired => ("project_key_expired", 401),
            Self::ProjectProviderDisabled => ("project_provider_disabled", 412),
            Self::ProjectProviderUnsupported => ("project_provider_unsupported", 400),
            Self::UserJwtInvalid(_) => ("user_jwt_invalid", 401),
            Self::UserJwtCreationDenied => ("user_jwt_creation_denied", 403),
            Self::UserJwtAndCookieSet => ("user_jwt_and_cookie_set", 403),
            Self::UserUnauthorized(_) => ("user_unauthorized", 401),
            Self::UserBlocked => ("user_blocked", 403),
            Self::UserAuthMethodUnsupported(_) => ("user_auth_method_unsupported", 501),
            Self::UserCountExceeded => ("user_count_exceeded", 501),
            Self::UserEmailNotWhitelisted => ("user_email_not_whitelisted", 401),
            Self::UserInvalidCredentials => ("user_invalid_credentials", 401),
            Self::UserAlreadyExists => ("user_already_exists", 409),
            Self::UserInvalidToken => ("user_invalid_token", 401),
            Self::UserPasswordMismatch => ("user_password_mismatch", 400),
            Self::UserEmailNotFound => ("user_email_not_found", 400),
            Self::UserPhoneNotFound => ("user_phone_not_found", 400),
            Self::UserEmailAlreadyVerified => ("user_email_already_verified", 409),
            Self::UserPhoneAlreadyVerified => ("user_phone_already_verified", 409),
            Self::UserNotFound => ("user_not_found", 404),
            Self::UserEmailAlreadyExists => ("user_email_already_exists", 409),
            Self::UserPhoneAlreadyExists => ("user_phone_already_exists", 409),
            Self::UserTargetAlreadyExists => ("user_target_already_exists", 409),
            Self::UserSessionAlreadyExists => ("user_session_already_exists", 401),
            Self::UserPrefsConflict { .. } => ("user_prefs_conflict", 409),
            Self::UserOauth2BadRequest => ("user_oauth2_bad_request", 400),
            Self::UserOauth2Unauthorized => ("user_oauth2_unauthorized", 401),
            Self::UserOauth2ProviderError => ("user_oauth2_provider_error", 424),
            Self::UserIdentityNotFound => ("user_identity_not_found", 404),
            Self::UserSessionNotFound => ("user_session_not_found", 404),
            Self::Internal(_) => ("general_server_error", 500),
        }
    }

    /// The error for an invalid argument.
    pub fn argument(argument: &'static str, problem: impl Into<String>) -> Self {
        Self::GeneralArgumentInvalid { argument, problem: problem.into() }
    }

    /// The name of the invalid argument, if it is one.
    pub fn at_fault(&self) -> Option<&'static str> {
        match self {
            Self::GeneralArgumentInvalid { argument, .. } => Some(argument),
            Self::GeneralQueryInvalid(_)
            | Self::GeneralCursorNotFound { .. }
            | Self::GeneralQueryTimeout => Some("queries"),
            Self::UserPasswordMismatch => Some("passwordAgain"),
            _ => None,
        }
    }

    /// The cause, or the configuration key to change. Only shown to developers.
    pub fn hint(&self) -> Option<Cow<'static, str>> {
        match self {
            Self::GeneralUnauthorizedScope(cause) | Self::UserJwtInvalid(cause) => {
                Some((*cause).into())
            }
            Self::GeneralRateLimitExceeded { setting, .. } => {
                Some(format!("This limit is set by {setting}.").into())
            }
            Self::UserAuthMethodUnsupported(method) => Some(method.is_off().into()),
            _ => None,
        }
    }

    /// Whether the same request may succeed a moment later.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::GeneralServerBusy | Self::Internal(_))
    }

    /// How long the client should wait before it tries again, if that helps.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::GeneralRateLimitExceeded { retry_after, .. } => Some(*retry_after),
            Self::GeneralServerBusy => Some(Duration::from_secs(1)),
            _ => None,
        }
    }
}

impl From<anyhow::Error> for Error {
    fn from(error: anyhow::Error) -> Self {
        Self::Internal(error)
    }
}
