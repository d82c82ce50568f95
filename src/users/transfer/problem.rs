//! The problem of a row, as `member: problem`, or in a few words if it is the line as a whole.

use serde_json::{Error, Map, Value};

use super::hash::ForeignHash;
use super::row::Row;
use crate::error;

/// Why a line couldn't be read.
pub(super) fn of_line(line: &str, error: &Error) -> String {
    let members: Map<String, Value> = match serde_json::from_str(line) {
        Ok(Value::Object(members)) => members,
        Ok(_) => return "not a JSON object".to_owned(),
        Err(error) => return format!("not JSON: {}", without_position(&error)),
    };
    // Each member alone can be read, or is the one that can't.
    for (name, value) in members {
        let alone = Map::from_iter([(name.clone(), value.clone())]);
        let Err(error) = serde_json::from_value::<Row>(Value::Object(alone)) else { continue };
        let hash = serde_json::from_value::<ForeignHash>(value);
        return match (name.as_str(), hash) {
            ("hash", Err(error)) => of_member("hash", &error),
            (name, _) if error.to_string().starts_with("unknown field") => {
                format!("{name}: no member of a row")
            }
            (name, _) => format!("{name}: {}", without_position(&error)),
        };
    }
    // A member that comes twice.
    without_position(error)
}

/// Why the members of an object within a row couldn't be read.
fn of_member(name: &str, error: &Error) -> String {
    let text = without_position(error);
    if let Some(member) = quoted(&text, "missing field ") {
        return format!("{name}.{member}: missing");
    }
    if let Some(member) = quoted(&text, "unknown field ") {
        return format!("{name}.{member}: no member of this kind of hash");
    }
    match text.strip_prefix("unknown variant ") {
        Some(variant) => format!("{name}.type: unknown: {variant}"),
        None => format!("{name}: {text}"),
    }
}

/// The name in backticks behind `start`.
fn quoted<'a>(text: &'a str, start: &str) -> Option<&'a str> {
    text.strip_prefix(start)?.split('`').nth(1)
}

/// Without the position in the line, which is always line 1.
fn without_position(error: &Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or_default().to_owned()
}

/// Why a row that could be read can't be used.
pub(super) fn of_error(error: &error::Error) -> String {
    match error {
        error::Error::GeneralArgumentInvalid { argument, problem } => {
            format!("{argument}: {}", problem.trim_end_matches('.'))
        }
        error => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(line: &str) -> String {
        Row::parse(line).unwrap_err()
    }

    #[test]
    fn a_problem_names_the_member() {
        assert_eq!(problem("{"), "not JSON: EOF while parsing an object");
        for line in ["[]", r#" ["ada"]"#, "7", "null", r#""ada""#] {
            assert_eq!(problem(line), "not a JSON object");
        }
        assert_eq!(problem(r#"{"id":1}"#), "id: invalid type: integer `1`, expected a string");
        assert_eq!(problem(r#"{"id":"a","colour":"red"}"#), "colour: no member of a row");
        assert_eq!(problem(r#"{"name":"Ada"}"#), "id: missing, and so are email and phone");
        let hash = |hash: &str| problem(&format!(r#"{{"id":"a","hash":{hash}}}"#));
        assert_eq!(hash(r#"{"password":"x"}"#), "hash.type: missing");
        assert_eq!(hash(r#"{"type":"md5"}"#), "hash.password: missing");
        assert_eq!(
            hash(r#"{"type":"md5","password":"x","salt":"y"}"#),
            "hash.salt: no member of this kind of hash"
        );
        let unknown = hash(r#"{"type":"rot13","password":"x"}"#);
        assert!(unknown.starts_with("hash.type: unknown: `rot13`, expected one of"), "{unknown}");
    }
}
