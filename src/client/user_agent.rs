//! Parses user agent headers.

use std::sync::{Arc, LazyLock};

use moka::sync::Cache;

use crate::metrics::CacheUse;

mod codes;
mod detect;
mod rules;
#[cfg(test)]
mod tests;

/// How many bytes of a header are kept and read.
const LENGTH: usize = 512;
/// How many bytes cached headers may take, as `weight` estimates them.
const CAPACITY: u64 = 4 * 1024 * 1024;
/// The memory of a cached header beside its text: its parts and the cache's own data.
const OVERHEAD: usize = 1024;

/// The headers parsed before.
static PARSED: LazyLock<Cache<Arc<str>, Arc<UserAgent>>> = LazyLock::new(|| {
    let weigh = |text: &Arc<str>, _: &Arc<UserAgent>| weight(text);
    Cache::builder().max_capacity(CAPACITY).weigher(weigh).build()
});

static USAGE: LazyLock<CacheUse> = LazyLock::new(CacheUse::default);

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

/// Parses a header, with a cache. The first call takes a moment, because it loads the rules.
pub fn parse(text: &str) -> Arc<UserAgent> {
    let text = cut(text);
    let known = PARSED.get(text);
    USAGE.count(known.is_some());
    known.unwrap_or_else(|| {
        let agent = Arc::new(detect::detect(text));
        PARSED.insert(text.into(), Arc::clone(&agent));
        agent
    })
}

/// How often a header was parsed before.
pub fn usage() -> &'static CacheUse {
    &USAGE
}

/// How many bytes the headers take that were parsed before.
pub fn bytes() -> u64 {
    PARSED.run_pending_tasks();
    PARSED.weighted_size()
}

/// The first 512 bytes of a header, without splitting a character.
pub fn cut(text: &str) -> &str {
    text.split_at(text.floor_char_boundary(LENGTH)).0
}

fn weight(text: &str) -> u32 {
    u32::try_from(text.len().saturating_add(OVERHEAD)).unwrap_or(u32::MAX)
}
