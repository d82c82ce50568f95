//! What hashing a password costs.

use serde::Deserialize;

use super::{ConfigErrors, Mode};

/// The parameters of argon2id, and how much of it runs at once.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Password {
    /// Memory of one hash, in KiB.
    pub memory_kib: u32,
    /// Passes over that memory.
    pub iterations: u32,
    /// Lanes of one hash.
    pub parallelism: u32,
    /// How many passwords are hashed at once; without it, as many as the machine has cores.
    pub concurrent: Option<usize>,
    /// How many more may wait.
    pub queue: usize,
}

impl Password {
    /// PW-1: stored hashes that ask for more than the upper bounds are refused, so none may be made.
    pub(super) fn check(&self, mode: Mode, problems: &mut ConfigErrors) {
        let (memory, iterations) = match mode {
            Mode::Serve => (19_456, 2),
            // What argon2 itself needs: tests hash as cheaply as they can.
            Mode::Dev => (self.parallelism.saturating_mul(8), 1),
        };
        let bounds = [
            ("memory_kib", self.memory_kib, memory, 256 * 1024),
            ("iterations", self.iterations, iterations, 10),
            ("parallelism", self.parallelism, 1, 8),
        ];
        for (key, value, least, most) in bounds {
            let is_outside = !(least..=most).contains(&value);
            problems.when(is_outside, format!("password.{key}: {value} is not {least} to {most}"));
        }
        problems.when(self.concurrent == Some(0), "password.concurrent: at least 1");
    }
}
