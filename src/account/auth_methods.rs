//! Refuses sign-in methods that the project has turned off.

use entity::token::Purpose;

use crate::client::Client;
use crate::config::AuthMethod;
use crate::error::{Error, Result};

/// Fails if the project has turned `method` off.
pub(super) fn require(client: &Client, method: AuthMethod) -> Result<()> {
    if client.project.auth.allows(method) {
        return Ok(());
    }
    Err(Error::UserAuthMethodUnsupported(method))
}

/// Fails if the sign-in methods of all `purposes` are off. Then no secret for one of them can be redeemed.
pub(super) fn require_one_of(client: &Client, purposes: &[Purpose]) -> Result<()> {
    let mut result = Ok(());
    for purpose in purposes {
        result = method_of(*purpose).map_or(Ok(()), |method| require(client, method));
        if result.is_ok() {
            break;
        }
    }
    result
}

/// The sign-in method that secrets of this purpose belong to; none for those that only verify an address, and for
/// those of servers.
fn method_of(purpose: Purpose) -> Option<AuthMethod> {
    match purpose {
        Purpose::Recovery | Purpose::RecoveryOtp => Some(AuthMethod::Password),
        // Servers decide for themselves.
        Purpose::EmailVerification | Purpose::EmailVerificationOtp | Purpose::ServerToken => None,
        Purpose::MagicUrlSession | Purpose::MagicUrlToken => Some(AuthMethod::MagicLink),
        Purpose::PhoneVerification | Purpose::PhoneSession | Purpose::PhoneToken => {
            Some(AuthMethod::Phone)
        }
        Purpose::EmailToken => Some(AuthMethod::EmailCode),
        Purpose::OAuth2Token => Some(AuthMethod::OAuth),
        Purpose::PasskeyToken => Some(AuthMethod::Passkey),
    }
}
