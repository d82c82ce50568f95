//! The cost of password hashes.

use serde::Deserialize;

use super::{ConfigErrors, Mode};

/// The parameters of argon2id, and how many hashes run at once.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Password {
    /// Memory of one hash, in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub iterations: u32,
    /// Lanes of one hash.
    pub parallelism: u32,
    /// How many passwords are hashed at once. Default: as many as the machine has cores.
    pub concurrent: Option<usize>,
    /// How many more may wait.
    pub queue: usize,
}

impl Password {
    /// PW-1: stored hashes above the upper bounds are rejected, so none may be created.
    pub(super) fn check(&self, mode: Mode, problems: &mut ConfigErrors) {
        let (memory, iterations) = match mode {
            Mode::Serve => (19_456, 2),
            // The minimum of argon2, which tests use.
            Mode::Dev => (self.parallelism.saturating_mul(8), 1),
        };
        let bounds = [
            ("memory_kib", self.memory_kib, memory, 256 * 1024),
            ("iterations", self.iterations, iterations, 10),
            ("parallelism", self.parallelism, 1, 8),
        ];
        for (key, value, min, max) in bounds {
            let is_outside = !(min..=max).contains(&value);
            problems.when(is_outside, format!("password.{key}: {value} is not {min} to {max}"));
        }
        problems.when(self.concurrent == Some(0), "password.concurrent: at least 1");
    }
}
