//! The metrics.

use std::net::SocketAddr;

use serde::Deserialize;

use super::{ConfigErrors, Secret};

/// The shortest token, in bytes.
const SHORTEST: usize = 16;

/// The page `/metrics`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metrics {
    /// Where `/metrics` is served. Without it, `serve` has no metrics.
    pub listen: Option<SocketAddr>,
    /// The token for `Authorization: Bearer`, if one is needed.
    pub token: Option<Secret>,
}

impl Metrics {
    /// Warns of a token that is good for nothing.
    pub(super) fn warn_of_no_port(&self) -> Option<String> {
        (self.token.is_some() && self.listen.is_none()).then(|| {
            "metrics.token: there are no metrics without metrics.listen, the address and port of their own"
                .to_owned()
        })
    }

    /// Adds what is wrong. The API listens on `public`.
    pub(super) fn check(&self, public: SocketAddr, problems: &mut ConfigErrors) {
        let is_taken =
            public.port() != 0 && self.listen.is_some_and(|listen| listen.port() == public.port());
        problems.when(is_taken, "metrics.listen: needs another port than listen");
        let is_short = self.token.as_ref().is_some_and(|token| token.expose().len() < SHORTEST);
        problems.when(is_short, format!("metrics.token: at least {SHORTEST} bytes"));
        let is_broken = self.token.as_ref().is_some_and(|token| !token.is_one_line());
        problems
            .when(is_broken, "metrics.token: has a line break or another control character inside");
    }
}
