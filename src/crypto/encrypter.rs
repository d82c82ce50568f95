//! Encrypts what must be decrypted later: queued messages, and the tokens of providers.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};

use crate::crypto::keys::PurposeKeys;
use crate::error::Result;

/// The prefix of every ciphertext: it names the key version.
const KEY_ID: &str = "1.";
/// The length of a nonce, in bytes: enough for random nonces.
const NONCE: usize = 24;

/// Encrypts texts with XChaCha20-Poly1305. Each is bound to its row, so that a copy in another row can't be
/// decrypted (D9).
#[derive(Clone)]
pub struct Encrypter {
    newest: XChaCha20Poly1305,
    previous: Vec<XChaCha20Poly1305>,
}

impl fmt::Debug for Encrypter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Encrypter")
    }
}

impl Encrypter {
    /// Creates an encrypter with the keys for its purpose only.
    pub fn new(keys: impl Into<PurposeKeys>) -> Self {
        let PurposeKeys { newest, previous } = keys.into();
        let cipher = |key: &[u8; 32]| XChaCha20Poly1305::new(key.into());
        Self { newest: cipher(&newest), previous: previous.iter().map(cipher).collect() }
    }

    /// Encrypts `text` with the newest key, bound to `aad`, such as the id of its row.
    pub fn encrypt(&self, aad: &str, text: &str, nonce: [u8; NONCE]) -> Result<String> {
        let payload = Payload { msg: text.as_bytes(), aad: aad.as_bytes() };
        let encrypted = self.newest.encrypt(&XNonce::from(nonce), payload);
        let encrypted = encrypted.map_err(|_| anyhow::anyhow!("a text could not be encrypted"))?;
        let bytes = [nonce.as_slice(), &encrypted].concat();
        Ok(format!("{KEY_ID}{}", STANDARD_NO_PAD.encode(bytes)))
    }

    /// Decrypts a text; none if it is bound to other data, or encrypted with a key that is none of these.
    pub fn decrypt(&self, aad: &str, encrypted: &str) -> Option<String> {
        decrypt(&self.newest, aad, encrypted).or_else(|| self.decrypt_previous(aad, encrypted))
    }

    /// Encrypts with the newest key what was encrypted with a previous one; none if that isn't so.
    pub fn renew(&self, aad: &str, encrypted: &str, nonce: [u8; NONCE]) -> Option<String> {
        if decrypt(&self.newest, aad, encrypted).is_some() {
            return None;
        }
        self.encrypt(aad, &self.decrypt_previous(aad, encrypted)?, nonce).ok()
    }

    fn decrypt_previous(&self, aad: &str, encrypted: &str) -> Option<String> {
        self.previous.iter().find_map(|cipher| decrypt(cipher, aad, encrypted))
    }
}

fn decrypt(cipher: &XChaCha20Poly1305, aad: &str, encrypted: &str) -> Option<String> {
    let bytes = STANDARD_NO_PAD.decode(encrypted.strip_prefix(KEY_ID)?).ok()?;
    let (nonce, encrypted) = bytes.split_first_chunk::<NONCE>()?;
    let payload = Payload { msg: encrypted, aad: aad.as_bytes() };
    let text = cipher.decrypt(&XNonce::from(*nonce), payload).ok()?;
    String::from_utf8(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_read_back_only_at_its_place_and_with_its_key() {
        let encrypter = Encrypter::new([1; 32]);

        let text = encrypter.encrypt("row 1", "a secret", [7; 24]).unwrap();

        assert!(!text.contains("secret"));
        assert_eq!(encrypter.decrypt("row 1", &text).as_deref(), Some("a secret"));
        assert_eq!(encrypter.decrypt("row 2", &text), None);
        assert_eq!(Encrypter::new([2; 32]).decrypt("row 1", &text), None);
        assert_eq!(encrypter.decrypt("row 1", ""), None);
        assert_eq!(encrypter.decrypt("row 1", &text.replace('A', "B")), None);
    }
    /// SJ-8: what was encrypted under a previous master secret can be read, and renewed once.
    #[test]
    fn a_text_of_a_previous_key_is_read_and_renewed() {
        let old = Encrypter::new([1; 32]);
        let both =
            Encrypter::new(PurposeKeys { newest: [2; 32], previous: vec![[3; 32], [1; 32]] });
        let text = old.encrypt("row 1", "a secret", [7; 24]).unwrap();

        let renewed = both.renew("row 1", &text, [8; 24]).unwrap();

        assert_eq!(both.decrypt("row 1", &text).as_deref(), Some("a secret"));
        assert_eq!(Encrypter::new([2; 32]).decrypt("row 1", &renewed).as_deref(), Some("a secret"));
        assert_eq!(both.renew("row 1", &renewed, [9; 24]), None);
        assert_eq!(both.renew("row 2", &text, [9; 24]), None);
        assert_eq!(both.renew("row 1", "", [9; 24]), None);
    }
}
