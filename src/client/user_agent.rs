//! Parses user agent headers.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

mod codes;
mod detect;
mod rules;
#[cfg(test)]
mod tests;

/// How many bytes of a header are kept and read.
const LENGTH: usize = 512;
/// How many parsed headers are cached.
const REMEMBERED: usize = 4096;

/// The parts of a user agent header, in Appwrite's terms. Unknown parts are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserAgent {
    /// The operating system's short code, as `WIN`.
    pub os_code: String,
    /// The operating system's name.
    pub os_name: String,
    /// The operating system's version, in two components.
    pub os_version: String,
    /// The kind of client: `browser`, `library` or `desktop`.
    pub client_type: String,
    /// The client's short code, as `CH`.
    pub client_code: String,
    /// The client's name.
    pub client_name: String,
    /// The client's version, in two components.
    pub client_version: String,
    /// A browser's engine, as `Blink`.
    pub client_engine: String,
    /// The engine's full version.
    pub client_engine_version: String,
    /// The kind of device, as `desktop` or `smartphone`.
    pub device_name: String,
    /// The device's brand.
    pub device_brand: String,
    /// The device's model.
    pub device_model: String,
}

/// Parses a header, with a cache. The first call takes a moment, because it compiles the rules.
pub fn parse(text: &str) -> Arc<UserAgent> {
    let text = cut(text);
    if let Some(known) = seen().get(text) {
        return Arc::clone(known);
    }
    let agent = Arc::new(detect::detect(text));
    let mut seen = seen();
    if seen.len() >= REMEMBERED {
        seen.clear();
    }
    seen.insert(text.to_owned(), Arc::clone(&agent));
    agent
}

/// The first 512 bytes of a header, without splitting a character.
pub fn cut(text: &str) -> &str {
    text.split_at(text.floor_char_boundary(LENGTH)).0
}

/// The cache of parsed headers.
fn seen() -> MutexGuard<'static, HashMap<String, Arc<UserAgent>>> {
    static SEEN: LazyLock<Mutex<HashMap<String, Arc<UserAgent>>>> = LazyLock::new(Mutex::default);
    SEEN.lock().unwrap_or_else(PoisonError::into_inner)
}
