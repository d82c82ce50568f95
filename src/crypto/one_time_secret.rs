//! One-time secrets: long ones for links, and six-digit codes.

use std::borrow::Cow;

use entity::token::Purpose;
use entity::{ChallengeId, Timestamp, TokenId, UserKey};
use hmac::{Hmac, KeyInit, Mac};
use sea_orm::ActiveEnum;
use sha2::Sha256;

use crate::crypto::keys::PurposeKeys;
use crate::crypto::sha256_hex;
use crate::random::Random;
use crate::text::{is_invisible, trim};

/// How many codes there are.
const CODES: u32 = 1_000_000;
/// How many digits a code has.
const CODE_DIGITS: usize = 6;
/// From how many hexadecimal digits on a secret can't be guessed.
const UNGUESSABLE_DIGITS: usize = 32;
/// The characters of shorter secrets, five bits each: none looks like another.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// The longest secret, in hexadecimal digits, and in bytes.
const MAX_DIGITS: usize = 128;
const MAX_BYTES: usize = 64;

/// How many bytes the handle of a user has.
const HANDLE_LENGTH: usize = 16;

/// Generates a link's secret: 256 random bits in hexadecimal (OT-4).
pub fn link_secret(random: &Random) -> String {
    hex::encode(random.bytes::<32>())
}

/// Generates a secret of so many characters, at most 128. One that can't be guessed has hexadecimal digits, as those of links;
/// a shorter one has five bits in each character, so that four of them have 20.
pub fn secret_of_length(random: &Random, length: usize) -> String {
    if length >= UNGUESSABLE_DIGITS {
        return hex::encode(random.bytes::<MAX_BYTES>()).chars().take(length).collect();
    }
    // 256 is a multiple of 32, so all characters are equally likely.
    let characters = random.bytes::<UNGUESSABLE_DIGITS>();
    let characters = characters.iter().take(length).map(|byte| usize::from(byte % 32));
    characters.filter_map(|at| ALPHABET.get(at)).copied().map(char::from).collect()
}

/// Whether `text` looks like a link's secret, or another one that can't be guessed; anything else counts as
/// an attempt at a code.
pub fn is_link_secret(text: &str) -> bool {
    (UNGUESSABLE_DIGITS..=MAX_DIGITS).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Normalises a secret that was typed or pasted: removes spaces and dashes between the digits of a code,
/// line breaks within a link's secret, and spaces around anything. Digits of other scripts are not accepted
/// (N-72).
pub fn as_sent(text: &str) -> Cow<'_, str> {
    let text = trim(text);
    let is_between = |c: &char| is_invisible(*c) || is_dash(*c);
    let compact: String = text.chars().filter(|c| !is_between(c)).collect();
    let is_code = compact.len() == CODE_DIGITS && compact.bytes().all(|byte| byte.is_ascii_digit());
    if is_code || is_link_secret(&compact) { Cow::Owned(compact) } else { Cow::Borrowed(text) }
}

/// Whether a character is one of the hyphens and dashes that keyboards have.
fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}')
}

/// The stored hash of a link's secret, which it is found by.
pub fn hash_link_secret(secret: &str) -> String {
    sha256_hex(secret.as_bytes())
}

/// Generates a six-digit code, uniformly distributed (OT-4).
pub fn code(random: &Random) -> String {
    // Numbers above the last full range would favour low codes.
    let rounds = u32::MAX / CODES * CODES;
    loop {
        let number = u32::from_le_bytes(random.bytes());
        if number < rounds {
            return format!("{:06}", number % CODES);
        }
    }
}

/// Hashes codes with a key that is not in the database. Without the key, all million codes could be tried
/// against a hash.
#[derive(Clone)]
pub struct CodeHasher {
    newest: Hmac<Sha256>,
    previous: Vec<Hmac<Sha256>>,
}

impl CodeHasher {
    /// Creates it with the keys for this purpose only.
    pub fn new(keys: impl Into<PurposeKeys>) -> anyhow::Result<Self> {
        let PurposeKeys { newest, previous } = keys.into();
        let mac = |key: &[u8; 32]| Hmac::new_from_slice(key);
        let previous = previous.iter().map(mac).collect::<Result<_, _>>()?;
        Ok(Self { newest: mac(&newest)?, previous })
    }

    /// The stored hash of `code`: bound to its row, purpose and address.
    pub fn hash(&self, id: &TokenId, purpose: Purpose, address: &str, code: &str) -> String {
        self.hash_parts([id.as_str(), &purpose.to_value(), address, code])
    }

    /// The handle that passkeys know a user by: always the same, and of no use to others. A later account with the id of a
    /// deleted one has another.
    pub fn passkey_handle(&self, (project, user): &UserKey, created_at: Timestamp) -> Vec<u8> {
        let created_at = created_at.millis().to_string();
        let parts = [project.as_str(), "passkey handle", user.as_str(), &created_at];
        let mac = bound(&self.newest, parts).finalize().into_bytes();
        mac.into_iter().take(HANDLE_LENGTH).collect()
    }

    /// The stored hash of a challenge's code, bound to the challenge and the address.
    pub fn hash_challenge(&self, id: &ChallengeId, address: &str, code: &str) -> String {
        self.hash_parts([id.as_str(), "challenge", address, code])
    }

    /// Compares the code of a challenge with its hash in constant time.
    pub fn matches_challenge(
        &self,
        hash: &str,
        id: &ChallengeId,
        address: &str,
        code: &str,
    ) -> bool {
        self.matches_parts(hash, [id.as_str(), "challenge", address, code])
    }

