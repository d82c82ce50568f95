//! The rules for passwords, and the form in which they are hashed.

use std::collections::HashSet;
use std::fmt;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

/// The minimum length of a password, in bytes (8 characters in the Account API document).
const SHORTEST: usize = 8;
/// The longest password, in bytes (PW-2).
const MAX_LENGTH: usize = 256;

/// The commonest passwords of allowed length (PW-6).
static COMMON: LazyLock<HashSet<&str>> =
    LazyLock::new(|| include_str!("data/common_passwords.txt").lines().collect());

/// A password in the form that is hashed: NFC, so that it is the same on every keyboard, and otherwise
/// unchanged.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

/// Why a password is rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// It has fewer than 8 bytes.
    #[error("must be at least 8 characters long.")]
    TooShort,
    /// It has more than 256 bytes.
    #[error("must be at most 256 bytes long.")]
    TooLong,
    /// It is among the 10,000 commonest.
    #[error("is one of the most common passwords; choose another.")]
    Common,
}

impl Password {
    /// Checks a new password. `dictionary` rejects the most common ones.
    pub fn parse(text: &str, dictionary: bool) -> Result<Self, PasswordError> {
        match text.len() {
            0..SHORTEST => return Err(PasswordError::TooShort),
            SHORTEST..=MAX_LENGTH => {}
            _ => return Err(PasswordError::TooLong),
        }
        let password: String = text.nfc().collect();
        if dictionary && COMMON.contains(password.to_lowercase().as_str()) {
            return Err(PasswordError::Common);
        }
        Ok(Self(password))
    }

    /// Reads a presented password; none if it is too long to be valid.
    pub fn presented(text: &str) -> Option<Self> {
        (text.len() <= MAX_LENGTH).then(|| Self(text.nfc().collect()))
    }

    /// The bytes to hash.
    pub(super) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// PW-2: 8 to 256 bytes, of any script.
    #[test]
    fn the_length_is_counted_in_bytes() {
        for good in ["éééé", "12345 78", &"語".repeat(64), &"x".repeat(256)] {
            assert!(Password::parse(good, true).is_ok(), "{good}");
        }
        assert_eq!(Password::parse("7 bytes", true), Err(PasswordError::TooShort));
        assert_eq!(Password::parse(&"x".repeat(257), true), Err(PasswordError::TooLong));
        assert!(Password::presented(&"x".repeat(257)).is_none());
    }

    /// PW-4: composed and decomposed spellings are the same, case and width are not.
    #[test]
    fn spellings_of_a_keyboard_are_one_password() {
        let password = |text| Password::parse(text, false).unwrap();

        assert_eq!(password("caf\u{e9} noir"), password("cafe\u{301} noir"));
        assert_ne!(password("café noir"), password("Café noir"));
        assert_ne!(password("cafe noir"), password("ｃafe noir"));
    }

    /// PW-6: every one of the commonest is refused, in any case; the switch turns that off.
    #[test]
    fn the_commonest_are_refused() {
        assert_eq!(COMMON.len(), 3_534);
        for common in COMMON.iter() {
            assert_eq!(Password::parse(common, true), Err(PasswordError::Common), "{common}");
        }
        for variant in ["PASSWORD1", "Jennifer", "elizabeth", "\u{212a}imberly"] {
            assert_eq!(Password::parse(variant, true), Err(PasswordError::Common), "{variant}");
        }
        assert!(Password::parse("password", false).is_ok());
    }

    #[test]
    fn a_password_is_never_printed() {
        assert_eq!(format!("{:?}", Password::presented("correct horse")), "Some(***)");
    }
}
