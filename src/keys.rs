//! The keys of the server: one for each purpose, derived from the master secret.

use hkdf::Hkdf;
use sha2::Sha256;

/// Derives a key per purpose, so that nothing made for one purpose passes for another (security.md SJ-7).
#[derive(Clone)]
pub struct Keys(Hkdf<Sha256>);

impl Keys {
    /// Takes the master secret, of at least 32 bytes.
    pub fn new(master_secret: &[u8]) -> Self {
        Self(Hkdf::new(Some(b"accountd"), master_secret))
    }

    /// The key for `purpose`.
    pub fn derive(&self, purpose: &str) -> [u8; 32] {
        let mut key = [0; 32];
        // HKDF refuses only outputs of more than 255 blocks; this is one.
        let _ = self.0.expand(purpose.as_bytes(), &mut key);
        key
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SJ-7: keys of two purposes differ, and so do those of two master secrets.
    #[test]
    fn every_purpose_has_its_own_key() {
        let keys = Keys::new(&[1; 32]);

        assert_eq!(keys.derive("jwt"), keys.derive("jwt"));
        assert_ne!(keys.derive("jwt"), keys.derive("code"));
        assert_ne!(keys.derive("jwt"), Keys::new(&[2; 32]).derive("jwt"));
    }
}
