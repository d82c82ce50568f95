//! Response bodies: values in the keys and forms of REST.

use async_graphql::Value;
use serde::ser::Error;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::error::Result;
use crate::graphql::rest::{Models, Shape};

/// Writes a value of the type `name` as JSON.
pub(super) fn write(models: &Models, name: &str, value: &Value) -> Result<String> {
    let written = Written { models, name, value };
    Ok(serde_json::to_string(&written).map_err(anyhow::Error::from)?)
}

/// A value, or a list of values, of the type `name`.
struct Written<'a> {
    models: &'a Models,
    name: &'a str,
    value: &'a Value,
}

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let Self { models, name, value } = *self;
        match (value, models.get(name)) {
            (Value::List(items), _) => {
                serializer.collect_seq(items.iter().map(|value| Written { models, name, value }))
            }
            (Value::Object(fields), Some(model)) => match model.shape(name) {
                Shape::Stored => {
                    stored(fields.get("data")).map_err(S::Error::custom)?.serialize(serializer)
                }
                Shape::Members(members) => serializer.collect_map(members.iter().map(|member| {
                    let value = fields.get(member.field.as_str()).unwrap_or(&Value::Null);
                    (&member.key, Written { models, name: &member.ty, value })
                })),
                Shape::Nothing => serializer.serialize_unit(),
            },
            // An absent date.
            (Value::Null, _) => serializer.serialize_str(""),
            (value, _) => value.serialize(serializer),
        }
    }
}

/// The JSON in a string, unchanged.
fn stored(text: Option<&Value>) -> serde_json::Result<Box<RawValue>> {
    let text = match text {
        Some(Value::String(text)) => text.as_str(),
        _ => "{}",
    };
    RawValue::from_string(text.to_owned())
}
