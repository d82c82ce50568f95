//! Parses providers' responses leniently: only the members that are used. Errors name the response and the
//! member.

use std::fmt;
use std::time::Duration;

use serde_json::Value;

/// The most characters of a response that an error repeats.
const MAX_QUOTED: usize = 200;
/// Tokens with a longer lifetime count as tokens without an expiry: 100 years.
const MAX_LIFETIME: Duration = Duration::from_hours(100 * 365 * 24);

/// Why a response can't be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{subject}: {problem}")]
pub struct Unusable {
    /// Which response it is.
    subject: &'static str,
    /// The member, what it is, and what was expected.
    problem: String,
}

impl Unusable {
    /// An error about the whole response.
    pub(super) fn new(subject: &'static str, problem: impl Into<String>) -> Self {
        Self { subject, problem: problem.into() }
    }
}

/// A JSON object from a provider.
#[derive(Debug)]
pub(super) struct Answer {
    subject: &'static str,
    json: Value,
}

impl Answer {
    /// Parses a JSON object, whatever its media type; skips a byte order mark.
    pub(super) fn read(subject: &'static str, body: &[u8]) -> Result<Self, Unusable> {
        let body = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body);
        let json: Value = serde_json::from_slice(body).map_err(|error| {
            Unusable::new(subject, format!("not JSON, expected a JSON object ({error})"))
        })?;
        if !json.is_object() {
            let problem = format!("the JSON is {}, expected an object", kind(&json));
            return Err(Unusable::new(subject, problem));
        }
        Ok(Self { subject, json })
    }

    /// A form as a response, as plain OAuth 2 used it before JSON.
    pub(super) fn read_form(subject: &'static str, body: &[u8]) -> Self {
        let pairs = url::form_urlencoded::parse(body).into_owned();
        let json = pairs.map(|(name, value)| (name, Value::String(value))).collect();
        Self { subject, json }
    }

    /// The whole object.
    pub(super) fn json(&self) -> &Value {
        &self.json
    }

    /// A member; none if it is missing or null.
    pub(super) fn get(&self, member: &str) -> Option<&Value> {
        self.json.get(member).filter(|value| !value.is_null())
    }

    /// A non-empty string member, if present.
    pub(super) fn text(&self, member: &str) -> Option<&str> {
        self.get(member).and_then(Value::as_str).filter(|text| !text.is_empty())
    }

    /// A required, non-empty string member.
    pub(super) fn required_text(&self, member: &str) -> Result<&str, Unusable> {
        self.text(member).ok_or_else(|| self.refuse(member, "a text"))
    }

    /// An error about a member that doesn't repeat its value.
    pub(super) fn refuse(&self, member: &str, expected: &str) -> Unusable {
        let found = match self.get(member) {
            None => "missing",
            Some(Value::String(text)) if text.is_empty() => "empty",
            Some(value) => kind(value),
        };
        Unusable::new(self.subject, format!("`{member}` is {found}, expected {expected}"))
    }

    /// An error about a member that is not secret, with its value.
    pub(super) fn refuse_value(&self, member: &str, expected: &impl fmt::Display) -> Unusable {
        let found = self.get(member).map_or_else(|| "missing".to_owned(), quote);
        Unusable::new(self.subject, format!("`{member}` is {found}, expected {expected}"))
    }
}

/// The kind of a JSON value.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// A value for the log: short, and without control characters.
pub(super) fn quote(value: &Value) -> String {
    match value {
        Value::String(text) => quote_text(text),
        other => other.to_string().chars().take(MAX_QUOTED).flat_map(char::escape_debug).collect(),
    }
}

/// A string for the log.
pub(super) fn quote_text(text: &str) -> String {
    let short: String = text.chars().take(MAX_QUOTED).collect();
    format!("{short:?}")
}

/// A string, or a number as one.
pub(super) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Whether a value is true, or a string that says so.
pub(super) fn is_true(value: &Value) -> bool {
    match value {
        Value::Bool(is_true) => *is_true,
        Value::String(text) => text.eq_ignore_ascii_case("true"),
        Value::Null | Value::Number(_) | Value::Array(_) | Value::Object(_) => false,
    }
}

/// A list of strings, or one string separated by spaces.
pub(super) fn words_of(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => text.split_whitespace().collect(),
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => Vec::new(),
    }
}

/// A number of seconds, also in a string. Zero, negative and absurd values count as missing.
pub(super) fn lifetime_of(value: &Value) -> Option<Duration> {
    let seconds = match value {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => text.trim().parse().ok()?,
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
    };
    let lifetime = Duration::try_from_secs_f64(seconds).ok()?;
    (Duration::from_secs(1)..=MAX_LIFETIME).contains(&lifetime).then_some(lifetime)
}

/// A time in whole seconds since 1970; only a number.
pub(super) fn seconds_of(value: &Value) -> Option<i64> {
    let Value::Number(number) = value else { return None };
    number.as_i64().or_else(|| {
        let since_1970 = Duration::try_from_secs_f64(number.as_f64()?).ok()?;
        i64::try_from(since_1970.as_secs()).ok()
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// C-21: a lifetime is read however it is written, and one that makes no sense counts as absent.
    #[test]
    fn lifetimes_are_read_however_they_are_written() {
        for (value, seconds) in [
            (json!(3600), Some(3600)),
            (json!("3600"), Some(3600)),
            (json!(" 3600 "), Some(3600)),
            (json!(3600.9), Some(3600)),
            (json!("3599.5"), Some(3599)),
            (json!(0), None),
            (json!(-1), None),
            (json!("-1"), None),
            (json!(1e300), None),
            (json!("inf"), None),
            (json!("NaN"), None),
            (json!("soon"), None),
            (json!(""), None),
            (json!(null), None),
            (json!(true), None),
            (json!([3600]), None),
        ] {
            assert_eq!(lifetime_of(&value).map(|it| it.as_secs()), seconds, "{value}");
        }
    }

    /// C-28: an error names subject, member, what was found and what was expected, in one short line.
    #[test]
    fn errors_name_member_and_subject() {
        let answer = Answer::read(
            "token answer",
            b"\xef\xbb\xbf{\"a\": [1], \"b\": \"\", \"c\": \"x\\u001b\"}",
        );
        let answer = answer.unwrap();
        let long = json!("é".repeat(1000));

        for (error, expected) in [
            (answer.refuse("a", "a text"), "token answer: `a` is a list, expected a text"),
            (answer.refuse("b", "a text"), "token answer: `b` is empty, expected a text"),
            (answer.refuse("d", "a text"), "token answer: `d` is missing, expected a text"),
            (
                answer.refuse_value("c", &"\"y\""),
                "token answer: `c` is \"x\\u{1b}\", expected \"y\"",
            ),
        ] {
            assert_eq!(error.to_string(), expected);
        }
        assert_eq!(quote(&long).chars().count(), MAX_QUOTED + 2);
        for body in ["", "[]", "null", "<html>", "{\"a\":1e999}", "\"text\""] {
            let error = Answer::read("keys", body.as_bytes()).unwrap_err().to_string();
            assert!(error.starts_with("keys: ") && error.contains("object"), "{error}");
        }
    }
}
