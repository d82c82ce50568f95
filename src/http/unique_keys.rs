//! Checks that JSON has no duplicate keys: parsers differ in which one they use, so one may check what
//! another doesn't run.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::graphql::document::cut;

/// Returns the duplicate key and its position. None if there is none, or if it is no JSON, which its parser
/// reports.
pub(super) fn find_repeated_key(json: &[u8]) -> Option<String> {
    let error = serde_json::from_slice::<Unique>(json).err().filter(serde_json::Error::is_data)?;
    let text = error.to_string();
    let key = text.rsplit_once(" at line ").map_or("", |(key, _)| key);
    let (line, column) = (error.line(), error.column());
    Some(format!("The key {key} comes twice in an object: see line {line}, column {column}."))
}

/// A key of an object, copied only if it is written with escapes.
#[derive(Deserialize, PartialEq, Eq, PartialOrd, Ord)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

/// Any JSON without duplicate keys.
struct Unique;

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Self)
    }
}

impl<'de> Visitor<'de> for Unique {
    type Value = Self;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self, A::Error> {
        let mut keys = BTreeSet::new();
        while let Some(key) = map.next_key::<Key<'_>>()? {
            if let Some(Key(key)) = keys.replace(key) {
                return Err(A::Error::custom(cut(&key)));
            }
            map.next_value::<Self>()?;
        }
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self, A::Error> {
        while seq.next_element::<Self>()?.is_some() {}
        Ok(self)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(json: &str) -> Option<String> {
        find_repeated_key(json.as_bytes())
    }

    /// C-06: at every depth, however the key is written.
    #[test]
    fn a_repeated_key_is_found() {
        for json in [
            r#"{"a":1,"a":2}"#,
            r#"{"a":1,"\u0061":2}"#,
            r#"{"x":{"y":[1,{"a":1,"b":2,"a":3}]}}"#,
            r#"[{"a":1},{"a":null,"a":null}]"#,
        ] {
            let message = found(json).unwrap();
            assert!(
                message.starts_with("The key `a` comes twice in an object: see line 1,"),
                "{message}"
            );
        }
        let long = format!("{{\"{0}\":1,\"{0}\":1}}", "€".repeat(10_000));
        assert!(found(&long).unwrap().chars().count() < 200);
    }

    #[test]
    fn other_json_and_what_is_none_has_no_such_key() {
        for json in [r#"{"a":1,"b":{"a":1}}"#, "[]", "null", "{\"a\":1,", "", "1e999"] {
            assert_eq!(found(json), None, "{json}");
        }
        assert_eq!(found(&"[".repeat(100_000)), None);
    }
}
