//! Redis, for several instances.

use ::redis::IntoConnectionInfo;
use serde::Deserialize;

use super::{ConfigErrors, SecretUrl};

/// The store of rate limits.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Redis {
    /// `redis://…` or `rediss://…`; without it, limits are counted in the database.
    pub url: Option<SecretUrl>,
    /// How many instances share the limits.
    pub instances: u32,
    /// How long Redis may take to answer, in milliseconds.
    pub patience_ms: u64,
}

impl Redis {
    pub(super) fn check(&self, problems: &mut ConfigErrors) {
        let is_known =
            |url: &SecretUrl| matches!(url.scheme(), "redis" | "rediss") && url.has_host();
        match &self.url {
            Some(url) if !is_known(url) => {
                problems.note("redis.url: neither redis://host nor rediss://host");
            }
            // Parsed as at start.
            Some(url) if url.expose().clone().into_connection_info().is_err() => problems.note(
                "redis.url: what stands behind the host is neither a port nor the number of a database",
            ),
            Some(url) if url.expose().fragment().is_some() => {
                problems.note("redis.url: nothing may stand behind a #, and certificates are always verified");
            }
            Some(_) | None => {}
        }
        problems.when(self.instances == 0, "redis.instances: at least 1");
        problems.when(self.patience_ms < 40, "redis.patience_ms: at least 40");
    }
}
