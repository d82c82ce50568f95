//! Dates in queries: RFC 3339, and its shorter forms.

use chrono::{DateTime, NaiveDate, NaiveDateTime};
use entity::Timestamp;

/// Forms without an offset, which are taken as UTC.
const WITHOUT_OFFSET: [&str; 4] =
    ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"];

/// Parses a date, with or without a time, with or without an offset.
pub(super) fn parse(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Some(Timestamp::from_millis(time.timestamp_millis()));
    }
    let time = WITHOUT_OFFSET
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
        .or_else(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0))?;
    Some(Timestamp::from_millis(time.and_utc().timestamp_millis()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_have_several_forms() {
        for text in [
            "2026-11-29T00:00:00.000+00:00",
            "2026-11-29T01:00:00+01:00",
            "2026-11-29T00:00:00Z",
            "2026-11-29T00:00:00",
            "2026-11-29 00:00:00.000",
            "2026-11-29 00:00",
            "2026-11-29",
            " 2026-11-29 ",
        ] {
            assert_eq!(parse(text), Some(Timestamp::from_millis(1_795_910_400_000)), "{text}");
        }
    }

    #[test]
    fn other_texts_are_no_dates() {
        for text in
            ["", "x", "2026", "2026-13-01", "29.11.2026", "1795910400", "2026-11-29T25:00:00Z"]
        {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
