//! One route as an OpenAPI operation.

use serde_json::{Map, Value, json};

use super::{responses, schema, security, with};
use crate::graphql::policy::{Access, Limit};
use crate::graphql::rest::{Argument, Kind, Method, Route};

/// Describes a route. Its id is the field's name; that of an alias is longer.
pub(super) fn describe(route: &Route, is_alias: bool) -> Value {
    let text = one_line(&route.description);
    let summary = text.split_inclusive(". ").next().unwrap_or_default().trim_end();
    let alias = if is_alias { "Alias" } else { "" };
    let operation = json!({
        "operationId": format!("{}{alias}", route.field),
        "tags": [tag(route.access)],
        "summary": summary,
        "description": route.description,
        "parameters": parameters(route),
        "responses": responses::of(route),
        "security": security::of(route.access, &route.scopes),
    });
    let operation = if route.limits.is_empty() {
        operation
    } else {
        with(operation, "x-rateLimits", route.limits.iter().map(limit).collect())
    };
    if route.method != Method::Get && in_body(route).next().is_some() {
        return with(operation, "requestBody", body(route));
    }
    operation
}

/// The tag of routes with this access.
fn tag(access: Access) -> &'static str {
    match access {
        Access::Public | Access::User => "account",
        Access::Key => "users",
    }
}

/// The limits of the route, in words: OpenAPI has no keyword for them.
fn limit(limit: &Limit) -> Value {
    json!({
        "limit": limit.calls,
        "windowSeconds": limit.window.as_secs(),
        "per": limit.per.iter().map(|key| key.name()).collect::<Vec<_>>(),
        "failedCallsOnly": limit.guesses,
    })
}

/// A description from the SDL without its line breaks.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn in_body(route: &Route) -> impl Iterator<Item = &Argument> {
    route.arguments.iter().filter(|argument| !argument.in_path)
}

fn parameters(route: &Route) -> Value {
    let mut parameters = vec![json!({ "$ref": "#/components/parameters/Project" })];
    for argument in &route.arguments {
        let place = match (argument.in_path, route.method) {
            (true, _) => "path",
            (false, Method::Get) => "query",
            (false, _) => continue,
        };
        let schema = schema::of_argument(argument);
        let is_list = argument.kind == Kind::Texts;
        let name = if is_list { format!("{}[]", argument.name) } else { argument.name.clone() };
        parameters.push(json!({
            "name": name,
            "in": place,
            "required": argument.required,
            "description": one_line(&argument.description),
            "schema": schema,
        }));
    }
    Value::Array(parameters)
}

fn body(route: &Route) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for argument in in_body(route) {
        let description = json!(one_line(&argument.description));
        let schema = with(schema::of_argument(argument), "description", description);
        properties.insert(argument.name.clone(), schema);
        if argument.required {
            required.push(argument.name.as_str());
        }
    }
    let must_come = !required.is_empty();
    let schema = json!({ "type": "object", "properties": properties, "required": required });
    json!({ "required": must_come, "content": { "application/json": { "schema": schema } } })
}
