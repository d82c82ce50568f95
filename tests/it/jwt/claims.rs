//! The claims of a JWT about its user, and those of templates.

use std::time::Duration;

use accountd::config::{Config, Mode};
use serde_json::json;

use super::*;
use crate::support::{PASSWORD, none};

/// A project with templates. The texts are those of docs/tokens.md.
const SHOP: &str = r#"
[[projects]]
id = "shop"
[projects.jwt.templates.postgrest.claims]
role = "app_user"
user_id = "{{user.id}}"
[projects.jwt.templates.hasura.claims."https://hasura.io/jwt/claims"]
x-hasura-default-role = "user"
x-hasura-allowed-roles = ["user"]
x-hasura-user-id = "{{user.id}}"
[projects.jwt.templates.all.claims]
project = "{{project.id}}"
session = "{{session.id}}"
factors = "{{session.factors}}"
name = "Hello, {{user.name}}!"
email = "{{user.email}}"
verified = "{{user.email_verified}}"
phone = "{{user.phone}}"
phone_verified = "{{user.phone_verified}}"
tags = "{{user.labels}}"
deep = { list = ["{{user.id}}", 1, true] }
[[projects.api_keys]]
# of the key ak_other
hash = "b4c0a2a7c699a282dcdbbf7cef7bde7d9bfa87b2098f3a8cb71588d897751b31"
scopes = ["users.read", "users.write", "sessions.read", "sessions.write"]
"#;

/// Ada of the shop, signed in.
async fn ada(app: &TestApp) -> crate::support::Caller {
    let guest = app.guest().with("x-appwrite-project", "shop");
    let ada =
        json!({"userId": "ada", "email": "ada@example.com", "password": PASSWORD, "name": "Ada"});
    guest.run("accountCreate", ada).await.data();
    let sign_in = json!({"email": "ada@example.com", "password": PASSWORD});
    let session = guest.run("accountCreateEmailPasswordSession", sign_in).await.field();
    guest.with_session(session["secret"].as_str().unwrap())
}

async fn claims_of(app: &TestApp, template: &str) -> Value {
    let made = ada(app).await.run("accountCreateJWT", json!({"template": template})).await.field();
    decoded(made["jwt"].as_str().unwrap()).1
}

#[tokio::test]
async fn a_token_has_the_methods_of_the_sign_in() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;

    let claims = decoded(&ada.jwt().await).1;

    assert_eq!(claims["amr"], json!(["pwd"]));
    assert_eq!(claims["acr"], "aal1");
    assert_eq!(claims["auth_time"], claims["iat"]);
    assert_eq!(claims["sid"], claims["sessionId"]);
    assert_eq!(claims["jti"].as_str().unwrap().len(), 20);
    assert_ne!(claims["jti"], decoded(&ada.jwt().await).1["jti"]);
    // What isn't so is absent.
    assert!(claims.get("email_verified").is_none() && claims.get("labels").is_none(), "{claims}");

    let server = app.server();
    let labels = json!({"userId": claims["sub"], "labels": ["vip"]});
    server.run("usersUpdateLabels", labels).await.data();
    let verified = json!({"userId": claims["sub"], "emailVerification": true});
    server.run("usersUpdateEmailVerification", verified).await.data();
    let claims = decoded(&ada.jwt().await).1;
    assert_eq!((&claims["labels"], &claims["email_verified"]), (&json!(["vip"]), &json!(true)));
}

#[tokio::test]
async fn an_anonymous_user_has_shown_no_factor() {
    let app = TestApp::new().await;
    let guest = app.guest();
    let session = guest.run("accountCreateAnonymousSession", none()).await.field();

    let jwt = guest.with_session(session["secret"].as_str().unwrap()).jwt().await;

    let claims = decoded(&jwt).1;
    assert!(claims.get("amr").is_none() && claims.get("acr").is_none(), "{claims}");
}

/// SJ-4: other servers don't ask for the session, so no token outlives it.
#[tokio::test]
async fn a_token_ends_with_its_session_at_the_latest() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let session = ada.run("accountGetSession", json!({"sessionId": "current"})).await.field();
    let claims = decoded(&ada.jwt().await).1;
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 900);
    let ends = app.app.project(&entity::ProjectId::new("default")).unwrap().session.ttl_seconds;
    app.advance(Duration::from_secs(ends - 100));

    let claims = decoded(&ada.jwt().await).1;

    let (iat, exp) = (claims["iat"].as_i64().unwrap(), claims["exp"].as_i64().unwrap());
    assert_eq!(exp - iat, 100, "{session}");
    app.advance(Duration::from_millis(99_999));
    let jwt = ada.jwt().await;
    let claims = decoded(&jwt).1;
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 1);
    assert_eq!(answered(&app, &jwt).await, "ok");
}

