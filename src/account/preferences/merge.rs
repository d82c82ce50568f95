//! Merges JSON texts as RFC 7396 says. What the patch doesn't name keeps its exact text.

use async_graphql::indexmap::IndexMap;
use serde_json::value::{RawValue, to_raw_value};

type Object = IndexMap<String, Box<RawValue>>;

/// Merges the object `patch` into the object `target`, and returns the text.
pub fn merge(target: &str, patch: &str) -> serde_json::Result<String> {
    let (target, patch) = (serde_json::from_str(target)?, serde_json::from_str(patch)?);
    Ok(merged(Some(target), patch)?.get().to_owned())
}

fn merged(target: Option<&RawValue>, patch: &RawValue) -> serde_json::Result<Box<RawValue>> {
    if !is_object(patch) {
        return Ok(patch.to_owned());
    }
    let target = target.filter(|target| is_object(target));
    let mut object: Object =
        target.map(|target| serde_json::from_str(target.get())).transpose()?.unwrap_or_default();
    for (key, value) in serde_json::from_str::<Object>(patch.get())? {
        if value.get() == "null" {
            object.shift_remove(&key);
        } else {
            let value = merged(object.get(&key).map(AsRef::as_ref), &value)?;
            object.insert(key, value);
        }
    }
    to_raw_value(&object)
}

fn is_object(json: &RawValue) -> bool {
    json.get().starts_with('{')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of RFC 7396, appendix A, whose target and patch are objects.
    #[test]
    fn the_examples_of_the_rfc_pass() {
        for (target, patch, expected) in [
            (r#"{"a":"b"}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
            (r#"{"a":"b"}"#, r#"{"b":"c"}"#, r#"{"a":"b","b":"c"}"#),
            (r#"{"a":"b"}"#, r#"{"a":null}"#, "{}"),
            (r#"{"a":"b","b":"c"}"#, r#"{"a":null}"#, r#"{"b":"c"}"#),
            (r#"{"a":["b"]}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
            (r#"{"a":"c"}"#, r#"{"a":["b"]}"#, r#"{"a":["b"]}"#),
            (r#"{"a":{"b":"c"}}"#, r#"{"a":{"b":"d","c":null}}"#, r#"{"a":{"b":"d"}}"#),
            (r#"{"a":[{"b":"c"}]}"#, r#"{"a":[1]}"#, r#"{"a":[1]}"#),
            (r#"{"e":null}"#, r#"{"a":1}"#, r#"{"e":null,"a":1}"#),
            ("{}", r#"{"a":{"bb":{"ccc":null}}}"#, r#"{"a":{"bb":{}}}"#),
        ] {
            assert_eq!(merge(target, patch).unwrap(), expected, "{target} {patch}");
        }
    }

    /// DL-4: numbers beyond a float and the spelling of what the patch doesn't name stay.
    #[test]
    fn what_is_not_named_stays_to_the_letter() {
        let target = r#"{ "big": 12345678901234567890123, "list": [1.0,  2], "gone": 1 }"#;

        let text = merge(target, r#"{"gone": null, "new": 1.50}"#).unwrap();

        assert_eq!(text, r#"{"big":12345678901234567890123,"list":[1.0,  2],"new":1.50}"#);
    }
}
