//! Quotas: how many calls are allowed in a window of time.

use std::time::Duration;

/// A quota: `limit` calls within any `window`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quota {
    /// The name of the quota; only a keyed hash of it is stored.
    pub key: String,
    /// How many calls are allowed.
    pub limit: u32,
    /// The length of the window.
    pub window: Duration,
}

impl Quota {
    /// The quota of `part`, with `share` times the limit.
    #[must_use]
    pub fn scoped(&self, part: &str, share: u32) -> Self {
        Self {
            key: format!("{}/{part}", self.key),
            limit: self.limit.saturating_mul(share),
            window: self.window,
        }
    }
}

/// The quotas that all clients of a network share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NetworkQuota {
    /// Sending oversized documents.
    OversizedDocuments,
    /// Starting a sign-in with a provider.
    OAuthStart,
    /// The callback of a provider.
    OAuthCallback,
    /// Presenting a wrong API key to the console.
    ConsoleSignIn,
}

impl NetworkQuota {
    /// Its name in the keys of quotas.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::OversizedDocuments => "excess",
            Self::OAuthStart => "oauth2",
            Self::OAuthCallback => "oauth2/callback",
            Self::ConsoleSignIn => "console",
        }
    }
}
