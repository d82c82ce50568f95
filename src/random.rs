//! Randomness: from the operating system, or from a seed for tests.

use std::fmt::Write;
use std::sync::{Arc, Mutex, PoisonError};

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// The source of all ids and secrets; nothing else generates random numbers.
#[derive(Clone)]
pub enum Random {
    /// The standard generator, seeded by the operating system.
    System,
    /// A seeded generator: the same numbers in every run.
    Seeded(Arc<Mutex<StdRng>>),
}

impl Random {
    /// A source with a fixed `seed`.
    pub fn seeded(seed: u64) -> Self {
        Self::Seeded(Arc::new(Mutex::new(StdRng::seed_from_u64(seed))))
    }

    /// `N` random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        match self {
            #[expect(clippy::disallowed_methods, reason = "this is the App's random source")]
            Self::System => rand::rng().fill_bytes(&mut bytes),
            Self::Seeded(rng) => {
                rng.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(&mut bytes);
            }
        }
        bytes
    }

    /// A new id: 20 lower-case hexadecimal digits, of which the first twelve are the time in milliseconds,
    /// so that ids sort by time.
    pub fn id(&self, now: entity::Timestamp) -> String {
        let mut id = format!("{:012x}", now.millis());
        for byte in self.bytes::<4>() {
            // Writing to a text can't fail.
            let _ = write!(id, "{byte:02x}");
        }
        id
    }
}
