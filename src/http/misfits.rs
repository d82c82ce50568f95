//! Finds the member of a GraphQL request that has the wrong type, for a message that names it.

use std::collections::HashMap;
use std::fmt;

use serde_json::value::RawValue;

/// The type of a member.
#[derive(Clone, Copy)]
enum Type {
    Text,
    Object,
}

/// The members of a request. All may be null.
const MEMBERS: [(&str, Type); 5] = [
    ("query", Type::Text),
    ("operationName", Type::Text),
    ("variables", Type::Object),
    ("extensions", Type::Object),
    ("documentId", Type::Text),
];

/// The problem of a request, or of the first one of a batch that has one. None if it isn't JSON, or the problem is deeper.
pub(super) fn find(json: &[u8]) -> Option<String> {
    let requests: Vec<&RawValue> = if json.trim_ascii_start().first() == Some(&b'[') {
        serde_json::from_slice(json).ok()?
    } else {
        vec![serde_json::from_slice(json).ok()?]
    };
    requests.into_iter().find_map(of_request)
}

fn of_request(json: &RawValue) -> Option<String> {
    let Ok(members) = serde_json::from_str::<HashMap<String, &RawValue>>(json.get()) else {
        return Some("A request must be a JSON object, or a list of objects.".to_owned());
    };
    MEMBERS.into_iter().find_map(|(name, ty)| {
        let is_misfit = members.get(name).is_some_and(|value| !ty.has(value));
        is_misfit.then(|| format!("The member `{name}` must be {ty}."))
    })
}

impl Type {
    fn has(self, value: &RawValue) -> bool {
        let json = value.get();
        json == "null"
            || match self {
                Self::Text => json.starts_with('"'),
                // PHP writes an empty object as a list.
                Self::Object => {
                    json.starts_with('{') || serde_json::from_str::<[(); 0]>(json).is_ok()
                }
            }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "a string",
            Self::Object => "a JSON object",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_member_of_the_wrong_type_is_named() {
        for (json, expected) in [
            (r#"{"query":5}"#, "The member `query` must be a string."),
            (
                r#"{"query":"{a}","operationName":5}"#,
                "The member `operationName` must be a string.",
            ),
            (
                r#"{"query":"{a}","variables":"{}"}"#,
                "The member `variables` must be a JSON object.",
            ),
            (r#"{"query":"{a}","variables":[1]}"#, "The member `variables` must be a JSON object."),
            (r#"{"extensions":true}"#, "The member `extensions` must be a JSON object."),
            (
                r#" [{"query":"{a}"},{"documentId":{}}]"#,
                "The member `documentId` must be a string.",
            ),
            ("5", "A request must be a JSON object, or a list of objects."),
            (r#"[{"query":"{a}"},null]"#, "A request must be a JSON object, or a list of objects."),
        ] {
            assert_eq!(find(json.as_bytes()).as_deref(), Some(expected), "{json}");
        }
    }

    #[test]
    fn what_is_right_is_not_named() {
        for json in [
            r#"{"query":"{a}","variables":null,"extensions":[],"operationName":null}"#,
            r#"{"extensions":{"persistedQuery":{"sha256Hash":1}}}"#,
            "{",
            "",
        ] {
            assert_eq!(find(json.as_bytes()), None, "{json}");
        }
    }
}
