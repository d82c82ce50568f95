//! Other servers that ask whether a token is valid: introspection, and the question of a proxy.

use axum::body::Body;
use axum::http::{Method, Request};
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::*;
use crate::support::{Answer, Caller, none};

/// A project with a key of the scope `tokens.introspect`, and one of another.
const SHOP: &str = r#"
[[projects]]
id = "shop"
platforms = ["shop.example.com"]
[[projects.api_keys]]
# of the key ak_other
hash = "b4c0a2a7c699a282dcdbbf7cef7bde7d9bfa87b2098f3a8cb71588d897751b31"
scopes = ["tokens.introspect"]
[[projects.api_keys]]
# of the key ak_hashes
hash = "9a807e304d5aa79a54dd0bf2afc5c8bda3b8bfcf7efdcbb825d16b9983bc6f88"
scopes = ["users.read", "users.write", "sessions.write"]
"#;
const SHOP_PASSWORD: &str = crate::support::PASSWORD;

async fn shop() -> (TestApp, Caller) {
    let app = TestApp::with(SHOP).await;
    let guest = app.guest().with("x-appwrite-project", "shop");
    let ada = json!({"userId": "ada", "email": "ada@example.com", "password": SHOP_PASSWORD});
    guest.run("accountCreate", ada).await.data();
    let sign_in = json!({"email": "ada@example.com", "password": SHOP_PASSWORD});
    let session = guest.run("accountCreateEmailPasswordSession", sign_in).await.field();
    let ada = guest.with_session(session["secret"].as_str().unwrap());
    (app, ada)
}

async fn post(caller: &Caller, form: &str) -> Answer {
    let request = Request::post("/v1/projects/shop/introspect")
        .header("content-type", "application/x-www-form-urlencoded; charset=utf-8")
        .body(Body::from(form.to_owned()));
    caller.request(request.unwrap()).await
}

async fn introspected(app: &TestApp, token: &str) -> Value {
    let caller = app.guest().with_key("ak_other");
    let answer = post(&caller, &format!("token={token}&token_type_hint=access_token")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.header("cache-control"), "no-store");
    answer.json()
}

/// RFC 7662, SJ-4: a token is active until its session ends, and nothing is said of others.
#[tokio::test]
async fn a_token_is_introspected() {
    let (app, ada) = shop().await;
    let jwt = ada.jwt().await;

    let answer = introspected(&app, &jwt).await;

    assert_eq!((&answer["active"], &answer["token_type"]), (&json!(true), &json!("Bearer")));
    for (name, value) in decoded(&jwt).1.as_object().unwrap() {
        assert_eq!(answer[name], *value, "{name}");
    }
    let of_default = app.user("eve@example.com").await.jwt().await;
    let forged = format!("{}x", &jwt[..jwt.len() - 1]);
    for other in [&of_default, &forged, "", "x", "..", ada.session()] {
        assert_eq!(introspected(&app, other).await, json!({"active": false}), "{other}");
    }
    ada.run("accountDeleteSession", json!({"sessionId": "current"})).await.data();
    assert_eq!(introspected(&app, &jwt).await, json!({"active": false}));
}

#[tokio::test]
async fn the_token_of_a_blocked_user_is_not_active() {
    let (app, ada) = shop().await;
    let jwt = ada.jwt().await;
    let server = app.guest().with("x-appwrite-project", "shop").with_key("ak_hashes");

    server.run("usersUpdateStatus", json!({"userId": "ada", "status": false})).await.data();

    assert_eq!(introspected(&app, &jwt).await, json!({"active": false}));
}

/// Libraries send the key in one of three ways. Without the scope nothing is answered.
#[tokio::test]
async fn introspection_needs_a_key_of_the_project() {
    let (app, ada) = shop().await;
    let form = format!("token={}", ada.jwt().await);
    let basic = format!("Basic {}", STANDARD.encode("shop:ak_other"));
    for caller in [
        app.guest().with_key("ak_other"),
        app.guest().with("authorization", "Bearer ak_other"),
        app.guest().with("authorization", &basic),
    ] {
        assert_eq!(post(&caller, &form).await.json()["active"], true);
    }
    let nobody = post(&app.guest(), &form).await;
    assert_eq!(nobody.request_error(), "401 general_unauthorized_scope");
    assert_eq!(nobody.header("www-authenticate"), "Basic realm=\"accountd\"");
    for (key, error) in [
        ("ak_hashes", "401 general_unauthorized_scope"),
        ("ak_none", "401 user_unauthorized"),
        ("ak_exempt", "403 project_id_missing"),
    ] {
        let answer = post(&app.guest().with_key(key), &form).await;
        assert_eq!(answer.request_error(), error, "{key}");
        assert!(answer.json().get("active").is_none(), "{key}");
    }
    let twice = post(&app.guest().with_key("ak_other"), "token=a&token=b").await;
    assert_eq!(twice.request_error(), "400 general_argument_invalid");
    let caller = app.guest().with_key("ak_other");
    let as_json = caller.rest("POST", "/v1/projects/shop/introspect", json!({"token": "x"})).await;
    assert_eq!(as_json.request_error(), "400 general_argument_invalid");
}

async fn ask(caller: &Caller, path: &str) -> Answer {
    caller.rest("GET", path, Value::Null).await
}

const ASK: &str = "/v1/account/forward-auth";
const OF_DEFAULT: &str = "/v1/projects/default/forward-auth/%FF/path";
const OF_SHOP: &str = "/v1/projects/shop/forward-auth";

