//! Response bodies: values in the keys and forms of REST.

use async_graphql::Value;

use crate::error::Result;
use crate::graphql::json::{Form, JsonWriter};
use crate::graphql::rest::{Models, Shape};

/// Writes a value of the type `name` as JSON.
pub(super) fn write(models: &Models, name: &str, value: &Value) -> Result<String> {
    let mut json = JsonWriter::new(Form::Rest);
    write_value(models, name, value, &mut json);
    Ok(json.into_text()?)
}

/// Writes a value, or a list of values, of the type `name`. Objects over rows have this form already.
fn write_value(models: &Models, name: &str, value: &Value, json: &mut JsonWriter) {
    match (value, models.get(name)) {
        (Value::List(items), _) => {
            json.list(items, |json, item| write_value(models, name, item, json));
        }
        (Value::Object(fields), Some(model)) => match model.shape(name) {
            Shape::Members(members) => json.object(|json| {
                for member in members {
                    let value = fields.get(member.field.as_str()).unwrap_or(&Value::Null);
                    json.key(&member.field);
                    write_value(models, &member.ty, value, json);
                }
            }),
            Shape::Stored | Shape::Nothing => json.raw("null"),
        },
        // An absent date.
        (Value::Null, _) => json.absent(),
        (value, _) => json.value(value),
    }
}
