//! The OpenAPI description of the REST routes, made of the declarations that also make the routes.

use anyhow::Result;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::graphql::rest::Rest;

mod operation;
mod responses;
mod schema;

/// Describes the routes that the fields of `sdl` declare, as OpenAPI 3.1 in JSON.
pub fn describe(sdl: &str) -> Result<String> {
    let rest = Rest::read(sdl)?;
    let mut paths = Map::new();
    let mut described: Vec<&str> = Vec::new();
    for route in &rest.routes {
        // A field's first route has its name, and those after it are other spellings.
        let is_alias = described.contains(&route.field.as_str());
        described.push(&route.field);
        let path = paths.entry(&route.path).or_insert_with(|| json!({}));
        let method = route.method.as_str().to_lowercase();
        if let Value::Object(methods) = path {
            methods.insert(method, operation::describe(route, is_alias));
        }
    }
    let document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "accountd",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "The account API over REST. Each route is a field of the GraphQL schema, under the same rules and limits.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/", "description": "The server that answers this description." }],
        "tags": [{ "name": "account", "description": "A user's own account." }],
        "paths": paths,
        "components": {
            "parameters": { "Project": project() },
            "headers": responses::headers(),
            "responses": responses::errors(),
            "schemas": schema::all(&rest),
            "securitySchemes": security_schemes(),
        },
    });
    Ok(format!("{document:#}\n"))
}

/// An object with one more member.
fn with(mut object: Value, name: &str, member: Value) -> Value {
    if let Value::Object(members) = &mut object {
        members.insert(name.to_owned(), member);
    }
    object
}

fn project() -> Value {
    json!({
        "name": "X-Appwrite-Project",
        "in": "header",
        "description": "The project; `default` when left out.",
        "schema": { "type": "string", "default": "default" },
        "example": "default",
    })
}

fn security_schemes() -> Value {
    json!({
        "Session": {
            "type": "apiKey",
            "in": "header",
            "name": "X-Appwrite-Session",
            "description": "The `secret` of a session.",
        },
        "Cookie": {
            "type": "apiKey",
            "in": "cookie",
            "name": "a_session_default",
            "description": "The cookie that a sign-in sets: `a_session_` and the project's id.",
        },
        "Jwt": {
            "type": "apiKey",
            "in": "header",
            "name": "X-Appwrite-JWT",
            "description": "A JWT of `POST /v1/account/jwts`.",
        },
        "Bearer": { "type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "The same JWT." },
    })
}
