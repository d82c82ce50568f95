//! One query string: a method, an attribute and values.

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::attribute::Attribute;
use super::invalid;
use super::method::Method;
use crate::error::Result;

/// A query, not yet checked.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Call {
    pub(super) method: String,
    #[serde(default)]
    attribute: Option<String>,
    #[serde(default)]
    pub(super) values: Vec<Item>,
}

/// A value of a query.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Item {
    Flag(bool),
    Number(u64),
    Text(String),
    Call(Call),
    Other(IgnoredAny),
}

/// An argument of a query in the older form.
#[derive(Deserialize)]
#[serde(untagged)]
enum Argument {
    Many(Vec<Item>),
    One(Item),
}

impl Call {
    /// Parses a query in either form.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if text.starts_with('{') { serde_json::from_str(text).ok() } else { Self::parse_old(text) }
    }

    /// The older form: `limit(25)`, `equal("email", ["ada@example.com"])`.
    fn parse_old(text: &str) -> Option<Self> {
        let (method, rest) = text.split_once('(')?;
        let method = method.trim().to_owned();
        let inside = rest.strip_suffix(')')?.trim();
        if let Some(number) = number(inside) {
            return Some(Self { method, attribute: None, values: vec![Item::Number(number)] });
        }
        let arguments: Vec<Argument> = serde_json::from_str(&format!("[{inside}]")).ok()?;
        let mut values = Vec::new();
        for argument in arguments {
            match argument {
                Argument::Many(items) => values.extend(items),
                Argument::One(item) => values.push(item),
            }
        }
        let takes_attribute = Method::parse(&method).is_some_and(Method::takes_attribute);
        let attribute = match values.first() {
            Some(Item::Text(name)) if takes_attribute => Some(name.clone()),
            _ => None,
        };
        if attribute.is_some() {
            values.remove(0);
        }
        Some(Self { method, attribute, values })
    }

    /// The method.
    pub(super) fn method(&self) -> Result<Method> {
        let method = Method::parse(&self.method);
        method.ok_or_else(|| invalid(format!("Invalid query method: {}", self.method)))
    }

    /// The attribute, one of a list's.
    pub(super) fn attribute_of<A: Attribute>(&self) -> Result<A> {
        let name = self.attribute().unwrap_or_default();
        let found = A::ALL.iter().find(|attribute| attribute.describe().name == name);
        found.copied().ok_or_else(|| invalid(format!("Attribute not found in schema: {name}")))
    }

    /// The name of the attribute, unless it is absent or empty.
    pub(super) fn attribute(&self) -> Option<&str> {
        self.attribute.as_deref().filter(|name| !name.is_empty())
    }
}

/// A number, also in quotes.
fn number(text: &str) -> Option<u64> {
    let quoted = |quote: char| text.strip_prefix(quote)?.strip_suffix(quote);
    let digits = quoted('"').or_else(|| quoted('\'')).unwrap_or(text);
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_read() {
        let json = r#"{"method":"equal","attribute":"email","values":["a@x","b@x"]}"#;
        for text in [json, r#"equal("email", ["a@x", "b@x"])"#, r#"equal("email", "a@x", "b@x")"#] {
            let call = Call::parse(text).unwrap();

            assert_eq!((call.method.as_str(), call.attribute()), ("equal", Some("email")));
            let [Item::Text(first), Item::Text(second)] = call.values.as_slice() else {
                panic!("{call:?}")
            };
            assert_eq!([first, second], ["a@x", "b@x"]);
        }
        assert_eq!(Call::parse("orderDesc(\"\")").unwrap().attribute(), None);
        assert!(matches!(
            Call::parse("cursorAfter(\"a\")").unwrap().values.as_slice(),
            [Item::Text(_)]
        ));
    }

    #[test]
    fn other_texts_are_none() {
        for bad in [
            "",
            "{",
            "{}",
            "null",
            "[]",
            "limit",
            "limit(",
            "limit(5",
            "limit(5) ",
            r#"{"method":"limit","method":"limit","values":[1]}"#,
            r#"{"method":"limit","value":[1]}"#,
            r#"{"method":"limit","values":1}"#,
            r#"{"method":1}"#,
        ] {
            assert!(Call::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn deep_nesting_is_no_query() {
        let deep = r#"{"method":"or","values":["#.repeat(130) + &"]}".repeat(130);

        assert!(Call::parse(&deep).is_none());
    }
}
