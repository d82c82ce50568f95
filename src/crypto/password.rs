//! The rules for passwords, and the form in which they are hashed.

use std::collections::HashSet;
use std::fmt;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

use crate::config::project;

/// The longest password, in bytes (PW-2).
const MAX_BYTES: usize = 256;

/// The commonest passwords of allowed length (PW-6).
static COMMON: LazyLock<HashSet<&str>> =
    LazyLock::new(|| include_str!("data/common_passwords.txt").lines().collect());

/// A password in the form that is hashed: NFC, so that it is the same on every keyboard, and otherwise
/// unchanged.
#[derive(Clone)]
pub struct Password {
    text: String,
    /// The text as it was typed, if it is different.
    typed: Option<String>,
}

/// Why a password is rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// It has fewer than this many characters.
    #[error("must be at least {0} characters long.")]
    TooShort(usize),
    /// It has more than 256 bytes.
    #[error("must be at most 256 bytes long.")]
    TooLong,
    /// It is among the 10,000 commonest.
    #[error("is one of the most common passwords; choose another.")]
    Common,
}

impl Password {
    /// Checks a new password by the project's rules. Characters are Unicode code points of the form that is hashed.
    pub fn parse(text: &str, rules: &project::Password) -> Result<Self, PasswordError> {
        if text.len() > MAX_BYTES {
            return Err(PasswordError::TooLong);
        }
        let password = Self::normalize(text);
        if password.text.chars().count() < rules.min_length {
            return Err(PasswordError::TooShort(rules.min_length));
        }
        if rules.dictionary && COMMON.contains(password.text.to_lowercase().as_str()) {
            return Err(PasswordError::Common);
        }
        Ok(password)
    }

    /// Reads a presented password; none if it is too long to be valid.
    pub fn presented(text: &str) -> Option<Self> {
        (text.len() <= MAX_BYTES).then(|| Self::normalize(text))
    }

    fn normalize(typed: &str) -> Self {
        let text: String = typed.nfc().collect();
        let typed = (text != typed).then(|| typed.to_owned());
        Self { text, typed }
    }

    /// The bytes to hash.
    pub(super) fn as_bytes(&self) -> &[u8] {
        self.text.as_bytes()
    }

    /// The bytes that other systems have hashed, most of which don't normalise.
    pub(super) fn as_typed(&self) -> &[u8] {
        self.typed.as_ref().unwrap_or(&self.text).as_bytes()
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

    const LAX: project::Password = project::Password { min_length: 8, dictionary: false };
    const STRICT: project::Password = project::Password { dictionary: true, ..LAX };

    fn rejection(text: &str) -> Option<PasswordError> {
        Password::parse(text, &STRICT).err()
    }

    /// PW-2: 8 characters to 256 bytes, of any script. However it is spelled, é is one character.
    #[test]
    fn the_length_is_counted_in_characters() {
        let long = "語".repeat(85);
        for good in ["éééééééé", "12345 78", "🐎🔋📎🐎🔋📎🐎🔋", &long, &"x".repeat(256)]
        {
            assert_eq!(rejection(good), None, "{good}");
        }
        for short in ["", "7 bytes", "ééééééé", "🐎🔋📎🐎", &"e\u{301}".repeat(7)] {
            assert_eq!(rejection(short), Some(PasswordError::TooShort(8)), "{short}");
        }
        for long in [format!("{long}é"), "x".repeat(257)] {
            assert_eq!(rejection(&long), Some(PasswordError::TooLong), "{long}");
        }
        assert!(Password::presented(&"x".repeat(257)).is_none());
    }

    /// A project may ask for more.
    #[test]
    fn the_minimum_can_be_raised() {
        let rules = project::Password { min_length: 15, ..STRICT };

        let short = Password::parse("fourteen chars", &rules).err().unwrap();
        assert_eq!(short.to_string(), "must be at least 15 characters long.");
        assert!(Password::parse("fifteen letters", &rules).is_ok());
    }

    /// PW-4: composed and decomposed spellings are the same, case and width are not.
    #[test]
    fn spellings_of_a_keyboard_are_one_password() {
        let password = |text| Password::parse(text, &LAX).unwrap().as_bytes().to_owned();

        assert_eq!(password("caf\u{e9} noir"), password("cafe\u{301} noir"));
        assert_ne!(password("café noir"), password("Café noir"));
        assert_ne!(password("cafe noir"), password("ｃafe noir"));
        let typed = Password::presented("cafe\u{301} noir").unwrap();
        assert_eq!(typed.as_typed(), "cafe\u{301} noir".as_bytes());
    }

    /// PW-6: every one of the commonest is refused, in any case; the switch turns that off.
    #[test]
    fn the_commonest_are_refused() {
        assert_eq!(COMMON.len(), 3_534);
        for common in COMMON.iter() {
            assert_eq!(rejection(common), Some(PasswordError::Common), "{common}");
        }
        for variant in ["PASSWORD1", "Jennifer", "elizabeth", "\u{212a}imberly"] {
            assert_eq!(rejection(variant), Some(PasswordError::Common), "{variant}");
        }
        assert!(Password::parse("password", &LAX).is_ok());
    }

    #[test]
    fn a_password_is_never_printed() {
        assert_eq!(format!("{:?}", Password::presented("correct horse")), "Some(***)");
    }
}
