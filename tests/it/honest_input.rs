//! Input that looks odd, and is honest.

use serde_json::json;

use crate::support::{PASSWORD, TestApp, none};

/// NW-5: browsers take these hosts, so there are mailboxes on them.
#[tokio::test]
async fn hyphens_within_a_domain_are_fine() {
    let app = TestApp::with("limits.rates = false").await;
    for email in ["x@ab--c.com", "x@ex--ample.com", "x@r3---sn.com"] {
        let caller = app.user(email).await;
        let user = caller.run("accountGet", none()).await.field();
        assert_eq!(user["email"], email);
        let url = json!({"url": "https://app.example.com/verify"});
        assert_eq!(caller.run("accountCreateVerification", url).await.error(), "ok");
        assert_eq!(app.newest(email).await["kind"], "verification", "{email}");
    }
}

/// An empty text for an optional argument is none.
#[tokio::test]
async fn empty_optional_arguments_are_left_out() {
    let app = TestApp::with("limits.rates = false").await;
    let ada = app.user("ada@example.com").await;

    let empty = json!({"passkeyId": "", "name": ""});
    assert_eq!(
        ada.run("accountCreatePasskey", empty).await.field()["passkeyId"].as_str().unwrap().len(),
        20
    );
    assert_eq!(ada.run("accountCreateJWT", json!({"template": ""})).await.error(), "ok");
    let jwt = json!({"userId": ada.run("accountGet", none()).await.field()["_id"], "template": ""});
    assert_eq!(app.server().run("usersCreateJWT", jwt).await.error(), "ok");
    let logs = ada.rest("GET", "/v1/account/logs?total=", json!(null)).await;
    assert_eq!(logs.status, 200, "{}", logs.text);

    let url = json!({"email": "ada@example.com", "url": "https://app.example.com/reset"});
    app.guest().run("accountCreateRecovery", url).await.data();
    let mail = app.newest("ada@example.com").await;
    let new = json!({
        "userId": mail["userId"], "secret": mail["secret"], "password": PASSWORD, "passwordAgain": "",
    });
    assert_eq!(app.guest().run("accountUpdateRecovery", new).await.error(), "ok");
}

/// An empty `?project=` means the default project, as an empty header does.
#[tokio::test]
async fn an_empty_project_is_the_default_one() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;

    let by_query = ada.rest("GET", "/v1/account?project=", json!(null)).await;
    let ada = ada.with("x-appwrite-project", "");
    let by_header = ada.rest("GET", "/v1/account", json!(null)).await;

    assert_eq!([by_query.status.as_u16(), by_header.status.as_u16()], [200, 200]);
}
