//! The factors that challenges ask for.

use entity::Factor;

use crate::client::Client;
use crate::config::Mfa;
use crate::error::{Error, Result};

/// A factor that a challenge can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Channel {
    Totp,
    Email,
    Phone,
    RecoveryCode,
}

impl Channel {
    const ALL: [Self; 4] = [Self::Totp, Self::Email, Self::Phone, Self::RecoveryCode];

    /// Parses the name in any case: official SDKs write `recoverycode`. Fails for one that doesn't exist here, or that the
    /// project has turned off.
    pub(super) fn parse(name: &str, client: &Client) -> Result<Self> {
        let known =
            Self::ALL.into_iter().find(|it| it.factor().as_str().eq_ignore_ascii_case(name));
        match known {
            Some(channel) => channel.require(client).map(|()| channel),
            None if name.eq_ignore_ascii_case("custom") => {
                Err(Error::UserFactorUnsupported("there is no factor `custom`"))
            }
            None => Err(Error::argument(
                "factor",
                "must be one of `totp`, `email`, `phone` and `recoveryCode`.",
            )),
        }
    }

    /// Fails if the project has turned it off.
    fn require(self, client: &Client) -> Result<()> {
        let Mfa { totp, phone, email } = client.project.mfa;
        let (is_on, setting) = match self {
            Self::Totp => (totp, "the project's setting mfa.totp is false"),
            Self::Email => (email, "the project's setting mfa.email is false"),
            Self::Phone => (phone, "the project's setting mfa.phone is false"),
            Self::RecoveryCode => (true, ""),
        };
        if is_on { Ok(()) } else { Err(Error::UserFactorUnsupported(setting)) }
    }

    /// Its factor in a session.
    pub(super) fn factor(self) -> Factor {
        match self {
            Self::Totp => Factor::Totp,
            Self::Email => Factor::Email,
            Self::Phone => Factor::Phone,
            Self::RecoveryCode => Factor::RecoveryCode,
        }
    }
}
