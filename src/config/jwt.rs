//! JWTs.

use serde::Deserialize;

use super::ConfigErrors;

/// The maximum lifetime of a JWT, in seconds.
const MAX_TTL_SECONDS: u32 = 900;

/// The settings of JWTs.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Jwt {
    /// How long a JWT is valid, in seconds.
    pub ttl_seconds: u32,
}

impl Jwt {
    pub(super) fn check(&self, problems: &mut ConfigErrors) {
        let is_outside = !(1..=MAX_TTL_SECONDS).contains(&self.ttl_seconds);
        problems.when(is_outside, format!("jwt.ttl_seconds: not 1 to {MAX_TTL_SECONDS}"));
    }
}
