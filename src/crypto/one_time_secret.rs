//! One-time secrets: long ones for links, and six-digit codes.

use std::borrow::Cow;

use entity::token::Purpose;
use entity::{ChallengeId, TokenId, UserKey};
use hmac::{Hmac, KeyInit, Mac};
use sea_orm::ActiveEnum;
use sha2::Sha256;

use crate::crypto::sha256_hex;
use crate::random::Random;
use crate::text::{is_invisible, trim};

/// How many codes there are.
const CODES: u32 = 1_000_000;
/// How many digits a code has.
const CODE_DIGITS: usize = 6;
/// From how many hexadecimal digits on a secret can't be guessed.
const UNGUESSABLE_DIGITS: usize = 32;
/// The longest secret, in hexadecimal digits, and in bytes.
const MAX_DIGITS: usize = 128;
const MAX_BYTES: usize = 64;

/// Generates a link's secret: 256 random bits in hexadecimal (OT-4).
pub fn link_secret(random: &Random) -> String {
    hex::encode(random.bytes::<32>())
}

/// Generates a secret of so many hexadecimal digits, at most 128.
pub fn secret_of_length(random: &Random, digits: usize) -> String {
    hex::encode(random.bytes::<MAX_BYTES>()).chars().take(digits).collect()
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
pub struct CodeHasher(Hmac<Sha256>);

impl CodeHasher {
    /// Creates it with a key for this purpose only.
    pub fn new(key: &[u8; 32]) -> anyhow::Result<Self> {
        Ok(Self(Hmac::new_from_slice(key)?))
    }

    /// The stored hash of `code`: bound to its row, purpose and address.
    pub fn hash(&self, id: &TokenId, purpose: Purpose, address: &str, code: &str) -> String {
        self.hash_parts([id.as_str(), &purpose.to_value(), address, code])
    }

    /// The stored hash of a recovery code, bound to its user.
    pub fn hash_recovery_code(&self, (project, user): &UserKey, code: &str) -> String {
        self.hash_parts([project.as_str(), "recovery code", user.as_str(), code])
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
        let mac = self.bound([id.as_str(), "challenge", address, code]);
        hex::decode(hash).is_ok_and(|hash| mac.verify_slice(&hash).is_ok())
    }

    fn hash_parts(&self, parts: [&str; 4]) -> String {
        hex::encode(self.bound(parts).finalize().into_bytes())
    }

    /// Compares a code with its hash in constant time (OT-13).
    pub fn matches(
        &self,
        hash: &str,
        (id, purpose, address): (&TokenId, Purpose, &str),
        code: &str,
    ) -> bool {
        let mac = self.bound([id.as_str(), &purpose.to_value(), address, code]);
        hex::decode(hash).is_ok_and(|hash| mac.verify_slice(&hash).is_ok())
    }

    fn bound(&self, parts: [&str; 4]) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        for part in parts {
            mac.update(part.as_bytes());
            mac.update(&[0]);
        }
        mac
    }
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
        let hasher = CodeHasher::new(&[1; 32]).unwrap();
        let (id, other) = (TokenId::new("1"), TokenId::new("2"));
        let (purpose, address) = (Purpose::PhoneSession, "+12065550100");

        let hash = hasher.hash(&id, purpose, address, "012345");

        assert!(hasher.matches(&hash, (&id, purpose, address), "012345"));
        assert!(!hasher.matches(&hash, (&id, purpose, address), "012346"));
        assert!(!hasher.matches(&hash, (&other, purpose, address), "012345"));
        assert!(!hasher.matches(&hash, (&id, Purpose::PhoneToken, address), "012345"));
        assert!(!hasher.matches(&hash, (&id, purpose, "+12065550101"), "012345"));
        let keyed_otherwise = CodeHasher::new(&[2; 32]).unwrap();
        assert!(!keyed_otherwise.matches(&hash, (&id, purpose, address), "012345"));
    }
}
