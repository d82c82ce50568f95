//! The access to a route, as security schemes.

use serde_json::{Value, json};

use crate::config::Scope;
use crate::graphql::policy::Access;

/// The schemes, for references.
pub(super) fn schemes() -> Value {
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
            "description": "The cookie that a sign-in sets: `a_session_` followed by the project's id.",
        },
        "Jwt": {
            "type": "apiKey",
            "in": "header",
            "name": "X-Appwrite-JWT",
            "description": "A JWT from `POST /v1/account/jwts`.",
        },
        "Bearer": { "type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "The same JWT." },
        "Key": {
            "type": "apiKey",
            "in": "header",
            "name": "X-Appwrite-Key",
            "description": "An API key of `accountd key new`, for servers of the project. Routes for servers name the \
                scope that the key needs. With any key, a sign-in returns the session's secret. With the scope \
                `client.forward`, a server acts for the visitor whom `X-Forwarded-For` names.",
        },
    })
}

/// The schemes for this access, and the scopes of keys: one of them is required.
pub(super) fn of(access: Access, scopes: &[Scope]) -> Value {
    match access {
        // A session is ignored, or an OAuth sign-in links the provider account to its user.
        Access::Public => json!([{}, { "Key": [] }, { "Cookie": [] }, { "Session": [] }]),
        Access::User => json!([
            { "Session": [] },
            { "Cookie": [] },
            { "Jwt": [] },
            { "Bearer": [] },
            { "Session": [], "Key": [] },
            { "Jwt": [], "Key": [] },
        ]),
        Access::Key => scopes.iter().map(|scope| json!({ "Key": [scope.as_str()] })).collect(),
    }
}
