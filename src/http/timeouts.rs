//! Time limits for clients of connections.

use std::time::Duration;

use crate::config::limits::Limits;

/// Time limits for clients of connections.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// How long a connection may be idle, since the end of the previous request.
    pub idle: Duration,
    /// How long the head of a request may take: from its first byte, or from the start of the connection for
    /// the first one (NW-8).
    pub head: Duration,
    /// How long a client may read nothing of a response. Shorter than the time for running requests when the
    /// server stops.
    pub progress: Duration,
}

impl Timeouts {
    /// The time limits of a server with these settings.
    pub fn new(limits: &Limits) -> Self {
        Self {
            idle: Duration::from_secs(limits.keep_alive_seconds),
            head: Duration::from_secs(10),
            progress: Duration::from_secs(20),
        }
    }
}
