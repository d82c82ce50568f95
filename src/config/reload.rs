//! Which settings a running server takes over, and which only a start reads.

use super::Config;

/// The settings and tables that only a start reads: addresses, stores, keys, and what running connections rely on.
const AT_START: [&str; 14] = [
    "listen",
    "drain_seconds",
    "socket",
    "master_secret",
    "master_secret_file",
    "master_secret_previous",
    "master_secret_previous_files",
    "database",
    "redis",
    "metrics.listen",
    "otlp",
    "limits.keep_alive_seconds",
    "password",
    "jwt",
];

/// Whether a setting counts only after a restart.
pub fn needs_restart(key: &str) -> bool {
    AT_START.iter().any(|setting| {
        key.strip_prefix(setting).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    })
}

impl Config {
    /// Keeps what only a start reads from the configuration that a server runs with.
    #[must_use]
    pub fn keep(self, running: &Self) -> Self {
        let mut kept = Self {
            mode: running.mode,
            listen: running.listen,
            drain_seconds: running.drain_seconds,
            socket: running.socket.clone(),
            master_secret: running.master_secret.clone(),
            master_secret_file: running.master_secret_file.clone(),
            master_secret_previous: running.master_secret_previous.clone(),
            master_secret_previous_files: running.master_secret_previous_files.clone(),
            database: running.database.clone(),
            redis: running.redis.clone(),
            password: running.password.clone(),
            jwt: running.jwt.clone(),
            otlp: running.otlp.clone(),
            ..self
        };
        kept.metrics.listen = running.metrics.listen;
        kept.limits.keep_alive_seconds = running.limits.keep_alive_seconds;
        kept
    }
}