/// A proxy gets the user as headers, all of them, whether the client has sent such headers or not.
#[tokio::test]
async fn a_proxy_gets_the_callers_id() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let account = ada.run("accountGet", none()).await.field();
    let id = account["_id"].as_str().unwrap();
    let labels = json!({"userId": id, "labels": ["vip", "staff"]});
    app.server().run("usersUpdateLabels", labels).await.data();
    let jwt = ada.jwt().await;
    let cookie = format!("a_session_default={}", ada.session());

    for caller in [
        app.guest().with("authorization", &format!("Bearer {jwt}")),
        app.guest()
            .with("cookie", &cookie)
            .with("x-auth-user", "eve")
            .with("x-auth-labels", "admin"),
        app.guest().with("cookie", &cookie).with("sec-fetch-site", "cross-site"),
        app.guest().with("cookie", &cookie).with("origin", "https://app.example.com"),
    ] {
        for path in [ASK, "/v1/account/forward-auth/any/path?of=envoy", OF_DEFAULT] {
            let answer = ask(&caller, path).await;
            assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, ""));
            assert_eq!(answer.header("x-auth-user"), id);
            assert_eq!(answer.header("x-auth-session"), ada.session_id().await);
            assert_eq!(answer.header("x-auth-factors"), "password");
            assert_eq!(answer.header("x-auth-labels"), "vip,staff");
            assert_eq!(answer.header("cache-control"), "no-store");
        }
    }
    let post = Request::builder().method(Method::POST).uri(ASK).body(Body::empty()).unwrap();
    assert_eq!(app.guest().with_jwt(&jwt).request(post).await.status, 200);
}

/// The path names the project, and nothing that the proxy's client sends does: its users would pass for those of another one.
#[tokio::test]
async fn the_client_of_a_proxy_chooses_no_project() {
    let (app, ada) = shop().await;
    let jwt = ada.jwt().await;
    let cookie = format!("a_session_shop={}", ada.session());
    for caller in [
        app.guest().with("authorization", &format!("Bearer {jwt}")),
        app.guest().with("cookie", &cookie),
    ] {
        let named = caller.clone().with("x-appwrite-project", "shop");
        for path in [ASK, OF_DEFAULT] {
            let query = format!("{path}?project=shop");
            for answer in [
                ask(&caller, path).await,
                ask(&named, path).await,
                ask(&caller, &query).await,
                ask(&named, &query).await,
            ] {
                assert_eq!(answer.status, 401, "{path}: {}", answer.text);
                assert!(answer.headers.get("x-auth-user").is_none(), "{path}");
            }
        }
        let elsewhere = caller.with("x-appwrite-project", "default");
        for path in [OF_SHOP, "/v1/projects/shop/forward-auth/any?project=default"] {
            assert_eq!(ask(&elsewhere, path).await.header("x-auth-user"), "ada");
        }
    }
    assert_eq!(
        ask(&app.guest(), "/v1/projects/none/forward-auth").await.request_error(),
        "404 project_not_found"
    );
}

/// A preflight that the proxy holds is no preflight of the server's: who isn't signed in doesn't pass with it.
#[tokio::test]
async fn a_preflight_of_a_proxy_is_not_allowed() {
    let app = TestApp::new().await;
    let jwt = app.user("ada@example.com").await.jwt().await;
    let options = |caller: Caller| async move {
        let request = Request::options(format!("{ASK}/any")).header("origin", "https://evil.test");
        let request = request.header("access-control-request-method", "POST");
        caller.request(request.body(Body::empty()).unwrap()).await
    };

    assert_eq!(options(app.guest().with("x-auth-user", "ada")).await.status, 401);
    assert_eq!(options(app.guest().with_jwt(&jwt)).await.status, 200);
}

/// Part of the labels might make another user of one; so there is none of them.
#[tokio::test]
async fn too_many_labels_for_a_header_are_an_error() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let id = ada.run("accountGet", none()).await.field()["_id"].clone();
    let labels: Vec<_> = (100..165).map(|n| format!("{n}{}", "x".repeat(33))).collect();
    app.server().run("usersUpdateLabels", json!({"userId": id, "labels": labels})).await.data();

    let answer = ask(&app.guest().with_jwt(&ada.jwt().await), ASK).await;

    assert_eq!(answer.request_error(), "500 general_server_error");
    assert!(answer.headers.get("x-auth-user").is_none());
}

/// SJ-4, NW-9: a sign-out counts at once, and no foreign page acts with the user's cookie.
#[tokio::test]
async fn a_proxy_gets_an_error_for_guests() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let jwt = ada.jwt().await;
    let cookie = format!("a_session_default={}", ada.session());
    let stranger = app.guest().with("cookie", &cookie).with("origin", "https://evil.test");
    for (caller, error) in [
        (app.guest(), "401 general_unauthorized_scope"),
        (app.guest().with_jwt("x"), "401 user_jwt_invalid"),
        (stranger, "403 general_unknown_origin"),
    ] {
        let answer = ask(&caller, ASK).await;
        assert_eq!(answer.request_error(), error);
        assert!(!answer.headers.keys().any(|name| name.as_str().starts_with("x-auth-")));
        assert_eq!(answer.header("cache-control"), "no-store");
    }

    ada.run("accountDeleteSession", json!({"sessionId": "current"})).await.data();

    let by_jwt = ask(&app.guest().with_jwt(&jwt), ASK).await;
    let by_cookie = ask(&app.guest().with("cookie", &cookie), ASK).await;
    assert_eq!(by_jwt.request_error(), "401 user_jwt_invalid");
    assert_eq!(by_cookie.request_error(), "401 general_unauthorized_scope");
}
