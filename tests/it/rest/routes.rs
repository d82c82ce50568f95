//! Which field answers which route.

use accountd::config::Mode;
use accountd::openapi::{DEV_SERVER, describe};
use insta::assert_snapshot;
use serde_json::Value;

use crate::schema::root_fields;
use crate::support::{TestApp, server_catalog};

/// Every field is a route, but for those that only GraphQL has, and other spellings.
#[test]
fn the_fields_without_a_route_are_these() {
    let catalog = server_catalog(Mode::Serve);
    let rest = catalog.rest();
    let has_route = |field: &str| rest.routes.iter().any(|route| route.field == field);
    let fields = root_fields().into_iter().map(|(_, field)| field);

    // `Mfa` is the other spelling of `MFA`, which has the route.
    let without = fields.filter(|field| !has_route(field) && !field.contains("Mfa"));
    let mut without: Vec<_> = without.collect();
    without.sort();

    assert_eq!(
        without,
        [
            "accountCreateOAuth2Token",
            "accountPatchPrefs",
            "accountStatus",
            "messagesGet",
            "messagesList",
            "messagesRetry",
            "pingGet",
            "projectGet",
            "statsGet",
            "usersExport",
            "usersExportWithHashes",
            "usersImport",
        ]
    );
}

#[test]
fn the_routes_are_these() {
    let catalog = server_catalog(Mode::Serve);
    let rest = catalog.rest();

    let mut routes: Vec<_> = rest
        .routes
        .iter()
        .map(|route| format!("{route} {} {}", route.status, route.field))
        .collect();
    routes.sort();

    assert_snapshot!(routes.join("\n"));
}

/// EN-8: the description follows the switch of introspection; a client that has it gets it once.
#[tokio::test]
async fn the_description_is_served() {
    let app = TestApp::new().await;
    let dark = TestApp::with("graphql.introspection = false").await;

    let answer = app.guest().rest("GET", "/v1/openapi.json", Value::Null).await;
    let tag = answer.header("etag");
    for known in [tag, "*", &format!("\"other\", W/{tag}")] {
        let caller = app.guest().with("if-none-match", known);
        let again = caller.rest("GET", "/v1/openapi.json", Value::Null).await;
        assert_eq!(again.status, 304, "{known}");
    }
    let other = app.guest().with("if-none-match", "\"other\"");
    let other = other.rest("GET", "/v1/openapi.json", Value::Null).await;
    let hidden = dark.guest().rest("GET", "/v1/openapi.json", Value::Null).await;

    assert_eq!(answer.header("content-type"), "application/json; charset=utf-8");
    assert_eq!(answer.json()["openapi"], "3.1.0");
    assert_eq!(other.status, 200);
    assert_eq!(hidden.request_error(), "404 general_route_not_found");
}

/// Every reference of the description leads somewhere, and it describes every route.
#[test]
fn the_description_is_whole() {
    let catalog = server_catalog(Mode::Serve);
    let rest = catalog.rest();
    let document: Value = serde_json::from_str(&describe(rest, DEV_SERVER)).unwrap();
    let mut references = Vec::new();
    collect(&document, &mut references);

    for reference in references {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
    for route in &rest.routes {
        let method = route.method.as_str().to_lowercase();
        assert!(document["paths"][&route.path][method].is_object(), "{route}");
    }
}

/// The values of all `$ref`.
fn collect(value: &Value, references: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            // A property may be called so, too; then it is no text.
            let reference = members.get("$ref").and_then(Value::as_str);
            references.extend(reference.map(str::to_owned));
            members.values().for_each(|member| collect(member, references));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, references)),
        _ => {}
    }
}
