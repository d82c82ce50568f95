//! Random numbers: from the operating system, and from a seed for tests.

use std::fmt::Write;
use std::sync::{Arc, Mutex, PoisonError};

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// The source of every id and secret; nothing else draws random numbers.
#[derive(Clone)]
pub enum Random {
    /// The generator of the standard library's thread, seeded by the operating system.
    System,
    /// A generator that gives the same numbers in every run.
    Seeded(Arc<Mutex<StdRng>>),
}

impl Random {
    /// A source that gives the same numbers for the same `seed`.
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

    /// A new id: 20 lower-case hexadecimal digits, the first twelve of them the time in milliseconds,
    /// so that ids of later rows sort behind those of earlier ones.
    pub fn id(&self, now: entity::Timestamp) -> String {
        let mut id = format!("{:012x}", now.millis());
        for byte in self.bytes::<4>() {
            // Writing to a text can't fail.
            let _ = write!(id, "{byte:02x}");
        }
        id
    }
}
