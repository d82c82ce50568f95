//! The lifetime of a project's one-time secrets.

use std::time::Duration;

use entity::ProjectId;
use serde::Deserialize;

use crate::config::ConfigErrors;

/// The maximum lifetime of a one-time secret, in seconds: 30 days.
const MAX_TTL: u64 = 30 * 24 * 60 * 60;

/// The lifetime of a project's one-time secrets.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tokens {
    /// The lifetime of a recovery link.
    pub recovery_ttl_seconds: u64,
    /// The lifetime of a verification link.
    pub verification_ttl_seconds: u64,
    /// The lifetime of a magic link, and of the code in the same mail.
    pub magic_link_ttl_seconds: u64,
    /// The lifetime of a code by e-mail or SMS.
    pub code_ttl_seconds: u64,
}

impl Default for Tokens {
    fn default() -> Self {
        const HOUR: u64 = 60 * 60;
        Self {
            recovery_ttl_seconds: HOUR,
            verification_ttl_seconds: 7 * 24 * HOUR,
            magic_link_ttl_seconds: HOUR,
            code_ttl_seconds: HOUR / 4,
        }
    }
}

impl Tokens {
    /// The lifetime of a recovery link.
    pub fn recovery_ttl(&self) -> Duration {
        Duration::from_secs(self.recovery_ttl_seconds)
    }

    /// The lifetime of a verification link.
    pub fn verification_ttl(&self) -> Duration {
        Duration::from_secs(self.verification_ttl_seconds)
    }

    /// The lifetime of a magic link, and of the code in the same mail.
    pub fn magic_link_ttl(&self) -> Duration {
        Duration::from_secs(self.magic_link_ttl_seconds)
    }

    /// The lifetime of a code by e-mail or SMS.
    pub fn code_ttl(&self) -> Duration {
        Duration::from_secs(self.code_ttl_seconds)
    }

    pub(super) fn check(&self, project: &ProjectId, problems: &mut ConfigErrors) {
        let Self {
            recovery_ttl_seconds,
            verification_ttl_seconds,
            magic_link_ttl_seconds,
            code_ttl_seconds,
        } = *self;
        let ttls = [
            recovery_ttl_seconds,
            verification_ttl_seconds,
            magic_link_ttl_seconds,
            code_ttl_seconds,
        ];
        problems.when(
            ttls.iter().any(|ttl| !(60..=MAX_TTL).contains(ttl)),
            format!("projects.{project}.tokens: not 60 to {MAX_TTL} seconds"),
        );
    }
}
