//! The console: its page, the cookie that holds an operator's API key, and what the cookie is good for.

use std::time::Duration;

use accountd::config::KeyHash;
use axum::body::Body;
use axum::http::Request;
use entity::{ApiKeyId, ProjectId, api_key};
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use serde_json::{Value, json};

use crate::support::{Answer, Caller, TestApp};

mod documents;
mod fields;
mod page;

/// The server's address, and that of its pages.
const OWN: &str = "https://accounts.example.com";
/// A production server with the console.
const ON: &str = "public_url = \"https://accounts.example.com\"\nconsole.enabled = true";
/// A query of the console's schema.
const TYPE_NAME: &str = "{ __typename }";

/// A server with the console, and an API key of the project `default` in its database.
async fn server() -> (TestApp, String) {
    let app = TestApp::in_production(ON).await;
    let key = create_key(&app, "default", "users.read users.write sessions.write").await;
    (app, key)
}

/// Stores an API key.
async fn create_key(app: &TestApp, project: &str, scopes: &str) -> String {
    let key = format!("ak_{}", app.app.random.id(app.clock.now()));
    let row = api_key::ActiveModel {
        id: Set(ApiKeyId::new(app.app.random.id(app.clock.now()))),
        project_id: Set(ProjectId::new(project)),
        name: Set("Support".to_owned()),
        hash: Set(KeyHash::of(&key).to_string()),
        scopes: Set(scopes.to_owned()),
        created_at: Set(app.clock.now()),
        ..Default::default()
    };
    api_key::Entity::insert(row).exec(app.app.db.writer()).await.unwrap();
    key
}

/// The page of the server itself.
fn page(app: &TestApp) -> Caller {
    app.guest().with("origin", OWN).with("sec-fetch-site", "same-origin")
}

async fn get(caller: &Caller, path: &str) -> Answer {
    caller.clone().request(Request::get(path).body(Body::empty()).unwrap()).await
}

async fn sign_in(caller: &Caller, project: &str, key: &str) -> Answer {
    let body = json!({"project": project, "key": key});
    caller.rest("POST", "/console/session", body).await
}

/// The `Cookie` header of a browser that has got a response.
fn cookie(answer: &Answer) -> String {
    let [cookie] = answer.cookies()[..] else { panic!("{}", answer.text) };
    cookie.split(';').next().unwrap().to_owned()
}

/// A page with the cookie of a sign-in.
async fn signed_in(app: &TestApp, key: &str) -> Caller {
    let answer = sign_in(&page(app), "default", key).await;
    page(app).with("cookie", &cookie(&answer))
}

async fn query(caller: &Caller, document: &str) -> Answer {
    caller.rest("POST", "/console/graphql", json!({"query": document})).await
}

/// The key is nowhere in what the browser gets, and scripts can't read the cookie.
#[tokio::test]
async fn a_key_is_exchanged_for_a_cookie() {
    let (app, key) = server().await;

    let answer = sign_in(&page(&app), "default", &key).await;

    assert_eq!(answer.status, 200, "{}", answer.text);
    let session = json!({
        "project": "default",
        "projects": [],
        "key": {"name": "Support", "scopes": ["users.read", "users.write", "sessions.write"]},
        "expires": (app.clock.now() + Duration::from_hours(1)).to_string(),
    });
    assert_eq!(answer.json(), session);
    assert_eq!(answer.header("cache-control"), "no-store");
    let [cookie] = answer.cookies()[..] else { panic!() };
    let (pair, attributes) = cookie.split_once(';').unwrap();
    assert!(pair.starts_with("__Host-accountd_console=default:1."), "{cookie}");
    assert_eq!(attributes, " HttpOnly; SameSite=Strict; Secure; Path=/; Max-Age=3600");
    assert!(!cookie.contains(&key) && !answer.text.contains(&key));
    let later = get(&page(&app).with("cookie", pair), "/console/session").await;
    assert_eq!(later.json(), session);
}

/// Without HTTPS there is no prefix, and the cookie is for the console's path only.
#[tokio::test]
async fn on_this_machine_the_cookie_is_for_the_path() {
    let settings = "public_url = \"http://localhost:8080/auth\"\nconsole.enabled = true";
    let app = TestApp::in_production(settings).await;
    let key = create_key(&app, "default", "users.read").await;

    let answer =
        sign_in(&app.guest().with("origin", "http://localhost:8080"), "default", &key).await;

    let [cookie] = answer.cookies()[..] else { panic!("{}", answer.text) };
    assert!(cookie.starts_with("accountd_console=default:1."), "{cookie}");
    assert!(
        cookie.ends_with("; HttpOnly; SameSite=Strict; Path=/auth/console; Max-Age=3600"),
        "{cookie}"
    );
}

