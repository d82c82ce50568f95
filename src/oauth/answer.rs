//! Reads what a provider answers: only the members that are used, leniently, with refusals that name member and place.

use std::fmt;
use std::time::Duration;

use serde_json::Value;

/// The most characters of an answer that a refusal repeats.
const MAX_QUOTED: usize = 200;
/// Tokens that live longer are treated as tokens without an end: 100 years.
const MAX_LIFETIME: Duration = Duration::from_hours(100 * 365 * 24);

/// Why an answer of a provider can't be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {problem}")]
pub struct Unusable {
    /// Which answer it is.
    place: &'static str,
    /// The member that is at fault, what it is, and what was expected.
    problem: String,
}

impl Unusable {
    /// Refuses an answer as a whole.
    pub(super) fn new(place: &'static str, problem: impl Into<String>) -> Self {
        Self { place, problem: problem.into() }
    }
}

/// A JSON object that a provider has answered.
#[derive(Debug)]
pub(super) struct Answer {
    place: &'static str,
    json: Value,
}

impl Answer {
    /// Reads a JSON object, whatever media type it came with; a byte order mark before it is skipped.
    pub(super) fn read(place: &'static str, body: &[u8]) -> Result<Self, Unusable> {
        let body = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body);
        let json: Value = serde_json::from_slice(body).map_err(|error| {
            Unusable::new(place, format!("not JSON, expected a JSON object ({error})"))
        })?;
        if !json.is_object() {
            let problem = format!("the JSON is {}, expected an object", kind(&json));
            return Err(Unusable::new(place, problem));
        }
        Ok(Self { place, json })
    }

    /// An answer whose members are the pairs of a form, as plain OAuth 2 was answered before it had JSON.
    pub(super) fn read_form(place: &'static str, body: &[u8]) -> Self {
        let pairs = url::form_urlencoded::parse(body).into_owned();
        let json = pairs.map(|(name, value)| (name, Value::String(value))).collect();
        Self { place, json }
    }

    /// The whole object.
    pub(super) fn json(&self) -> &Value {
        &self.json
    }

    /// A member; none if it is missing or null.
    pub(super) fn get(&self, member: &str) -> Option<&Value> {
        self.json.get(member).filter(|value| !value.is_null())
    }

    /// A member that is a text with something in it.
    pub(super) fn text(&self, member: &str) -> Option<&str> {
        self.get(member).and_then(Value::as_str).filter(|text| !text.is_empty())
    }

    /// A member that has to be a text with something in it.
    pub(super) fn required_text(&self, member: &str) -> Result<&str, Unusable> {
        self.text(member).ok_or_else(|| self.refuse(member, "a text"))
    }

    /// Refuses a member without repeating it.
    pub(super) fn refuse(&self, member: &str, expected: &str) -> Unusable {
        let found = match self.get(member) {
            None => "missing",
            Some(Value::String(text)) if text.is_empty() => "empty",
            Some(value) => kind(value),
        };
        Unusable::new(self.place, format!("`{member}` is {found}, expected {expected}"))
    }

    /// Refuses a member that is no secret, and says what it is.
    pub(super) fn refuse_value(&self, member: &str, expected: &impl fmt::Display) -> Unusable {
        let found = self.get(member).map_or_else(|| "missing".to_owned(), quote);
        Unusable::new(self.place, format!("`{member}` is {found}, expected {expected}"))
    }
}

/// What a JSON value is.
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

/// A value as a line of the log may have it: short, and without control characters.
pub(super) fn quote(value: &Value) -> String {
    match value {
        Value::String(text) => quote_text(text),
        other => other.to_string().chars().take(MAX_QUOTED).flat_map(char::escape_debug).collect(),
    }
}

/// A text as a line of the log may have it.
pub(super) fn quote_text(text: &str) -> String {
    let short: String = text.chars().take(MAX_QUOTED).collect();
    format!("{short:?}")
}

/// A text, also where it is written as a number.
pub(super) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Whether a value says yes, also where it is written as a text.
pub(super) fn is_true(value: &Value) -> bool {
    match value {
        Value::Bool(is_true) => *is_true,
        Value::String(text) => text.eq_ignore_ascii_case("true"),
        Value::Null | Value::Number(_) | Value::Array(_) | Value::Object(_) => false,
    }
}

/// A list of words, also where it is one text with spaces between.
pub(super) fn words_of(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => text.split_whitespace().collect(),
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => Vec::new(),
    }
}

/// A number of seconds, also where it is written as a text. Zero, less, and more than anybody lives count as not told.
pub(super) fn lifetime_of(value: &Value) -> Option<Duration> {
    let seconds = match value {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => text.trim().parse().ok()?,
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
    };
    let lifetime = Duration::try_from_secs_f64(seconds).ok()?;
    (Duration::from_secs(1)..=MAX_LIFETIME).contains(&lifetime).then_some(lifetime)
}

/// A point in time in whole seconds since 1970, of a number only.
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

    /// C-21: a lifetime is read however it is written, and one that makes no sense counts as not told.
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

    /// C-28: a refusal names place, member, what was found and what was expected, in one short line.
    #[test]
    fn refusals_name_member_and_place() {
        let answer = Answer::read(
            "token answer",
            b"\xef\xbb\xbf{\"a\": [1], \"b\": \"\", \"c\": \"x\\u001b\"}",
        );
        let answer = answer.unwrap();
        let long = json!("é".repeat(1000));

        for (refusal, expected) in [
            (answer.refuse("a", "a text"), "token answer: `a` is a list, expected a text"),
            (answer.refuse("b", "a text"), "token answer: `b` is empty, expected a text"),
            (answer.refuse("d", "a text"), "token answer: `d` is missing, expected a text"),
            (
                answer.refuse_value("c", &"\"y\""),
                "token answer: `c` is \"x\\u{1b}\", expected \"y\"",
            ),
        ] {
            assert_eq!(refusal.to_string(), expected);
        }
        assert_eq!(quote(&long).chars().count(), MAX_QUOTED + 2);
        for body in ["", "[]", "null", "<html>", "{\"a\":1e999}", "\"text\""] {
            let refusal = Answer::read("keys", body.as_bytes()).unwrap_err().to_string();
            assert!(refusal.starts_with("keys: ") && refusal.contains("object"), "{refusal}");
        }
    }
}
