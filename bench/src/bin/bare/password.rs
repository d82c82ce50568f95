//! Hashing passwords with argon2id at accountd's cost, a few at a time.

use std::sync::Arc;

use anyhow::Context;
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier, Version};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

/// Hashes and verifies passwords.
#[derive(Debug)]
pub(crate) struct Passwords {
    argon2: Argon2<'static>,
    permits: Arc<Semaphore>,
}

impl Passwords {
    /// Verifies up to `concurrent` passwords at once.
    pub(crate) fn new(concurrent: usize) -> anyhow::Result<Self> {
        let params = Params::new(19456, 2, 1, None).context("argon2 refuses these parameters")?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        Ok(Self { argon2, permits: Arc::new(Semaphore::new(concurrent)) })
    }

    /// Hashes a password, for storing.
    pub(crate) fn hash(&self, password: &str) -> anyhow::Result<String> {
        let salt = b"a salt of ours..";
        let hash = self.argon2.hash_password_with_salt(password.as_bytes(), salt);
        Ok(hash.context("the password could not be hashed")?.to_string())
    }

    /// Whether the password is the one that was hashed.
    pub(crate) async fn verify(&self, password: String, stored: String) -> anyhow::Result<bool> {
        let permit = Arc::clone(&self.permits).acquire_owned().await?;
        let argon2 = self.argon2.clone();
        let verified = spawn_blocking(move || {
            let _permit = permit;
            argon2.verify_password(password.as_bytes(), stored.as_str()).is_ok()
        });
        Ok(verified.await?)
    }
}