/// A user with 65 labels of 36 characters: a token with them would be longer than any server takes.
#[tokio::test]
async fn a_token_is_never_too_long_to_be_accepted() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let id = ada.run("accountGet", none()).await.field()["_id"].clone();
    let labels: Vec<_> = (100..165).map(|n| format!("{n}{}", "x".repeat(33))).collect();
    app.server().run("usersUpdateLabels", json!({"userId": id, "labels": labels})).await.data();

    let jwt = ada.jwt().await;

    assert_eq!(answered(&app, &jwt).await, "ok");
    assert!(decoded(&jwt).1.get("labels").is_none());
}

/// The template of `PostgREST`: a text `role`, which the database switches to.
#[tokio::test]
async fn a_template_adds_claims() {
    let app = TestApp::with(SHOP).await;

    let claims = claims_of(&app, "postgrest").await;

    assert_eq!((&claims["role"], &claims["user_id"]), (&json!("app_user"), &json!("ada")));
    assert_eq!((&claims["aud"], &claims["sub"]), (&json!("shop"), &json!("ada")));
}

/// Hasura's rules: all values are texts, but for the list of roles, which has the default one.
#[tokio::test]
async fn a_template_makes_claims_for_hasura() {
    let app = TestApp::with(SHOP).await;

    let claims = claims_of(&app, "hasura").await;

    let own = &claims["https://hasura.io/jwt/claims"];
    assert_eq!(
        *own,
        json!({
            "x-hasura-default-role": "user", "x-hasura-allowed-roles": ["user"], "x-hasura-user-id": "ada",
        })
    );
}

#[tokio::test]
async fn every_placeholder_has_its_value_and_type() {
    let app = TestApp::with(SHOP).await;
    let ada = ada(&app).await;
    let server = app.guest().with("x-appwrite-project", "shop").with_key("ak_other");
    let labels = json!({"userId": "ada", "labels": ["vip", "staff"]});
    server.run("usersUpdateLabels", labels).await.data();

    let made = ada.run("accountCreateJWT", json!({"template": "all"})).await.field();

    let claims = decoded(made["jwt"].as_str().unwrap()).1;
    let expected = json!({
        "project": "shop", "session": claims["sid"], "factors": ["password"], "name": "Hello, Ada!",
        "email": "ada@example.com", "verified": false, "phone": null, "phone_verified": false,
        "tags": ["vip", "staff"], "deep": {"list": ["ada", 1, true]},
    });
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(claims[name], *value, "{name}");
    }
    let by_server = json!({"userId": "ada", "template": "postgrest"});
    let made = server.run("usersCreateJWT", by_server).await.field();
    assert_eq!(decoded(made["jwt"].as_str().unwrap()).1["role"], "app_user");
}

#[tokio::test]
async fn a_template_that_cannot_be_made_is_an_error() {
    let app = TestApp::with(SHOP).await;
    let ada = ada(&app).await;

    let unknown = ada.run("accountCreateJWT", json!({"template": "none"})).await;

    assert_eq!(unknown.error(), "general_argument_invalid 400");
    assert_eq!(unknown.argument(), "template");
    let server = app.guest().with("x-appwrite-project", "shop").with_key("ak_other");
    let labels: Vec<_> = (0..100).map(|n| format!("label{n}")).collect();
    server.run("usersUpdateLabels", json!({"userId": "ada", "labels": labels})).await.data();
    let large = ada.run("accountCreateJWT", json!({"template": "all"})).await;
    assert_eq!(
        (large.error().as_str(), large.argument()),
        ("general_argument_invalid 400", json!("template"))
    );
}

/// A template can't set the server's own claims.
#[test]
fn templates_are_checked_at_the_start() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let project = "[[projects]]\nid = \"shop\"\n[projects.jwt.templates.a.claims]\n";
    for (claims, problem) in [
        ("sub = \"eve\"", "projects.shop.jwt.templates.a.claims: the server makes `sub` itself"),
        ("x = \"{{user.prefs}}\"", "claims: `x`: there is no `user.prefs`"),
        ("x = \"a {{user.labels}}\"", "must stand alone"),
    ] {
        std::fs::write(file.path(), format!("{project}{claims}")).unwrap();
        let config = Config::load(Some(file.path()), [], Mode::Dev).unwrap();
        let problems = config.check().unwrap_err().to_string();
        assert!(problems.contains(problem), "{problems}");
    }
}
