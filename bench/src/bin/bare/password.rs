//! Verifying passwords at accountd's cost, a few at a time.

use std::sync::Arc;

use argon2::{Argon2, PasswordVerifier};
use bench::password::argon2;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

/// Verifies passwords.
#[derive(Debug)]
pub(crate) struct Passwords {
    argon2: Argon2<'static>,
    permits: Arc<Semaphore>,
}

impl Passwords {
    /// Verifies up to `concurrent` passwords at once.
    pub(crate) fn new(concurrent: usize) -> anyhow::Result<Self> {
        Ok(Self { argon2: argon2()?, permits: Arc::new(Semaphore::new(concurrent)) })
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