/// The cookie gets the server's schema at the console's endpoint, and nothing anywhere else.
#[tokio::test]
async fn the_cookie_counts_for_the_console_only() {
    let (app, key) = server().await;
    let operator = signed_in(&app, &key).await;
    let users = "{ usersList { total } }";

    assert_eq!(query(&operator, users).await.error(), "ok");

    let elsewhere = operator.query(users).await;
    assert!(elsewhere.json()["data"].is_null(), "{}", elsewhere.text);
    let rest = operator.rest("GET", "/v1/users", Value::Null).await;
    assert_eq!(rest.request_error(), "401 general_unauthorized_scope");
}

/// Other credentials count nothing at the console: there is one who acts, the key's holder.
#[tokio::test]
async fn other_credentials_count_nothing_there() {
    let (app, key) = server().await;
    let ada = app.user("ada@example.com").await;
    let operator = signed_in(&app, &key).await;
    let session = ada.session().to_owned();

    for (name, value) in [
        ("x-appwrite-session", session.clone()),
        ("cookie", format!("a_session_default={session}")),
        ("x-appwrite-jwt", ada.jwt().await),
        ("x-appwrite-key", "ak_unknown".to_owned()),
        ("x-appwrite-project", "other".to_owned()),
    ] {
        let answer = query(&operator.clone().with(name, &value), "{ accountGet { _id } }").await;
        assert_eq!(answer.error(), "general_unauthorized_scope 401", "{name}");
    }
    // Without the cookie, a key in the header opens nothing.
    let by_header = page(&app).with("x-appwrite-key", &key);
    assert_eq!(query(&by_header, TYPE_NAME).await.request_error(), "401 user_unauthorized");
}

/// NW-9: no other page acts with the cookie, or reads anything, also none of the projects' own platforms, which share the
/// server's site.
#[tokio::test]
async fn other_pages_are_refused() {
    let (app, key) = server().await;
    let cookie = cookie(&sign_in(&page(&app), "default", &key).await);
    let body = json!({"query": TYPE_NAME, "project": "default", "key": key});
    let shapes: [&[(&str, &str)]; 9] = [
        &[("origin", "https://app.example.com")],
        &[("origin", "https://evil.example")],
        &[("origin", "http://accounts.example.com")],
        &[("origin", "https://accounts.example.com:8443")],
        &[("origin", "null")],
        &[("origin", OWN), ("origin", "https://evil.example")],
        &[("origin", OWN), ("sec-fetch-site", "same-site")],
        &[("origin", OWN), ("sec-fetch-site", "cross-site")],
        &[],
    ];

    for shape in shapes {
        let caller =
            shape.iter().fold(app.guest().with("cookie", &cookie), |caller, (name, value)| {
                caller.with(name, value)
            });
        for (method, path) in [
            ("POST", "/console/graphql"),
            ("POST", "/console/session"),
            ("DELETE", "/console/session"),
        ] {
            let answer = caller.rest(method, path, body.clone()).await;
            assert_eq!(answer.request_error(), "403 general_unknown_origin", "{path} {shape:?}");
            assert_eq!(answer.cookies().len(), 0);
        }
        let read = get(&caller, "/console/session").await;
        assert!(shape.is_empty() || read.status == 403, "{shape:?}");
    }
    let form = Request::post("/console/graphql").header("content-type", "text/plain");
    let form = form.body(body.to_string().into()).unwrap();
    let refused = page(&app).with("cookie", &cookie).request(form).await;
    assert_eq!(refused.status, 415);
}

/// The hour is the server's: a browser that keeps the cookie for longer is signed out all the same.
#[tokio::test]
async fn a_sign_in_lasts_for_an_hour() {
    let (app, key) = server().await;
    let operator = signed_in(&app, &key).await;

    app.advance(Duration::from_hours(1) - Duration::from_millis(1));
    assert_eq!(query(&operator, TYPE_NAME).await.error(), "ok");
    app.advance(Duration::from_millis(1));

    assert_eq!(query(&operator, TYPE_NAME).await.request_error(), "401 user_unauthorized");
    assert_eq!(get(&operator, "/console/session").await.request_error(), "401 user_unauthorized");
}

/// The key's own state counts at every request.
#[tokio::test]
async fn a_revoked_key_is_refused_at_once() {
    let (app, key) = server().await;
    let operator = signed_in(&app, &key).await;
    let row = api_key::Entity::find().one(app.app.db.read()).await.unwrap().unwrap();

    let mut revoked = row.clone().into_active_model();
    revoked.revoked_at = Set(Some(app.clock.now()));
    revoked.update(app.app.db.writer()).await.unwrap();
    assert_eq!(query(&operator, TYPE_NAME).await.request_error(), "401 user_unauthorized");

    let mut expired = row.into_active_model();
    expired.revoked_at = Set(None);
    expired.expires_at = Set(Some(app.clock.now()));
    expired.update(app.app.db.writer()).await.unwrap();
    assert_eq!(query(&operator, TYPE_NAME).await.request_error(), "401 project_key_expired");
}

