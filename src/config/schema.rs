//! The JSON Schema of the configuration file, for editors: made of the manual.

use serde_json::{Map, Value, json};

use super::Scope;
use super::manual::{Entry, entries};

/// Tables whose keys the operator chooses.
const NAMED: &str = "providers";

/// Makes the schema.
pub fn schema() -> Value {
    let mut root = table("The configuration of accountd");
    for entry in entries() {
        insert(&mut root, &entry);
    }
    let limits = child(properties(&mut root), "limits", Value::default);
    let mut fields = table("Limits of single fields, by their names");
    set(&mut fields, "additionalProperties", field_limits());
    set(properties(limits), "fields", fields);
    set(&mut root, "$schema", json!("https://json-schema.org/draft/2020-12/schema"));
    set(&mut root, "title", json!("accountd.toml"));
    root
}

/// A table without keys.
fn table(description: &str) -> Value {
    json!({
        "type": "object", "description": description, "additionalProperties": false, "properties": {}
    })
}

/// Adds a setting to the table that has it.
fn insert(root: &mut Value, entry: &Entry) {
    let mut path: Vec<&str> = entry.section.split('.').filter(|part| !part.is_empty()).collect();
    path.extend(entry.key.split('.'));
    let Some(name) = path.pop() else { return };
    let mut at = root;
    let mut is_of_name = false;
    for (index, part) in path.iter().enumerate() {
        if std::mem::take(&mut is_of_name) {
            // The name of a provider: all have the same keys.
            at = child(at, "additionalProperties", || {
                table("A provider, under an id of your choice")
            });
            continue;
        }
        at = match (index, *part) {
            (0, "projects") => {
                let list = || json!({"type": "array", "description": "The projects", "items": table("A project")});
                child(child(properties(at), "projects", list), "items", Value::default)
            }
            (_, part) => child(properties(at), part, || table("")),
        };
        is_of_name = index == 0 && *part == NAMED;
    }
    let mut setting = kind_of(entry, name);
    set(&mut setting, "description", json!(entry.description));
    if entry.is_set
        && let Some(default) = parse(entry.value)
    {
        set(&mut setting, "default", default);
    }
    set(properties(at), name, setting);
}

/// The properties of a table.
fn properties(table: &mut Value) -> &mut Value {
    child(table, "properties", || json!({}))
}

/// The member of an object, which is made if it is missing or only says whether there may be one.
fn child<'a>(object: &'a mut Value, name: &str, make: impl FnOnce() -> Value) -> &'a mut Value {
    if !object.is_object() {
        *object = Value::Object(Map::new());
    }
    // It is an object now.
    let Value::Object(members) = object else { return object };
    let member = members.entry(name).or_insert(Value::Null);
    if !member.is_object() {
        *member = make();
    }
    member
}

fn set(object: &mut Value, name: &str, value: Value) {
    if let Value::Object(members) = object {
        members.insert(name.to_owned(), value);
    }
}

/// A value in TOML.
fn parse(value: &str) -> Option<Value> {
    let table: Map<String, Value> = toml::from_str(&format!("value = {value}")).ok()?;
    table.get("value").cloned()
}

/// The type of a setting's values, by its default or example.
fn kind_of(entry: &Entry, name: &str) -> Value {
    let scopes: Vec<_> = Scope::ALL.iter().map(|scope| scope.as_str()).collect();
    let object = |required: &[&str], properties: Value| {
        json!({
            "type": "object",
            "additionalProperties": false,
            "required": required,
            "properties": properties,
        })
    };
    match name {
        "sign_up" => json!({"anyOf": [
            {"enum": ["open", "closed"]},
            object(&["domains"], json!({"domains": {"type": "array", "items": {"type": "string"}}})),
        ]}),
        "api_keys" => {
            let properties = json!({
                "name": {"type": "string"},
                "hash": {"type": "string", "pattern": "^[0-9A-Fa-f]{64}$"},
                "scopes": {"type": "array", "items": {"enum": scopes}},
                "expires": {"type": "string"},
            });
            json!({"type": "array", "items": object(&["hash", "scopes"], properties)})
        }
        "webhooks" => {
            let properties = json!({
                "id": {"type": "string"},
                "url": {"type": "string"},
                "events": {"type": "array", "items": {"type": "string"}},
                "allow_link_local": {"type": "boolean"},
            });
            json!({"type": "array", "items": object(&["id", "url", "events"], properties)})
        }
        "countries" => json!({"type": "array", "items": {"type": "integer"}}),
        _ => match parse(entry.value) {
            Some(Value::Bool(_)) => json!({"type": "boolean"}),
            Some(Value::Number(_)) => json!({"type": "number"}),
            Some(Value::Array(_)) => json!({"type": "array", "items": {"type": "string"}}),
            Some(Value::Object(_)) => {
                json!({"type": "object", "additionalProperties": {"type": "string"}})
            }
            Some(Value::String(_) | Value::Null) | None => json!({"type": "string"}),
        },
    }
}

/// The limits of one field.
fn field_limits() -> Value {
    json!({
        "type": "array",
        "description": "The limits of a field, in place of those that it declares",
        "items": {
            "type": "object",
            "additionalProperties": false,
            "required": ["limit", "window"],
            "properties": {
                "limit": {"type": "integer", "minimum": 1, "maximum": 10_000},
                "window": {"type": ["string", "integer"]},
                "per": {
                    "type": "array",
                    "items": {"enum": ["ip", "user", "email", "phone", "userId", "emailFromNewIp"]},
                },
                "guesses": {"type": "boolean"},
                "shared": {"type": "string"},
            },
        },
    })
}
