//! The second factors of a project.

use serde::Deserialize;

/// Which second factors are on. Recovery codes always are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mfa {
    /// Codes of an authenticator app.
    pub totp: bool,
    /// Codes by SMS.
    pub phone: bool,
    /// Codes by e-mail.
    pub email: bool,
}

impl Default for Mfa {
    fn default() -> Self {
        Self { totp: true, phone: true, email: true }
    }
}
