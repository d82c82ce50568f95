//! Taking turns: who works on one thing waits for the others who do, in this process.

use tokio::sync::{Mutex, MutexGuard};

/// How many things have turns of their own; a power of two.
const PLACES: usize = 64;

/// Turns for things that are named by a key. Now and then two keys share one, which costs time and nothing else.
#[derive(Debug)]
pub struct KeyedMutex([Mutex<()>; PLACES]);

impl Default for KeyedMutex {
    fn default() -> Self {
        Self([const { Mutex::const_new(()) }; PLACES])
    }
}

impl KeyedMutex {
    /// Waits until nobody else works on what `key` names; the turn lasts as long as what is answered.
    pub async fn lock(&self, key: &str) -> Option<MutexGuard<'_, ()>> {
        let sum = |sum: usize, byte: u8| sum.wrapping_mul(31).wrapping_add(byte.into());
        let place = key.bytes().fold(0, sum) & (PLACES - 1);
        Some(self.0.get(place)?.lock().await)
    }
}
