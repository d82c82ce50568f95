//! Timestamps: milliseconds since 1970, in UTC.

use std::ops::{Add, Sub};
use std::time::Duration;

use chrono::{DateTime, Datelike, SecondsFormat, Timelike, Utc};
use sea_orm::DeriveValueType;
use serde::{Deserialize, Serialize};

/// A timestamp, in milliseconds since 1970-01-01T00:00:00Z.
///
/// Both databases store it exactly, and compare it as an integer.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    DeriveValueType,
    Serialize,
    Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The timestamp `millis` milliseconds after 1970.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since 1970.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since 1970.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// The duration from `earlier` to `self`; zero if `earlier` is later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// RFC 3339 with milliseconds and the offset `+00:00`, as in every answer. A session has five of them, so they are
    /// written without a formatter.
    pub fn to_rfc3339(self) -> String {
        let time = DateTime::<Utc>::from_timestamp_millis(self.0).unwrap_or_default();
        let Ok(year @ 0..=9_999) = u32::try_from(time.year()) else {
            return time.to_rfc3339_opts(SecondsFormat::Millis, false);
        };
        let mut text = String::with_capacity("2026-11-23T13:57:57.927+00:00".len());
        for (number, digits, end) in [
            (year, 4, "-"),
            (time.month(), 2, "-"),
            (time.day(), 2, "T"),
            (time.hour(), 2, ":"),
            (time.minute(), 2, ":"),
            (time.second(), 2, "."),
            (time.timestamp_subsec_millis(), 3, "+00:00"),
        ] {
            push_digits(&mut text, number, digits);
            text.push_str(end);
        }
        text
    }
}

/// Adds the last so many digits of a number.
fn push_digits(text: &mut String, number: u32, digits: u32) {
    if let Some(others) = digits.checked_sub(1) {
        push_digits(text, number / 10, others);
        text.extend(char::from_digit(number % 10, 10));
    }
}

/// As in every answer.
impl std::fmt::Display for Timestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.to_rfc3339())
    }
}

impl Add<Duration> for Timestamp {
    type Output = Self;

    fn add(self, span: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(span.as_millis()).unwrap_or(i64::MAX)))
    }
}

impl Sub<Duration> for Timestamp {
    type Output = Self;

    fn sub(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(span.as_millis()).unwrap_or(i64::MAX)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_milliseconds_and_a_numeric_offset() {
        let time = Timestamp::from_millis(1_795_442_277_927);

        assert_eq!(time.to_string(), "2026-11-23T13:57:57.927+00:00");
    }

    /// As the formatter of chrono, in any year.
    #[test]
    fn prints_what_chrono_prints() {
        let a_year_and_a_day = 31_643_999_999;
        for millis in (-95_000_000_000_000_i64..285_000_000_000_000).step_by(a_year_and_a_day) {
            let time = DateTime::<Utc>::from_timestamp_millis(millis).unwrap_or_default();
            let expected = time.to_rfc3339_opts(SecondsFormat::Millis, false);
            assert_eq!(Timestamp::from_millis(millis).to_string(), expected, "{millis}");
        }
        assert_eq!(Timestamp::from_millis(i64::MAX).to_string(), "1970-01-01T00:00:00.000+00:00");
    }

    #[test]
    fn a_span_back_in_time_is_zero() {
        let early = Timestamp::from_millis(0);
        let late = early + Duration::from_mins(1);

        assert_eq!(late.since(early), Duration::from_mins(1));
        assert_eq!(early.since(late), Duration::ZERO);
    }
}
