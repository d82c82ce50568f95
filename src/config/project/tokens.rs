//! How long the one-time secrets of a project live.

use std::time::Duration;

use entity::ProjectId;
use serde::Deserialize;

use crate::config::ConfigErrors;

/// The longest life of a one-time secret, in seconds: 30 days.
const MAX_TTL: u64 = 30 * 24 * 60 * 60;

/// How long the one-time secrets of a project live.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tokens {
    /// How long the link of a recovery mail counts.
    pub recovery_ttl_seconds: u64,
    /// How long the link of a verification mail counts.
    pub verification_ttl_seconds: u64,
    /// How long a magic link counts, and the code in its mail.
    pub magic_link_ttl_seconds: u64,
    /// How long a code of a mail or a text message counts.
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
    /// How long the link of a recovery mail counts.
    pub fn recovery_ttl(&self) -> Duration {
        Duration::from_secs(self.recovery_ttl_seconds)
    }

    /// How long the link of a verification mail counts.
    pub fn verification_ttl(&self) -> Duration {
        Duration::from_secs(self.verification_ttl_seconds)
    }

    /// How long a magic link counts, and the code in its mail.
    pub fn magic_link_ttl(&self) -> Duration {
        Duration::from_secs(self.magic_link_ttl_seconds)
    }

    /// How long a code of a mail or a text message counts.
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
