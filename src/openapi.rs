//! The OpenAPI description of the REST routes, made from the declarations that also make the routes.

use serde_json::{Map, Value, json};

use crate::config::dev::URL;
use crate::graphql::rest::Rest;

mod oauth;
mod operation;
mod responses;
mod schema;
mod security;

/// The URL of `accountd dev`, for a description that is printed without a server.
pub const DEV_SERVER: &str = URL;

/// Describes the routes that fields declare, as OpenAPI 3.1 in JSON, for the server at the URL `server`.
pub fn describe(rest: &Rest, server: &str) -> String {
    let mut paths = Map::new();
    let mut described: Vec<&str> = Vec::new();
    for route in &rest.routes {
        // A field's first route has the field's name. Further routes are aliases.
        let is_alias = described.contains(&route.field.as_str());
        described.push(&route.field);
        let path = paths.entry(&route.path).or_insert_with(|| json!({}));
        let method = route.method.as_str().to_lowercase();
        if let Value::Object(methods) = path {
            methods.insert(method, operation::describe(route, is_alias));
        }
    }
    oauth::add(&mut paths);
    let document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "accountd",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "The Account API and, for servers with an API key, the Users API over REST. Each route runs a field of the GraphQL schema, with the same rules and limits.",
            "contact": { "name": "The operator of the server" },
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{
            "url": "{server}",
            "description": "Your server (`public_url` in its configuration), or `accountd dev`.",
            "variables": { "server": { "default": server } },
        }],
        "tags": [
            { "name": "account", "description": "The account of the signed-in user." },
            { "name": "users", "description": "The users of the project, for its servers: each route needs an API key." },
            { "name": "oauth2", "description": "OAuth sign-in, in a browser." },
        ],
        "paths": paths,
        "components": {
            "parameters": { "Project": project() },
            "headers": responses::headers(),
            "responses": responses::errors(),
            "schemas": schema::all(rest),
            "securitySchemes": security::schemes(),
        },
    });
    format!("{document:#}\n")
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
        "description": "The project's id. Default: `default`.",
        "schema": { "type": "string", "default": "default" },
        "example": "default",
    })
}
