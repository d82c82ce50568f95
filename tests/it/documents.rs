//! The texts of the Account API document, word for word, by JWT, as the document has its callers.

use serde_json::{Value, json};

use crate::support::{Caller, TestApp, none};

/// The text of `schema/document/<name>.graphql`, with an id put into its placeholder.
fn document(name: &str, session_id: &str) -> String {
    let path = format!("{}/schema/document/{name}.graphql", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap().replace("[SESSION_ID]", session_id)
}

/// A user whose password is the document's, who calls by JWT.
async fn user(app: &TestApp) -> Caller {
    let guest = app.guest();
    let variables =
        json!({"userId": "unique()", "email": "user@example.com", "password": "password"});
    guest.run("accountCreate", variables).await.data();
    let variables = json!({"email": "user@example.com", "password": "password"});
    let session = guest.run("accountCreateEmailSession", variables).await.field();
    let jwt = guest.with_session(session["secret"].as_str().unwrap()).jwt().await;
    app.guest().with_jwt(&jwt)
}

async fn run(user: &Caller, name: &str) -> Value {
    let session_id = user.session_id().await;
    let answer = user.query(&document(name, &session_id)).await;
    assert_eq!(answer.status, 200);
    answer.field()
}

#[tokio::test]
async fn the_reading_texts_run() {
    let app = TestApp::new().await;
    let user = user(&app).await;

    let account = run(&user, "accountGet").await;
    assert_eq!(account["email"], "user@example.com");
    assert_eq!(account["prefs"]["data"], "{}");
    assert_eq!(run(&user, "accountGetPrefs").await, json!({"data": "{}"}));
    let sessions = run(&user, "accountListSessions").await;
    assert_eq!(sessions["total"], 1);
    assert_eq!(sessions["sessions"][0]["current"], true);
    assert_eq!(run(&user, "accountGetSession").await, sessions["sessions"][0]);
    let logs = run(&user, "accountListLogs").await;
    assert_eq!(logs["logs"][0]["event"], "session.create");
    assert_eq!(logs["total"], 2);
}

#[tokio::test]
async fn the_changing_texts_run() {
    let app = TestApp::new().await;
    let user = user(&app).await;

    assert_eq!(run(&user, "accountUpdateName").await["name"], "[NAME]");
    assert_eq!(run(&user, "accountUpdateEmail").await["email"], "email@example.com");
    assert_eq!(run(&user, "accountUpdatePhone").await["phone"], "+12065550100");
    assert_eq!(run(&user, "accountUpdatePrefs").await["prefs"]["data"], "{}");
    assert_eq!(run(&user, "accountUpdateSession").await["current"], true);
    // The document prints an empty new password, which no rule allows.
    let answer = user.query(&document("accountUpdatePassword", "")).await;
    assert_eq!(answer.error(), "general_argument_invalid 400");
    assert_eq!(run(&user, "accountUpdateStatus").await["status"], false);
}

#[tokio::test]
async fn the_deleting_texts_run() {
    for name in ["accountDeleteSession", "accountDeleteSessions"] {
        let app = TestApp::new().await;
        let user = user(&app).await;
        assert_eq!(run(&user, name).await, json!({"status": "OK"}));
        assert_eq!(user.run("accountGet", none()).await.error(), "user_jwt_invalid 401");
    }
}

/// The document with its placeholders filled.
fn filled(name: &str, user_id: &Value, secret: &Value) -> String {
    let text = document(name, "");
    text.replace("[USER_ID]", user_id.as_str().unwrap())
        .replace("[SECRET]", secret.as_str().unwrap())
}

#[tokio::test]
async fn the_texts_that_send_and_confirm_run() {
    let app = TestApp::new().await;
    let user = user(&app).await;
    run(&user, "accountUpdateEmail").await;
    run(&user, "accountUpdatePhone").await;
    for (create, update, to) in [
        ("accountCreateVerification", "accountUpdateVerification", "email@example.com"),
        ("accountCreatePhoneVerification", "accountUpdatePhoneVerification", "+12065550100"),
        ("accountCreateRecovery", "accountUpdateRecovery", "email@example.com"),
    ] {
        let token = run(&user, create).await;
        assert_eq!(token["secret"], "", "{create}");
        let message = app.newest(to).await;

        let text = filled(update, &message["userId"], &message["secret"]);
        let confirmed = user.query(&text).await;

        assert_eq!(confirmed.error(), "ok", "{update}");
        assert_eq!(confirmed.field()["_id"], token["_id"]);
    }
}
