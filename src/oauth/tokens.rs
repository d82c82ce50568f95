//! What a provider hands out to act for a user.

use std::time::Duration;

use entity::Timestamp;
use openidconnect::OAuth2TokenResponse;
use openidconnect::core::CoreTokenResponse;
use serde::Deserialize;
use serde::Serialize;

/// For how long renewed tokens are not renewed again: a burst of calls is one (security.md OA-1).
const FRESH: Duration = Duration::from_secs(5);

/// The tokens of one grant.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderTokens {
    /// Opens the provider's interfaces.
    pub access_token: String,
    /// When the access token ends, if the provider tells.
    pub expires_at: Option<Timestamp>,
    /// Renews the access token; empty when there is none.
    pub refresh_token: String,
    /// When they were renewed, if ever.
    pub renewed_at: Option<Timestamp>,
}

impl ProviderTokens {
    pub(super) fn of(answer: &CoreTokenResponse, now: Timestamp) -> Self {
        Self {
            access_token: answer.access_token().secret().clone(),
            expires_at: answer.expires_in().map(|span| now + span),
            refresh_token: answer
                .refresh_token()
                .map_or_else(String::new, |token| token.secret().clone()),
            renewed_at: None,
        }
    }

    /// Whether they were renewed a moment ago.
    pub fn are_fresh(&self, now: Timestamp) -> bool {
        self.renewed_at.is_some_and(|renewed_at| now < renewed_at + FRESH)
    }
}
