//! The types of arguments and responses as JSON Schema.

use serde_json::{Map, Value, json};

use super::operation::one_line;
use super::with;
use crate::error::catalog::CATALOG;
use crate::graphql::rest::{Argument, Kind, Member, Rest, Shape};

/// The schemas of all types of responses, and of errors.
pub(super) fn all(rest: &Rest) -> Value {
    let mut schemas = Map::new();
    schemas.insert("Error".to_owned(), error());
    for route in &rest.routes {
        add(&mut schemas, rest, &route.answer);
    }
    Value::Object(schemas)
}

/// The schema of an argument.
pub(super) fn of_argument(argument: &Argument) -> Value {
    let schema = match argument.kind {
        Kind::Text => json!({ "type": "string" }),
        Kind::Texts => json!({ "type": "array", "items": { "type": "string" } }),
        Kind::Number => json!({ "type": "integer", "format": "int32" }),
        Kind::Flag => json!({ "type": "boolean" }),
        Kind::Object => json!({ "type": "object", "additionalProperties": true }),
    };
    match example(&argument.name) {
        Some(example) => with(schema, "examples", json!([example])),
        None => schema,
    }
}

/// An example value.
fn example(argument: &str) -> Option<Value> {
    Some(match argument {
        "duration" => json!(900),
        "email" => json!("ada@example.com"),
        "name" => json!("Ada Lovelace"),
        "phone" => json!("+12065550100"),
        "prefs" => json!({ "theme": "dark" }),
        "queries" => json!(["limit(25)", "offset(0)"]),
        "sessionId" => json!("current"),
        "url" => json!("https://example.com"),
        _ => return None,
    })
}

/// Adds a type, and the types in it.
fn add(schemas: &mut Map<String, Value>, rest: &Rest, name: &str) {
    let Some(model) = rest.models.get(name) else { return };
    if schemas.contains_key(name) {
        return;
    }
    let schema = match model.shape(name) {
        Shape::Nothing => return,
        Shape::Stored => json!({ "type": "object", "additionalProperties": true }),
        Shape::Members(members) => {
            // Clients without an API key don't get the others.
            let required = members.iter().filter(|member| !member.for_servers);
            let required: Vec<&str> = required.map(|member| member.key.as_str()).collect();
            let properties =
                members.iter().map(|member| (member.key.clone(), of_member(rest, member)));
            let properties: Map<String, Value> = properties.collect();
            json!({ "type": "object", "properties": properties, "required": required })
        }
    };
    let description = json!(one_line(&model.description));
    schemas.insert(name.to_owned(), with(schema, "description", description));
    if let Shape::Members(members) = model.shape(name) {
        for member in members {
            add(schemas, rest, &member.ty);
        }
    }
}

fn of_member(rest: &Rest, member: &Member) -> Value {
    let value = match member.ty.as_str() {
        "Int" => json!({ "type": "integer" }),
        "Boolean" => json!({ "type": "boolean" }),
        "Json" => json!({ "type": "object", "additionalProperties": true }),
        "DateTime" if !member.optional => json!({ "type": "string", "format": "date-time" }),
        name if rest.models.contains_key(name) => {
            json!({ "$ref": format!("#/components/schemas/{name}") })
        }
        _ => json!({ "type": "string" }),
    };
    let schema = if member.list { json!({ "type": "array", "items": value }) } else { value };
    with(schema, "description", json!(described(member)))
}

fn described(member: &Member) -> String {
    let text = one_line(&member.description);
    // REST has an empty string where GraphQL has null.
    if member.optional { text.replace("; null ", "; empty ") } else { text }
}

fn error() -> Value {
    let mut types: Vec<&str> = CATALOG.iter().map(|error| error.name).collect();
    types.sort_unstable();
    json!({
        "type": "object",
        "description": "Why a request failed.",
        "properties": {
            "message": { "type": "string", "description": "A message for people." },
            "code": { "type": "integer", "description": "The HTTP status." },
            "type": { "type": "string", "enum": types, "description": "The error type, for programs; docs/errors.md explains each." },
            "version": { "type": "string", "description": "The server's version." },
            "id": { "type": "string", "description": "The id of a server error; quote it when you report the error." },
            "hint": { "type": "string", "description": "In development: the cause, or the configuration key to change." },
        },
        "required": ["message", "code", "type", "version"],
    })
}
