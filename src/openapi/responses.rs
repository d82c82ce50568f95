//! The responses of a route: success and errors.

use serde_json::{Map, Value, json};

use super::with;
use crate::graphql::rest::{Method, Route};

/// The errors: status, name and description.
const ERRORS: [(u16, &str, &str); 12] = [
    (
        400,
        "BadRequest",
        "An argument is missing or malformed, or the account's state doesn't allow this.",
    ),
    (
        401,
        "Unauthorized",
        "The caller is not signed in, a password, secret or JWT is wrong or expired, or an API key is unknown, expired or lacks the scope.",
    ),
    (
        403,
        "Forbidden",
        "The user is blocked, the page's origin is not allowed, two credentials contradict each other, or the API key is of another project.",
    ),
    (404, "NotFound", "The project, the session or the user doesn't exist."),
    (409, "Conflict", "It conflicts with existing data, for example a taken address."),
    (413, "TooLarge", "The body is too large."),
    (415, "UnsupportedMediaType", "The body is not declared as JSON."),
    (424, "FailedDependency", "The identity provider failed, or can't be reached."),
    (429, "TooManyRequests", "A rate limit is exceeded; try again after `Retry-After` seconds."),
    (500, "ServerError", "A fault of the server."),
    (501, "NotImplemented", "This sign-in method is turned off, or sign-up is closed."),
    (503, "Unavailable", "The server is busy, or can't send e-mail or SMS."),
];

/// The field that calls a session's provider.
const CALLS_PROVIDER: &str = "accountUpdateSession";

/// The error of fields that belong to a sign-in method, as their descriptions list it.
const METHOD_IS_OFF: &str = "`user_auth_method_unsupported`";

/// The headers of limits.
const HEADERS: [(&str, &str, &str); 4] = [
    ("RateLimit-Limit", "RateLimitLimit", "How many calls the limit allows."),
    ("RateLimit-Remaining", "RateLimitRemaining", "How many calls are left."),
    ("RateLimit-Reset", "RateLimitReset", "The number of seconds until another call is possible."),
    ("Retry-After", "RetryAfter", "The number of seconds to wait before trying again."),
];

/// The responses of a route by status.
pub(super) fn of(route: &Route) -> Value {
    let mut responses = Map::new();
    responses.insert(route.status.to_string(), success(route));
    let statuses = ERRORS.map(|(status, ..)| status);
    let statuses: Vec<u16> = statuses.into_iter().filter(|it| may_answer(route, *it)).collect();
    responses.extend(references_of(&statuses));
    Value::Object(responses)
}

/// References to the errors with these statuses, by status.
pub(super) fn references_of(statuses: &[u16]) -> impl Iterator<Item = (String, Value)> {
    let errors = ERRORS.into_iter().filter(|(status, ..)| statuses.contains(status));
    errors.map(|(status, name, _)| {
        (status.to_string(), json!({ "$ref": format!("#/components/responses/{name}") }))
    })
}

fn may_answer(route: &Route, status: u16) -> bool {
    let reads = route.method == Method::Get;
    match status {
        400 => !reads || !route.arguments.is_empty(),
        409 | 413 | 415 => !reads,
        424 => route.field == CALLS_PROVIDER,
        429 => !route.limits.is_empty(),
        501 => route.description.contains(METHOD_IS_OFF),
        _ => true,
    }
}

fn success(route: &Route) -> Value {
    let mut response = json!({ "description": "Done." });
    if route.status != 204 {
        let schema = json!({ "$ref": format!("#/components/schemas/{}", route.answer) });
        let content = json!({ "application/json": { "schema": schema } });
        response = with(response, "content", content);
    }
    if !route.limits.is_empty() {
        response = with(response, "headers", references(&HEADERS[..3]));
    }
    response
}

/// The headers, for references.
pub(super) fn headers() -> Value {
    let headers = HEADERS.iter().map(|(_, name, description)| {
        let header = json!({ "description": description, "schema": { "type": "integer" } });
        ((*name).to_owned(), header)
    });
    Value::Object(headers.collect())
}

/// The errors, for references.
pub(super) fn errors() -> Value {
    let errors = ERRORS.iter().map(|(status, name, description)| {
        let mut response = error(description);
        if *status == 429 {
            response = with(response, "headers", references(&HEADERS));
        }
        ((*name).to_owned(), response)
    });
    Value::Object(errors.collect())
}

/// A response with an error.
pub(super) fn error(description: &str) -> Value {
    let schema = json!({ "$ref": "#/components/schemas/Error" });
    json!({ "description": description, "content": { "application/json": { "schema": schema } } })
}

fn references(headers: &[(&str, &str, &str)]) -> Value {
    let headers = headers.iter().map(|(header, name, _)| {
        ((*header).to_owned(), json!({ "$ref": format!("#/components/headers/{name}") }))
    });
    Value::Object(headers.collect())
}
