//! Fields for servers can only be called by servers, with the scope.

use accountd::config::Mode;
use serde_json::{Value, json};

use crate::policy::calls_of;
use crate::support::{Caller, TestApp, sdl, server_catalog, server_sdl};

/// Calls of the fields that only the server's schema has.
fn calls() -> Vec<(String, String)> {
    let mut calls = calls_of(&server_sdl(Mode::Serve));
    let of_clients = calls_of(&sdl(Mode::Serve));
    calls.retain(|name, _| !of_clients.contains_key(name));
    assert!(["usersGet", "usersList", "projectGet"].iter().all(|name| calls.contains_key(*name)));
    calls.into_iter().collect()
}

/// No field for servers is there for a guest or a user, nor open to a key without the scope or of another project.
#[tokio::test]
async fn every_field_needs_a_key_with_the_scope() {
    let app = TestApp::with("limits.rates = false").await;
    let ada = app.user("ada@example.com").await;
    let jwt = app.jwt_user("bob@example.com").await;

    for (name, call) in calls() {
        for caller in [app.guest(), ada.clone(), jwt.clone()] {
            let answer = caller.query(&call).await;
            assert!(answer.json().get("data").is_none(), "{name}: {}", answer.text);
            assert_eq!(answer.error(), "general_argument_invalid 400", "{name}");
        }
        for key in ["ak_forward", "ak_exempt"] {
            for caller in [app.guest().with_key(key), ada.clone().with_key(key)] {
                let answer = caller.query(&call).await;
                assert_eq!(answer.error(), "general_unauthorized_scope 401", "{name}");
                let message = answer.json()["errors"][0]["message"].to_string();
                let start = "\"app.default (role: applications) missing scopes ([";
                assert!(message.starts_with(start), "{name}: {message}");
            }
        }
        let other = ada.clone().with_key("ak_other").query(&call).await;
        assert_eq!(other.request_error(), "403 project_id_missing", "{name}");
        let unknown = ada.clone().with_key("ak_unknown").query(&call).await;
        assert_eq!(unknown.request_error(), "401 user_unauthorized", "{name}");
    }
}

/// The same by REST, where the routes are there, and say what they need.
#[tokio::test]
async fn every_route_needs_a_key_with_the_scope() {
    let app = TestApp::with("limits.rates = false").await;
    let ada = app.user("ada@example.com").await;
    let cookie = format!("a_session_default={}", ada.session());
    let cookie = app.guest().with("cookie", &cookie).with("origin", "http://localhost");
    let catalog = server_catalog(Mode::Serve);

    for route in catalog.rest().routes.iter().filter(|route| route.field.starts_with("users")) {
        let path = route.path.replace(['{', '}'], "");
        let call = async |caller: &Caller| {
            let body = if route.method.as_str() == "GET" { Value::Null } else { json!({}) };
            caller.rest(route.method.as_str(), &path, body).await
        };
        let scopes: Vec<_> = route.scopes.iter().map(|scope| scope.as_str()).collect();
        let scopes = serde_json::to_string(&scopes).unwrap();
        for caller in [&app.guest(), &ada, &cookie] {
            let answer = call(caller).await;
            assert_eq!(answer.request_error(), "401 general_unauthorized_scope", "{route}");
            let message = format!("User (role: guests) missing scopes ({scopes})");
            assert_eq!(answer.json()["message"], message, "{route}");
        }
        let other = call(&ada.clone().with_key("ak_other")).await;
        assert_eq!(other.request_error(), "403 project_id_missing", "{route}");
        let unknown = call(&app.guest().with_key("ak_unknown")).await;
        assert_eq!(unknown.request_error(), "401 user_unauthorized", "{route}");
        // What the body lacks is found before the scope; never a success.
        let without = call(&ada.clone().with_key("ak_exempt")).await;
        assert!([400, 401].contains(&without.status.as_u16()), "{route}: {}", without.text);
    }
    for key in [None, Some("ak_server")] {
        let caller = key.map_or_else(|| app.guest(), |key| app.guest().with_key(key));
        let nowhere = caller.rest("GET", "/v1/users/a/b/c/d", Value::Null).await;
        assert_eq!(nowhere.request_error(), "404 general_route_not_found", "{key:?}");
        let method = caller.rest("LOCK", "/v1/users/ada", Value::Null).await;
        assert_eq!(method.request_error(), "405 general_not_implemented", "{key:?}");
    }
}

/// A key opens the users of its project only, and a session beside it opens no others.
#[tokio::test]
async fn a_key_opens_the_users_of_its_project() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let id = ada.run("accountGet", json!({})).await.field()["_id"].as_str().unwrap().to_owned();
    let get = json!({"userId": id});
    let server = app.guest().with_key("ak_server");
    let other = app.guest().with_key("ak_other").with("x-appwrite-project", "other");

    let by_graphql = server.run("usersGet", get.clone()).await.field();
    let by_rest = server.rest("GET", &format!("/v1/users/{id}"), Value::Null).await;
    let elsewhere = other.run("usersGet", get.clone()).await;
    let both = "query($id: String!) { accountGet { email } usersGet(userId: $id) { email } }";
    let both = json!({"query": both, "variables": {"id": id}});
    let both = ada.with_key("ak_server").send(&both).await.data();

    assert_eq!(by_graphql["email"], "ada@example.com");
    assert_eq!((by_rest.status.as_u16(), &by_rest.json()["$id"]), (200, &json!(id)));
    assert_eq!(elsewhere.error(), "user_not_found 404");
    assert_eq!(both["accountGet"], both["usersGet"]);
}