/// A cookie is good for its project and its server only, and can't be changed.
#[tokio::test]
async fn a_cookie_is_bound_to_project_and_server() {
    let (app, key) = server().await;
    let cookie = cookie(&sign_in(&page(&app), "default", &key).await);
    let (another, _) = server().await;

    let presented = async |app: &TestApp, cookie: &str| {
        query(&page(app).with("cookie", cookie), TYPE_NAME).await.request_error()
    };

    for changed in [
        cookie.replace("default:", "other:"),
        cookie.replace("default:", ""),
        cookie.replace("default:1.", "default:2."),
        cookie.split_at(cookie.len() - 2).0.to_owned(),
        "__Host-accountd_console=".to_owned(),
        format!("__Host-accountd_console=default:{key}"),
        cookie.replace("__Host-", ""),
    ] {
        assert_eq!(presented(&app, &changed).await, "401 user_unauthorized", "{changed}");
    }
    assert_eq!(presented(&another, &cookie).await, "401 user_unauthorized");
}

/// RL-6: wrong keys are counted per network and project; a right one resets the count.
#[tokio::test]
async fn wrong_keys_are_limited() {
    let (app, key) = server().await;
    let guesser = page(&app);
    for _ in 0..9 {
        let wrong = sign_in(&guesser, "default", "ak_wrong").await;
        assert_eq!(wrong.request_error(), "401 user_unauthorized");
        assert_eq!(wrong.cookies().len(), 0);
    }
    assert_eq!(sign_in(&guesser, "default", &key).await.status, 200);
    for _ in 0..10 {
        sign_in(&guesser, "default", "ak_wrong").await;
    }

    let refused = sign_in(&guesser, "default", &key).await;

    assert_eq!(refused.request_error(), "429 general_rate_limit_exceeded");
    assert_eq!(refused.header("retry-after"), "600");
    assert_eq!(sign_in(&page(&app), "default", &key).await.status, 200);
    app.advance(Duration::from_mins(10));
    assert_eq!(sign_in(&guesser, "default", &key).await.status, 200);
}

#[tokio::test]
async fn invalid_sign_ins_are_refused() {
    let (app, key) = server().await;
    let other = create_key(&app, "other", "users.read").await;

    assert_eq!(
        sign_in(&page(&app), "default", &other).await.request_error(),
        "403 project_id_missing"
    );
    assert_eq!(
        sign_in(&page(&app), "nobodys", &key).await.request_error(),
        "404 project_not_found"
    );
    assert_eq!(sign_in(&page(&app), "default", "").await.request_error(), "401 user_unauthorized");
    for body in [json!({}), json!({"project": "default"}), json!({"project": 1, "key": 2})] {
        let answer = page(&app).rest("POST", "/console/session", body).await;
        assert_eq!(answer.request_error(), "400 general_argument_invalid");
    }
    let long = sign_in(&page(&app), "default", &"a".repeat(2048)).await;
    assert_eq!(long.request_error(), "413 general_argument_invalid");
}

#[tokio::test]
async fn signing_out_deletes_the_cookie() {
    let (app, key) = server().await;
    let operator = signed_in(&app, &key).await;

    let answer = operator.rest("DELETE", "/console/session", Value::Null).await;

    assert_eq!(answer.status, 204);
    let [cookie] = answer.cookies()[..] else { panic!() };
    assert_eq!(
        cookie,
        "__Host-accountd_console=; HttpOnly; SameSite=Strict; Secure; Path=/; Max-Age=0"
    );
}

/// In development nobody signs in, so only a browser of this machine gets in, by a name that is this machine's.
#[tokio::test]
async fn in_development_it_is_open_to_this_machine() {
    let app = TestApp::new().await;
    let own = "http://localhost:8080";
    let caller = |host: &str| app.guest().with("host", host).with("origin", own);
    let body = json!({"query": TYPE_NAME});

    let session = get(&caller("localhost:8080"), "/console/session").await.json();
    let answer = caller("localhost:8080").rest("POST", "/console/graphql", body.clone()).await;

    assert_eq!(session["projects"], json!([{"id": "default"}, {"id": "other"}]));
    assert_eq!((&session["project"], &session["expires"]), (&json!("default"), &Value::Null));
    assert_eq!(answer.error(), "ok");
    let unknown = caller("localhost:8080").with("x-appwrite-project", "nobodys");
    assert_eq!(get(&unknown, "/console/session").await.request_error(), "404 project_not_found");
    for host in ["evil.test", "localhost.evil.test", "192.0.2.1"] {
        for path in ["/console", "/console/session"] {
            assert_eq!(get(&app.guest().with("host", host), path).await.status, 403, "{host}");
        }
        let origin = format!("http://{host}");
        let page = app.guest().with("host", host).with("origin", &origin);
        assert_eq!(page.rest("POST", "/console/graphql", body.clone()).await.status, 403, "{host}");
    }
    // Nor by a page of this machine that is another's, or through a tunnel.
    for (name, value) in [("origin", "http://localhost:3000"), ("x-forwarded-for", "203.0.113.7")] {
        let page = app.guest().with("host", "localhost:8080").with(name, value);
        assert_eq!(page.rest("POST", "/console/graphql", body.clone()).await.status, 403, "{name}");
    }
}
