//! What several instances share besides the rows.

use serde::Deserialize;

use super::Problems;
use super::SecretUrl;

/// The store of rate limits.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Redis {
    /// `redis://…` or `rediss://…`; without it, limits are counted in the database.
    pub url: Option<SecretUrl>,
    /// How many instances share the limits.
    pub instances: u32,
    /// How long an answer may take, in milliseconds.
    pub patience_ms: u64,
}

impl Redis {
    pub(super) fn check(&self, problems: &mut Problems) {
        let is_known = self
            .url
            .as_ref()
            .is_none_or(|url| matches!(url.scheme(), "redis" | "rediss") && url.has_host());
        problems.when(!is_known, "redis.url: neither redis://host nor rediss://host");
        problems.when(self.instances == 0, "redis.instances: at least 1");
        problems.when(self.patience_ms < 40, "redis.patience_ms: at least 40");
    }
}
