//! A mutex for each key, within this process.

use tokio::sync::{Mutex, MutexGuard};

/// The number of mutexes; a power of two.
const PLACES: usize = 64;

/// Mutexes by key. Two keys may share a mutex, which only costs time.
#[derive(Debug)]
pub struct KeyedMutex([Mutex<()>; PLACES]);

impl Default for KeyedMutex {
    fn default() -> Self {
        Self([const { Mutex::const_new(()) }; PLACES])
    }
}

impl KeyedMutex {
    /// Locks the key until the returned guard is dropped.
    pub async fn lock(&self, key: &str) -> Option<MutexGuard<'_, ()>> {
        let sum = |sum: usize, byte: u8| sum.wrapping_mul(31).wrapping_add(byte.into());
        let place = key.bytes().fold(0, sum) & (PLACES - 1);
        Some(self.0.get(place)?.lock().await)
    }
}
