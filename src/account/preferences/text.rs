//! The text of preferences: which JSON is accepted, and how an object becomes text.

use std::collections::HashSet;
use std::fmt;

use async_graphql::Value;
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use crate::error::{Error, Result};

/// The longest text, in bytes (64 kB in the Account API document).
const MAX_LENGTH: usize = 65_536;
/// How deep lists and objects may nest.
const DEEPEST: usize = 32;

/// The text to store for an argument: a string is kept as it is, an object is written as JSON.
///
/// Fails if it is no JSON object, too long, too deep, or has a duplicate key (DL-4).
pub fn read(argument: &'static str, value: Value) -> Result<String> {
    let not_an_object = || Error::argument(argument, "must be a JSON object.");
    let text = match value {
        Value::String(text) => text,
        object @ Value::Object(_) => serde_json::to_string(&object).map_err(|_| not_an_object())?,
        _ => return Err(not_an_object()),
    };
    if text.len() > MAX_LENGTH {
        return Err(Error::argument(argument, "must be at most 65536 bytes of JSON."));
    }
    let mut deserializer = serde_json::Deserializer::from_str(&text);
    let is_object = Nested(DEEPEST).deserialize(&mut deserializer);
    match is_object.and_then(|is_object| deserializer.end().map(|()| is_object)) {
        Ok(true) => Ok(text),
        Ok(false) => Err(not_an_object()),
        Err(error) if error.is_data() => Err(Error::argument(argument, TOO_DEEP_OR_TWICE)),
        Err(error) => {
            let place = format!("line {}, column {}", error.line(), error.column());
            Err(Error::argument(
                argument,
                format!("must be well-formed JSON; the error is at {place}."),
            ))
        }
    }
}

const TOO_DEEP_OR_TWICE: &str = "must be nested at most 32 levels deep, without duplicate keys.";

/// Checks JSON against the number of levels allowed, and returns whether it is an object.
#[derive(Clone, Copy)]
struct Nested(usize);

impl Nested {
    fn below<E: serde::de::Error>(self) -> std::result::Result<Self, E> {
        self.0.checked_sub(1).map(Self).ok_or_else(|| E::custom(TOO_DEEP_OR_TWICE))
    }
}

impl<'de> DeserializeSeed<'de> for Nested {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> std::result::Result<bool, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Nested {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<bool, A::Error> {
        let below = self.below()?;
        let mut keys = HashSet::new();
        while let Some(key) = map.next_key::<String>()? {
            if !keys.insert(key) {
                return Err(A::Error::custom(TOO_DEEP_OR_TWICE));
            }
            map.next_value_seed(below)?;
        }
        Ok(true)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> std::result::Result<bool, A::Error> {
        let below = self.below()?;
        while seq.next_element_seed(below)?.is_some() {}
        Ok(false)
    }

    fn visit_bool<E>(self, _: bool) -> std::result::Result<bool, E> {
        Ok(false)
    }

    fn visit_i64<E>(self, _: i64) -> std::result::Result<bool, E> {
        Ok(false)
    }

    fn visit_u64<E>(self, _: u64) -> std::result::Result<bool, E> {
        Ok(false)
    }

    fn visit_f64<E>(self, _: f64) -> std::result::Result<bool, E> {
        Ok(false)
    }

    fn visit_str<E>(self, _: &str) -> std::result::Result<bool, E> {
        Ok(false)
    }

    fn visit_unit<E>(self) -> std::result::Result<bool, E> {
        Ok(false)
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::value;

    use super::*;

    fn text(text: &str) -> Result<String> {
        read("prefs", Value::String(text.to_owned()))
    }

    /// DL-4: what comes as text is kept to the letter.
    #[test]
    fn a_text_is_kept_as_it_came() {
        for given in ["{}", "{ \"b\": [1, \"two\", 1.0],\n\"a\":{} }", r#"{"__proto__":{"x":1}}"#] {
            assert_eq!(text(given).unwrap(), given);
        }
    }

    #[test]
    fn an_object_becomes_text_in_its_order() {
        let object = value!({ "b": 1, "a": [true, null] });

        assert_eq!(read("prefs", object).unwrap(), r#"{"b":1,"a":[true,null]}"#);
    }

    /// N-35, DL-4: anything but one well-formed object is refused.
    #[test]
    fn other_json_is_refused() {
        for bad in [
            "",
            "[]",
            "1",
            "\"x\"",
            "null",
            "{",
            "{} {}",
            "{\"a\":1e400}",
            "{\"a\":NaN}",
            "{\"a\":\"\\ud800\"}",
            "{\"a\":1,\"a\":2}",
            "{\"a\":{\"b\":1,\"b\":2}}",
        ] {
            assert!(text(bad).is_err(), "{bad}");
        }
        for bad in [value!(null), value!(5), value!([1, 2]), value!(true)] {
            assert!(read("prefs", bad).is_err());
        }
    }

    /// N-36, DL-4: 65,536 bytes pass, one more does not; bytes count, not characters.
    #[test]
    fn the_size_is_counted_in_bytes() {
        let filled = |bytes: usize| format!("{{\"a\":\"{}\"}}", "x".repeat(bytes - 8));

        assert!(text(&filled(65_536)).is_ok());
        assert!(text(&filled(65_537)).is_err());
        assert!(text(&format!("{{\"a\":\"{}\"}}", "🦀".repeat(16_385))).is_err());
    }

    /// N-37: 32 levels pass, 33 do not.
    #[test]
    fn the_depth_is_bounded() {
        let nested = |depth: usize| format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth));

        assert!(text(&nested(32)).is_ok());
        assert!(text(&nested(33)).is_err());
        assert!(text(&format!("{{\"a\":{}{}}}", "[".repeat(32), "]".repeat(32))).is_err());
    }
}
