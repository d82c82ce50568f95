//! The advice of an error, beside its type and message: what to change, and when to try again.

use std::borrow::Cow;

use super::Error;

impl Error {
    /// The name of the invalid argument, if it is one.
    pub fn at_fault(&self) -> Option<&'static str> {
        match self {
            Self::GeneralArgumentInvalid { argument, .. }
            | Self::GeneralUrlUnlisted { argument, .. } => Some(argument),
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
            Self::GeneralUnauthorizedScope(cause)
            | Self::UserJwtInvalid(cause)
            | Self::UserPasskeyInvalid(cause) => Some((*cause).into()),
            Self::GeneralUrlUnlisted { platform, .. } => {
                Some(format!("add \"{platform}\" to the project's `platforms`").into())
            }
            Self::GeneralRateLimitExceeded { setting, .. } => {
                Some(format!("This limit is set by {setting}.").into())
            }
            Self::UserAuthMethodUnsupported(method) => Some(method.is_off().into()),
            Self::PasskeysNotConfigured => {
                Some("the project's setting passkeys.rp_id is missing".into())
            }
            Self::UserFactorUnsupported(reason) => Some((*reason).into()),
            Self::UserMoreFactorsRequired => Some(
                "accountListMFAFactors says which; then accountCreateMFAChallenge and accountUpdateMFAChallenge".into(),
            ),
            Self::UserChallengeRequired => Some(
                "sign in anew, or pass a challenge: accountCreateMFAChallenge, accountUpdateMFAChallenge".into(),
            ),
            _ => None,
        }
    }

    /// Whether the same request may succeed a moment later.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::GeneralServerBusy | Self::Internal(_))
    }

    /// How many seconds the client should wait before it tries again, if that helps. Rounded up, so that who waits as long
    /// isn't refused again.
    pub fn retry_after(&self) -> Option<u64> {
        match self {
            Self::GeneralRateLimitExceeded { retry_after, .. } => {
                let begun = u64::from(retry_after.subsec_nanos() > 0);
                Some(retry_after.as_secs().saturating_add(begun).max(1))
            }
            Self::GeneralServerBusy => Some(1),
            _ => None,
        }
    }
}
