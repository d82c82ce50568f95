//! The arguments of a route: from its path, and from a JSON body or the query string.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use async_graphql::{Name, Value, Variables};
use axum::extract::RawPathParams;
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use url::form_urlencoded;

use crate::graphql::rest::{Argument, Kind, Route};
use crate::http::failure::Failure;

/// The arguments of a request with a body. Keys that the route doesn't know are ignored.
pub(super) fn of_body(
    route: &Route,
    path: &RawPathParams,
    body: &[u8],
) -> Result<Variables, Failure> {
    let members = members(body)?;
    collect(route, path, |argument| match members.0.get(argument.name.as_str()) {
        None => Ok(None),
        Some(json) => from_json(argument, json),
    })
}

/// The arguments of a request without a body.
pub(super) fn of_query(
    route: &Route,
    path: &RawPathParams,
    query: &str,
) -> Result<Variables, Failure> {
    let pairs: Vec<_> = form_urlencoded::parse(query.as_bytes()).collect();
    collect(route, path, |argument| from_query(argument, &pairs))
}

/// Reads each argument from the path, or else by `find`.
fn collect(
    route: &Route,
    path: &RawPathParams,
    find: impl Fn(&Argument) -> Result<Option<Value>, Failure>,
) -> Result<Variables, Failure> {
    let mut variables = Variables::default();
    for argument in &route.arguments {
        let value = if argument.in_path {
            let part = path.iter().find(|(name, _)| *name == argument.name);
            part.map(|(_, text)| Value::from(text))
        } else {
            find(argument)?
        };
        match value {
            Some(value) => {
                variables.insert(Name::new(&argument.name), value);
            }
            None if argument.required => return Err(invalid(argument, "is required.")),
            None => {}
        }
    }
    Ok(variables)
}

/// A JSON object. Nothing and null count as empty, and so does an empty list: PHP writes empty objects so.
fn members(body: &[u8]) -> Result<Members<'_>, Failure> {
    let is_nothing = serde_json::from_slice::<Option<[(); 0]>>(body).is_ok();
    if is_nothing || body.trim_ascii().is_empty() {
        return Ok(Members::default());
    }
    serde_json::from_slice(body).map_err(|error| {
        let place = format!("line {}, column {}", error.line(), error.column());
        Failure::Malformed(format!(
            "The body must be a JSON object with each key once; see {place}."
        ))
    })
}

/// A JSON object without duplicate keys.
#[derive(Default)]
struct Members<'a>(HashMap<String, &'a RawValue>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
        let mut members = HashMap::new();
        while let Some((key, value)) = map.next_entry()? {
            if members.insert(key, value).is_some() {
                return Err(A::Error::custom("a key comes twice"));
            }
        }
        Ok(Members(members))
    }
}

/// The value of an argument in a body; none for null.
fn from_json(argument: &Argument, json: &RawValue) -> Result<Option<Value>, Failure> {
    let text = json.get();
    if text == "null" {
        return Ok(None);
    }
    let value = match argument.kind {
        Kind::Text => serde_json::from_str(text).map(Value::String),
        Kind::Texts => serde_json::from_str::<Vec<String>>(text).map(Value::from),
        Kind::Number => serde_json::from_str::<i32>(text).map(Value::from),
        Kind::Flag => serde_json::from_str(text).map(Value::Boolean),
        Kind::Object => return object(argument, text).map(Some),
    };
    value.map(Some).map_err(|_| mistyped(argument))
}

/// A JSON object as its original text, so that numbers and the order of keys stay.
fn object(argument: &Argument, text: &str) -> Result<Value, Failure> {
    if text.starts_with('{') {
        return Ok(Value::from(text));
    }
    // PHP writes an empty object so.
    let is_empty_list = serde_json::from_str::<[(); 0]>(text).is_ok();
    if is_empty_list { Ok(Value::from("{}")) } else { Err(mistyped(argument)) }
}

/// The value of an argument in a query string; none for `name=`, except for a text. A list is `name[]=a&name[]=b`,
/// `name[0]=a&name[1]=b` or `name=a`.
fn from_query(
    argument: &Argument,
    pairs: &[(Cow<'_, str>, Cow<'_, str>)],
) -> Result<Option<Value>, Failure> {
    if argument.kind == Kind::Texts {
        let items = pairs.iter().filter(|(key, _)| is_item(key, &argument.name));
        let items: Vec<Value> = items.map(|(_, text)| Value::from(text.as_ref())).collect();
        return Ok((!items.is_empty()).then_some(Value::List(items)));
    }
    let Some((_, text)) = pairs.iter().find(|(key, _)| *key == argument.name) else {
        return Ok(None);
    };
    if text.is_empty() && argument.kind != Kind::Text {
        return Ok(None);
    }
    let value = match argument.kind {
        Kind::Number => text.parse::<i32>().ok().map(Value::from),
        Kind::Flag => match text.as_ref() {
            "true" | "1" => Some(Value::from(true)),
            "false" | "0" => Some(Value::from(false)),
            _ => None,
        },
        Kind::Object => Some(object(argument, text)?),
        Kind::Text | Kind::Texts => Some(Value::from(text.as_ref())),
    };
    value.map(Some).ok_or_else(|| mistyped(argument))
}

/// Whether a key of a query string names an item of the list `name`.
fn is_item(key: &str, name: &str) -> bool {
    let Some(index) = key.strip_prefix(name) else { return false };
    let index = index.strip_prefix('[').and_then(|index| index.strip_suffix(']'));
    key == name || index.is_some_and(|index| index.chars().all(|c| c.is_ascii_digit()))
}

fn mistyped(argument: &Argument) -> Failure {
    invalid(
        argument,
        match argument.kind {
            Kind::Text => "must be a text.",
            Kind::Texts => "must be a list of texts.",
            Kind::Number => "must be a whole number of 32 bits.",
            Kind::Flag => "must be true or false.",
            Kind::Object => "must be a JSON object.",
        },
    )
}

fn invalid(argument: &Argument, problem: &str) -> Failure {
    Failure::Malformed(format!("Invalid `{}` param: {problem}", argument.name))
}
