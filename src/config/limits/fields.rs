//! Configured limits of fields. `graphql/policy/settings.rs` interprets them.

use std::collections::BTreeMap;

use serde::Deserialize;

/// The longest window, in seconds: 30 days.
const MAX_WINDOW: u32 = 30 * 24 * 60 * 60;

/// How the names of fields for servers begin.
const PREFIXES: [&str; 4] = ["users", "messages", "project", "stats"];

/// The configured limits by field.
pub type FieldLimits = BTreeMap<String, Vec<FieldLimit>>;

/// Whether a field of this name is for servers with an API key: the schema of other clients doesn't have it. The name may
/// be in capitals, as in a variable.
pub fn is_for_servers(field: &str) -> bool {
    PREFIXES.iter().any(|prefix| {
        field.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    })
}

/// One limit of a field.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldLimit {
    /// The number of calls.
    pub limit: i64,
    /// The window.
    pub window: Window,
    /// The names of the keys that are counted separately.
    #[serde(default)]
    pub per: Vec<String>,
    /// Whether only calls that fail are counted.
    #[serde(default)]
    pub guesses: bool,
    /// The name of the count that is shared with other fields.
    #[serde(default)]
    pub shared: Option<String>,
}

/// A duration: `"10m"`, or a number of seconds.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged, expecting = "not a span such as \"1h\", and no number of seconds")]
pub enum Window {
    /// Whole seconds.
    Seconds(i64),
    /// A number and its unit.
    Text(String),
}

impl Window {
    /// The allowed forms.
    pub const FORM: &str =
        "not 1 second to 30 days, such as 90, \"90s\", \"10m\", \"1h\" or \"7d\"";

    /// The duration in seconds, if it is valid and at most 30 days.
    pub fn seconds(&self) -> Option<u32> {
        self.total().filter(|seconds| (1..=MAX_WINDOW).contains(seconds))
    }

    /// The duration in seconds, if it is valid.
    pub fn total(&self) -> Option<u32> {
        match self {
            Self::Seconds(seconds) => u32::try_from(*seconds).ok(),
            Self::Text(text) => {
                let units = [('s', 1), ('m', 60), ('h', 60 * 60), ('d', 24 * 60 * 60)];
                let mut found = units.into_iter();
                let (number, unit) =
                    found.find_map(|(letter, unit)| Some((text.strip_suffix(letter)?, unit)))?;
                // Otherwise `parse` would accept a sign.
                let is_number = number.bytes().all(|byte| byte.is_ascii_digit());
                number.parse::<u32>().ok().filter(|_| is_number)?.checked_mul(unit)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read() {
        for (text, seconds) in [
            ("90s", Some(90)),
            ("10m", Some(600)),
            ("1h", Some(3600)),
            ("7d", Some(604_800)),
            ("30d", Some(2_592_000)),
            ("31d", None),
            ("0s", None),
            ("1", None),
            ("h", None),
            ("-1h", None),
            ("+1h", None),
            ("1.5h", None),
            ("1 h", None),
            ("1H", None),
            ("1h30m", None),
            ("4294967295d", None),
            ("99999999999999999999s", None),
            ("", None),
        ] {
            assert_eq!(Window::Text(text.to_owned()).seconds(), seconds, "{text}");
        }
        for (number, seconds) in [(90, Some(90)), (0, None), (-1, None), (i64::MAX, None)] {
            assert_eq!(Window::Seconds(number).seconds(), seconds, "{number}");
        }
    }
}
