//! Recovery codes: 80 random bits each, in an alphabet that can be read out and typed.

use entity::UserKey;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq as _;

use crate::crypto::encrypter::Encrypter;
use crate::crypto::keys::PurposeKeys;
use crate::error::Result;
use crate::random::Random;

/// How many a user gets.
pub const CODES: usize = 10;
/// How many characters a code has, of five bits each.
const LENGTH: usize = 16;
/// After how many characters a hyphen stands.
const GROUP: usize = 4;
/// Crockford's base32: without I, L, O and U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The mask of a code that is not shown again.
pub const MASKED: &str = "****-****-****-****";

/// Draws a code, as it is shown: `7QHW-3K9D-XM2A-0VTB`.
pub fn draw(random: &Random) -> String {
    let bytes: [u8; LENGTH] = random.bytes();
    let mut code = String::new();
    for (at, byte) in bytes.iter().enumerate() {
        if at > 0 && at.is_multiple_of(GROUP) {
            code.push('-');
        }
        // 256 is a multiple of 32, so all characters are equally likely.
        let character = ALPHABET.get(usize::from(byte % 32)).copied();
        code.push(character.map_or('0', char::from));
    }
    code
}

/// The characters of a code that was typed: in any case, with or without spaces and hyphens, with O for 0 and I or L for 1.
/// None if it can't be a code.
pub fn as_drawn(text: &str) -> Option<String> {
    let mut code = String::new();
    for c in text.chars().filter(char::is_ascii_alphanumeric) {
        let c = match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            c => c,
        };
        if !ALPHABET.iter().any(|known| char::from(*known) == c) {
            return None;
        }
        code.push(c);
    }
    (code.len() == LENGTH).then_some(code)
}

/// Stores hashes of codes, encrypted: unlike keyed hashes they outlive the master secret. Each is bound to its user.
#[derive(Clone)]
pub struct StoredCodes(Encrypter);

impl StoredCodes {
    /// Creates it with the keys for this purpose only.
    pub fn new(keys: impl Into<PurposeKeys>) -> Self {
        Self(Encrypter::new(keys))
    }

    /// Encrypts the hash of a code of `user`, which comes from [`as_drawn`].
    pub fn encrypt(&self, user: &UserKey, code: &str, random: &Random) -> Result<String> {
        self.0.encrypt(&aad(user), &hex::encode(Sha256::digest(code)), random.bytes())
    }

    /// Whether `stored` is the stored form of `code`, compared in constant time.
    pub fn is(&self, user: &UserKey, stored: &str, code: &str) -> bool {
        let hash = self.0.decrypt(&aad(user), stored).and_then(|hash| hex::decode(hash).ok());
        hash.is_some_and(|hash| hash.ct_eq(Sha256::digest(code).as_slice()).into())
    }

    /// The stored form encrypted with the newest key; none if it is already.
    pub fn renew(&self, user: &UserKey, stored: &str, random: &Random) -> Option<String> {
        self.0.renew(&aad(user), stored, random.bytes())
    }
}

/// The additional authenticated data of a user's code. Ids of projects contain no slash.
fn aad((project, user): &UserKey) -> String {
    format!("{project}/{user}")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use entity::{ProjectId, UserId};

    use super::*;

    #[test]
    fn codes_do_not_repeat_and_are_read_as_they_are_typed() {
        let random = Random::seeded(1);

        let drawn: HashSet<String> = (0..100_000).map(|_| draw(&random)).collect();

        assert_eq!(drawn.len(), 100_000);
        for code in drawn.iter().take(1_000) {
            let plain = code.replace('-', "");
            assert_eq!(code.len(), MASKED.len());
            for typed in [
                code.clone(),
                plain.to_lowercase(),
                format!("  {} ", code.replace('-', " ")),
                code.replace('0', "o").replace('1', "l"),
            ] {
                assert_eq!(as_drawn(&typed).as_deref(), Some(plain.as_str()), "{typed}");
            }
        }
        for wrong in ["", "123456", "UUUU-UUUU-UUUU-UUUU", "7QHW-3K9D-XM2A-0VT", MASKED] {
            assert_eq!(as_drawn(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_stored_code_is_that_of_its_user() {
        let stored = StoredCodes::new([1; 32]);
        let key = |user: &str| (ProjectId::new("shop"), UserId::new(user));
        let sealed = stored.encrypt(&key("ada"), "7QHW3K9DXM2A0VTB", &Random::seeded(1)).unwrap();

        assert!(stored.is(&key("ada"), &sealed, "7QHW3K9DXM2A0VTB"));
        assert!(!stored.is(&key("ada"), &sealed, "7QHW3K9DXM2A0VTC"));
        assert!(!stored.is(&key("eve"), &sealed, "7QHW3K9DXM2A0VTB"));
        assert!(!StoredCodes::new([2; 32]).is(&key("ada"), &sealed, "7QHW3K9DXM2A0VTB"));
    }
}
