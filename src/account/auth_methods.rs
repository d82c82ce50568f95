//! Refusing the ways of signing in that a project has turned off.

use entity::token::Purpose;

use crate::client::Client;
use crate::config::AuthMethod;
use crate::error::{Error, Result};

/// Refuses if the project has turned `method` off.
pub(super) fn require(client: &Client, method: AuthMethod) -> Result<()> {
    if client.project.auth.allows(method) {
        return Ok(());
    }
    Err(Error::UserAuthMethodUnsupported(method))
}

/// Refuses if each of `purposes` belongs to a way that is off: whatever the secret, it redeems nothing.
pub(super) fn require_one_of(client: &Client, purposes: &[Purpose]) -> Result<()> {
    let mut refusal = Ok(());
    for purpose in purposes {
        refusal = method_of(*purpose).map_or(Ok(()), |method| require(client, method));
        if refusal.is_ok() {
            break;
        }
    }
    refusal
}

/// The way of signing in that a secret belongs to; none if it only verifies an address.
fn method_of(purpose: Purpose) -> Option<AuthMethod> {
    match purpose {
        Purpose::Recovery => Some(AuthMethod::Password),
        Purpose::EmailVerification => None,
        Purpose::MagicUrlSession | Purpose::MagicUrlToken => Some(AuthMethod::MagicLink),
        Purpose::PhoneVerification | Purpose::PhoneSession | Purpose::PhoneToken => {
            Some(AuthMethod::Phone)
        }
        Purpose::EmailToken => Some(AuthMethod::EmailCode),
        Purpose::OAuth2Token => Some(AuthMethod::OAuth),
    }
}
