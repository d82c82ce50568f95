//! The type and status of each error.

use super::Error;

impl Error {
    /// The `type` and HTTP status of this error, in GraphQL and REST.
    #[expect(clippy::too_many_lines, reason = "a line for each error")]
    pub fn wire(&self) -> (&'static str, u16) {
        match self {
            Self::GeneralArgumentInvalid { .. } | Self::GeneralUrlUnlisted { .. } => {
                ("general_argument_invalid", 400)
            }
            Self::GeneralQueryInvalid(_) => ("general_query_invalid", 400),
            Self::GeneralCursorNotFound { .. } => ("general_cursor_not_found", 400),
            Self::GeneralQueryTimeout => ("general_query_timeout", 400),
            Self::GeneralSmtpDisabled => ("general_smtp_disabled", 503),
            Self::GeneralPhoneDisabled => ("general_phone_disabled", 503),
            Self::GeneralBadRequest | Self::GeneralSecretImpossible(_) => {
                ("general_bad_request", 400)
            }
            Self::GeneralUnauthorizedScope(_) | Self::GeneralMissingScopes(_) => {
                ("general_unauthorized_scope", 401)
            }
            Self::GeneralRateLimitExceeded { .. } => ("general_rate_limit_exceeded", 429),
            Self::GeneralServerBusy => ("general_server_busy", 503),
            Self::PersistedQueryNotFound | Self::GraphqlDocumentNotFound(_) => {
                ("graphql_persisted_query_not_found", 404)
            }
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
            Self::UserAuthMethodUnsupported(_)
            | Self::UserFactorUnsupported(_)
            | Self::PasskeysNotConfigured => ("user_auth_method_unsupported", 501),
            Self::UserPasskeyInvalid(_) => ("user_passkey_invalid", 401),
            Self::UserPasskeyNotFound => ("user_passkey_not_found", 404),
            Self::UserPasskeyAlreadyExists => ("user_passkey_already_exists", 409),
            Self::UserPasskeyLimitExceeded => ("user_passkey_limit_exceeded", 400),
            Self::UserLastSignInMethod => ("user_last_sign_in_method", 400),
            Self::UserMoreFactorsRequired => ("user_more_factors_required", 401),
            Self::UserChallengeRequired => ("user_challenge_required", 401),
            Self::UserReauthenticationRequired => ("user_reauthentication_required", 401),
            Self::UserAuthenticatorNotFound => ("user_authenticator_not_found", 404),
            Self::UserAuthenticatorAlreadyVerified => ("user_authenticator_already_verified", 409),
            Self::UserRecoveryCodesNotFound => ("user_recovery_codes_not_found", 404),
            Self::UserRecoveryCodesAlreadyExist => ("user_recovery_codes_already_exists", 409),
            Self::UserEmailNotVerified => ("user_email_not_verified", 400),
            Self::UserPhoneNotVerified => ("user_phone_not_verified", 400),
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
            Self::UserTargetNotFound => ("user_target_not_found", 404),
            Self::UserConsentNotFound => ("user_consent_not_found", 404),
            Self::UserSessionAlreadyExists => ("user_session_already_exists", 401),
            Self::UserPrefsConflict { .. } => ("user_prefs_conflict", 409),
            Self::UserOauth2BadRequest => ("user_oauth2_bad_request", 400),
            Self::UserOauth2Unauthorized => ("user_oauth2_unauthorized", 401),
            Self::UserOauth2ProviderError => ("user_oauth2_provider_error", 424),
            Self::UserOauth2TokenInvalid(_) => ("user_oauth2_token_invalid", 401),
            Self::UserIdentityNotFound => ("user_identity_not_found", 404),
            Self::UserSessionNotFound => ("user_session_not_found", 404),
            Self::Internal(_) => ("general_server_error", 500),
        }
    }
}
