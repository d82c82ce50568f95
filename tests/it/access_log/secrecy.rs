//! The lines contain no secrets, no addresses, and nothing by which clients could deceive readers of the log.

use axum::http::Method;
use serde_json::json;

use super::{ADA, get, send};
use crate::support::{Log, PASSWORD, TestApp, none};

const PHONE: &str = "+12065550100";
const STATE: &str = "oauth-state-0123456789";
const CODE: &str = "oauth-code-0123456789";

/// OT-5: neither a line about a request nor any other holds a secret or somebody's address: not from bodies, headers or query
/// strings, and not from paths into which they came by mistake.
#[tokio::test]
async fn no_secret_and_no_address_is_logged() {
    let app = TestApp::with("").await;
    // With the statements of the database.
    let log = Log::json("debug");

    let ada = app.user(ADA).await;
    let jwt = ada.jwt().await;
    let page = "http://localhost:3000/";
    let mut secrets = vec![ADA.to_owned(), PHONE.to_owned(), PASSWORD.to_owned(), jwt.clone()];
    secrets.extend([STATE, CODE, "ak_forward"].map(str::to_owned));
    secrets.push(ada.session().to_owned());
    let phone = json!({"phone": PHONE, "password": PASSWORD});
    ada.run("accountUpdatePhone", phone).await.data();
    app.guest().run("accountCreateRecovery", json!({"email": ADA, "url": page})).await.data();
    let message = app.newest(ADA).await;
    let (user, secret) = (message["userId"].clone(), message["secret"].as_str().unwrap());
    secrets.push(secret.to_owned());
    let redeemed = json!({"userId": user, "secret": secret, "password": "another good password"});
    app.guest().run("accountUpdateRecovery", redeemed).await.data();
    app.guest().with_jwt(&jwt).run("accountGet", none()).await;
    let cookie = format!("a_session_default={}", ada.session());
    app.guest().with("cookie", &cookie).run("accountGet", none()).await;
    app.guest().with("x-appwrite-key", "ak_forward").run("accountGet", none()).await;

    let callback = "/v1/account/sessions/oauth2/callback/google/default";
    get(&app.guest(), &format!("{callback}?state={STATE}&code={CODE}")).await;
    let document = "query($e:String){devInbox(to:$e){_id}}";
    let variables = format!("%7B%22e%22:%22{}%22%7D", ADA.replace('@', "%40"));
    get(&app.guest(), &format!("/v1/graphql?query={document}&variables={variables}")).await;
    for wrong in [ADA, &ADA.replace('@', "%40"), PHONE, &PHONE[1..], secret, &jwt] {
        get(&ada, &format!("/v1/account/sessions/{wrong}")).await;
        send(&ada, Method::DELETE, &format!("/v1/nothing/{wrong}/x")).await;
    }

    let text = log.take();
    assert!(text.matches("accountd::access").count() > 20, "{text}");
    secrets.extend([ADA.replace('@', "%40"), PHONE[1..].to_owned()]);
    for secret in secrets {
        let line = text.lines().find(|line| line.contains(&secret));
        assert!(line.is_none(), "{secret} is in {line:?}");
    }
}

/// DL-2: whatever a client sends, a line stays a line, without control characters.
#[tokio::test]
async fn lines_cannot_be_forged() {
    let app = TestApp::with("trusted_proxies = ['0.0.0.0/0']").await;
    let forged = "x\nINFO request method=\"GET\" \u{1b}[2K";
    let log = Log::text("info");
    let mut requests = 0;

    for path in ["/%0AINFO%20request", "/v1/account/%1B%5B2K", "/\u{fc}\u{202e}", "/a%00b"] {
        get(&app.guest(), path).await;
        requests += 1;
    }
    for name in [forged, &"N".repeat(5000), "A B"] {
        let named = json!({"query": "query A { __typename }", "operationName": name});
        app.guest().send(&named).await;
        app.guest().query(&format!("query {name} {{ __typename }}")).await;
        requests += 2;
    }
    let id =
        app.guest().with("x-request-id", "x INFO request").with("x-forwarded-for", "1.2.3.4\tx");
    id.with("x-appwrite-project", "default\tforged").query("{ __typename }").await;
    requests += 1;
    let method = Method::from_bytes(b"INFO").unwrap();
    send(&app.guest(), method, "/").await;
    requests += 1;

    let text = log.take();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), requests, "{text}");
    for line in lines {
        let (_, said) = line.split_once(" INFO request method=").expect(line);
        assert!(said.bytes().all(|c| (b' '..=b'~').contains(&c)), "{line}");
        assert!(!said.contains("INFO request") && line.len() < 700, "{line}");
    }
}
