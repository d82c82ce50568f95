//! The metrics page.

use serde::Deserialize;

use super::{ConfigErrors, Secret};

/// The shortest token, in bytes.
const SHORTEST: usize = 16;

/// The page `/metrics`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metrics {
    /// The token for `Authorization: Bearer`. Without it, `serve` has no metrics page.
    pub token: Option<Secret>,
}

impl Metrics {
    pub(super) fn check(&self, problems: &mut ConfigErrors) {
        let is_short = self.token.as_ref().is_some_and(|token| token.expose().len() < SHORTEST);
        problems.when(is_short, format!("metrics.token: at least {SHORTEST} bytes"));
        let is_broken = self.token.as_ref().is_some_and(|token| !token.is_one_line());
        problems
            .when(is_broken, "metrics.token: has a line break or another control character inside");
    }
}
