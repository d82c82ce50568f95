//! API keys of projects; the configuration contains only their hashes.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, NaiveDate, NaiveTime};
use entity::Timestamp;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::Scope;

/// An API key of a project.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiKey {
    /// The name, for the security log.
    #[serde(default)]
    pub name: String,
    /// The SHA-256 of the key.
    pub hash: KeyHash,
    /// The scopes of the key.
    pub scopes: Vec<Scope>,
    /// When the key expires; never if absent.
    #[serde(default)]
    pub expires: Option<Expiry>,
}

/// When a key expires: a date, which begins at midnight in UTC, or a point in time in RFC 3339 format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Expiry(pub Timestamp);

impl FromStr for Expiry {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        let time = DateTime::parse_from_rfc3339(text).map(|time| time.timestamp_millis());
        let date = || {
            let date = text.parse::<NaiveDate>().ok()?;
            Some(date.and_time(NaiveTime::MIN).and_utc().timestamp_millis())
        };
        let millis = time.ok().or_else(date);
        let millis =
            millis.ok_or("neither a date such as 2027-01-31 nor a time in RFC 3339 format");
        millis.map(Timestamp::from_millis).map(Self)
    }
}

impl TryFrom<String> for Expiry {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        text.parse()
    }
}

/// The SHA-256 of a key, written as 64 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct KeyHash([u8; 32]);

impl KeyHash {
    /// Hashes a key. Keys are random, so a plain hash reveals nothing, and neither does the time of
    /// comparing two hashes.
    pub fn of(key: &str) -> Self {
        Self(Sha256::digest(key).into())
    }
}

impl fmt::Display for KeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl TryFrom<String> for KeyHash {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        let (pairs, rest) = text.trim().as_bytes().as_chunks::<2>();
        let digits = |pair: &[u8; 2]| {
            let (high, low) = (hex_digit(pair[0])?, hex_digit(pair[1])?);
            u8::try_from((high << 4) | low).ok()
        };
        let bytes: Option<Vec<u8>> = pairs.iter().map(digits).collect();
        let bytes = bytes.filter(|_| rest.is_empty()).and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self).ok_or("not the 64 hexadecimal digits that `accountd key new` prints")
    }
}

fn hex_digit(digit: u8) -> Option<u32> {
    char::from(digit).to_digit(16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_read_as_it_is_written() {
        let hash = KeyHash::of("ak_00");

        assert_eq!(KeyHash::try_from(hash.to_string()), Ok(hash));
        assert_eq!(KeyHash::try_from(hash.to_string().to_uppercase()), Ok(hash));
        // C-25: a line break at its end, as a file has one.
        assert_eq!(KeyHash::try_from(format!("{hash}\n")), Ok(hash));
        assert_ne!(hash, KeyHash::of("ak_01"));
    }

    #[test]
    fn an_expiry_is_a_date_or_a_time() {
        let read = |text: &str| text.parse::<Expiry>().map(|Expiry(time)| time.to_string());

        assert_eq!(read("2027-01-31").unwrap(), "2027-01-31T00:00:00.000+00:00");
        assert_eq!(read("2027-01-31T10:00:00+02:00").unwrap(), "2027-01-31T08:00:00.000+00:00");
        for text in ["", "2027", "2027-02-30", "31.1.2027", "2027-01-31T10:00:00", "never"] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_no_hash_is_refused() {
        for text in ["", "ab", "ak_00", &"0".repeat(63), &"0".repeat(66), &"+1".repeat(32)] {
            assert!(KeyHash::try_from(text.to_owned()).is_err(), "{text}");
        }
    }
}
