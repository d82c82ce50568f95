//! How long the clients of connections are waited for.

use std::time::Duration;

use crate::config::limits::Limits;

/// How long the clients of connections are waited for.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// How long a connection stays open without a request, counted from the end of the request before.
    pub idle: Duration,
    /// How long the head of a request may take to arrive, counted from its first byte, and for the first one of a connection
    /// from the beginning; the connection is closed then (NW-8).
    pub head: Duration,
    /// How long a client may read nothing while there is something for it; the connection is closed then. Shorter than what
    /// requests in flight are given when the server stops.
    pub progress: Duration,
}

impl Patience {
    /// That of a server with these limits.
    pub fn new(limits: &Limits) -> Self {
        Self {
            idle: Duration::from_secs(limits.keep_alive_seconds),
            head: Duration::from_secs(10),
            progress: Duration::from_secs(20),
        }
    }
}