    fn hash_parts(&self, parts: [&str; 4]) -> String {
        hex::encode(bound(&self.newest, parts).finalize().into_bytes())
    }

    fn matches_parts(&self, hash: &str, parts: [&str; 4]) -> bool {
        let Ok(hash) = hex::decode(hash) else { return false };
        let mut macs = [&self.newest].into_iter().chain(&self.previous);
        macs.any(|mac| bound(mac, parts).verify_slice(&hash).is_ok())
    }

    /// Compares a code with its hash in constant time (OT-13).
    pub fn matches(
        &self,
        hash: &str,
        (id, purpose, address): (&TokenId, Purpose, &str),
        code: &str,
    ) -> bool {
        self.matches_parts(hash, [id.as_str(), &purpose.to_value(), address, code])
    }
}

fn bound(mac: &Hmac<Sha256>, parts: [&str; 4]) -> Hmac<Sha256> {
    let mut mac = mac.clone();
    for part in parts {
        mac.update(part.as_bytes());
        mac.update(&[0]);
    }
    mac
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// OT-4: no link secret comes twice.
    #[test]
    fn link_secrets_do_not_repeat() {
        let random = Random::System;

        let drawn: HashSet<String> = (0..1_000_000).map(|_| link_secret(&random)).collect();

        assert_eq!(drawn.len(), 1_000_000);
        assert!(drawn.iter().all(|secret| is_link_secret(secret)));
    }

    /// OT-4: secrets of four characters have 20 bits: all 32 characters come at each place.
    #[test]
    fn short_secrets_have_five_bits_a_character() {
        let random = Random::seeded(5);
        let mut seen: [HashSet<char>; 4] = Default::default();
        for _ in 0..10_000 {
            let secret = secret_of_length(&random, 4);
            assert_eq!(secret.len(), 4);
            for (seen, character) in seen.iter_mut().zip(secret.chars()) {
                seen.insert(character);
            }
        }

        assert!(seen.iter().all(|seen| seen.len() == 32), "{seen:?}");
        for length in [4, 6, 31, 32, 33, 128] {
            let secret = secret_of_length(&random, length);
            assert_eq!((secret.len(), is_link_secret(&secret)), (length, length >= 32));
        }
    }

    /// OT-4: a million codes are uniformly distributed: chi-square over 1,000 classes, p > 0.001.
    #[test]
    fn codes_are_uniform() {
        let random = Random::seeded(4);
        let mut classes = [0_u32; 1_000];
        for _ in 0..1_000_000 {
            let code = code(&random);
            assert_eq!(code.len(), 6);
            classes[code.parse::<usize>().unwrap() / 1_000] += 1;
        }

        let chi_square: f64 =
            classes.iter().map(|seen| (f64::from(*seen) - 1_000.0).powi(2) / 1_000.0).sum();

        // The 0.999 quantile for 999 degrees of freedom.
        assert!(chi_square < 1_143.9, "{chi_square}");
    }

    /// C-35: however a code or the secret of a link was typed or pasted, it is the one that was sent.
    #[test]
    fn spaces_in_a_secret_do_not_count() {
        for text in [
            "415339",
            "415 339",
            " 415339\n",
            "415-339",
            "415 - 339",
            "415\u{2013}339",
            "415\u{2011}339",
            "415\u{a0}339",
            "415\u{202f}339",
            "4 1 5 3 3 9",
            "\u{200e}415\u{200b}339",
        ] {
            assert_eq!(as_sent(text), "415339", "{text:?}");
        }
        let secret = link_secret(&Random::seeded(1));
        let (start, end) = secret.split_at(40);
        for text in
            [format!(" {secret}\n"), format!("{start}\r\n{end}"), format!("\u{feff}{secret}\u{a0}")]
        {
            assert_eq!(as_sent(&text), secret, "{text:?}");
        }
        for (text, sent) in [
            ("41533", "41533"),
            ("415 33", "415 33"),
            (" 4153390 ", "4153390"),
            ("41533a", "41533a"),
            ("４１５３３９", "４１５３３９"),
            ("٤١٥٣٣٩", "٤١٥٣٣٩"),
            ("", ""),
        ] {
            assert_eq!(as_sent(text), sent);
        }
    }

    #[test]
    fn a_code_matches_at_its_place_only() {
        let hasher = CodeHasher::new([1; 32]).unwrap();
        let (id, other) = (TokenId::new("1"), TokenId::new("2"));
        let (purpose, address) = (Purpose::PhoneSession, "+12065550100");

        let hash = hasher.hash(&id, purpose, address, "012345");

        assert!(hasher.matches(&hash, (&id, purpose, address), "012345"));
        assert!(!hasher.matches(&hash, (&id, purpose, address), "012346"));
        assert!(!hasher.matches(&hash, (&other, purpose, address), "012345"));
        assert!(!hasher.matches(&hash, (&id, Purpose::PhoneToken, address), "012345"));
        assert!(!hasher.matches(&hash, (&id, purpose, "+12065550101"), "012345"));
        let keyed_otherwise = CodeHasher::new([2; 32]).unwrap();
        assert!(!keyed_otherwise.matches(&hash, (&id, purpose, address), "012345"));
        let renewed = PurposeKeys { newest: [2; 32], previous: vec![[1; 32]] };
        let renewed = CodeHasher::new(renewed).unwrap();
        assert!(renewed.matches(&hash, (&id, purpose, address), "012345"));
        assert!(!renewed.matches(&hash, (&id, purpose, address), "012346"));
    }
}
