//! Encrypts what must be decrypted later: queued messages, and the tokens of providers.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};

use crate::error::Result;

/// The prefix of every ciphertext: it names the key version.
const KEY_ID: &str = "1.";
/// The length of a nonce, in bytes: enough for random nonces.
const NONCE: usize = 24;

/// Encrypts texts with XChaCha20-Poly1305. Each is bound to its row, so that a copy in another row can't be
/// decrypted (D9).
#[derive(Clone)]
pub struct Encrypter(XChaCha20Poly1305);

impl Encrypter {
    /// Creates an encrypter with a key for its purpose only.
    pub fn new(key: &[u8; 32]) -> Self {
        Self(XChaCha20Poly1305::new(key.into()))
    }

    /// Encrypts `text`, bound to `aad`, such as the id of its row.
    pub fn encrypt(&self, aad: &str, text: &str, nonce: [u8; NONCE]) -> Result<String> {
        let payload = Payload { msg: text.as_bytes(), aad: aad.as_bytes() };
        let encrypted = self.0.encrypt(&XNonce::from(nonce), payload);
        let encrypted = encrypted.map_err(|_| anyhow::anyhow!("a text could not be encrypted"))?;
        let bytes = [nonce.as_slice(), &encrypted].concat();
        Ok(format!("{KEY_ID}{}", STANDARD_NO_PAD.encode(bytes)))
    }

    /// Decrypts a text; none if it is bound to other data or encrypted with another key.
    pub fn decrypt(&self, aad: &str, encrypted: &str) -> Option<String> {
        let bytes = STANDARD_NO_PAD.decode(encrypted.strip_prefix(KEY_ID)?).ok()?;
        let (nonce, encrypted) = bytes.split_first_chunk::<NONCE>()?;
        let payload = Payload { msg: encrypted, aad: aad.as_bytes() };
        let text = self.0.decrypt(&XNonce::from(*nonce), payload).ok()?;
        String::from_utf8(text).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_read_back_only_at_its_place_and_with_its_key() {
        let encrypter = Encrypter::new(&[1; 32]);

        let text = encrypter.encrypt("row 1", "a secret", [7; 24]).unwrap();

        assert!(!text.contains("secret"));
        assert_eq!(encrypter.decrypt("row 1", &text).as_deref(), Some("a secret"));
        assert_eq!(encrypter.decrypt("row 2", &text), None);
        assert_eq!(Encrypter::new(&[2; 32]).decrypt("row 1", &text), None);
        assert_eq!(encrypter.decrypt("row 1", ""), None);
        assert_eq!(encrypter.decrypt("row 1", &text.replace('A', "B")), None);
    }
}
