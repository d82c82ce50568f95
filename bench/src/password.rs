//! What hashing a password costs in accountd.

use anyhow::Context;
use argon2::{Algorithm, Argon2, Params, Version};

/// argon2id with the least that accountd serves with.
pub fn argon2() -> anyhow::Result<Argon2<'static>> {
    let params = Params::new(19456, 2, 1, None).context("argon2 refuses these parameters")?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}
