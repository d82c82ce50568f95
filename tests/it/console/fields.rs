//! The fields that the console has beside those of users: project, messages, counters.

use std::time::Duration;

use serde_json::{Value, json};

use super::{create_key, query, signed_in};
use crate::support::{Caller, TestApp, none};

const ADA: &str = "ada@example.com";

/// A server of the project `default`, with an API key.
async fn server(app: &TestApp) -> Caller {
    let key = create_key(app, "default", "users.read").await;
    app.guest().with("x-appwrite-key", &key)
}

async fn send_code(app: &TestApp, email: &str) {
    let variables = json!({"userId": "unique()", "email": email});
    app.guest().run("accountCreateEmailToken", variables).await.data();
}

/// The recipients of the messages that `queries` ask for, and how many there are.
async fn recipients(server: &Caller, queries: &[Value]) -> (u64, Vec<String>) {
    let queries: Vec<_> = queries.iter().map(Value::to_string).collect();
    let list = server.run("messagesList", json!({"queries": queries})).await.field();
    let messages = list["messages"].as_array().unwrap().iter();
    let to = messages.map(|message| message["to"].as_str().unwrap().to_owned());
    (list["total"].as_u64().unwrap(), to.collect())
}

#[tokio::test]
async fn the_projects_settings_are_those_of_the_configuration() {
    let app = TestApp::new().await;

    let project = server(&app).await.run("projectGet", none()).await.field();

    assert_eq!((&project["_id"], &project["name"]), (&json!("default"), &json!("Default")));
    assert_eq!(project["platforms"][0], "localhost");
    assert_eq!(
        (&project["signUp"], &project["mailFrom"]),
        (&json!("open"), &json!("accountd@localhost"))
    );
    let methods =
        ["password", "magic_link", "email_code", "phone", "anonymous", "oauth", "passkey"];
    let on: Vec<_> = methods.iter().map(|name| json!({"name": name, "enabled": true})).collect();
    assert_eq!(project["authMethods"], json!(on));
    assert_eq!(project["session"]["ttlSeconds"], 30 * 24 * 60 * 60);
    assert_eq!(project["tokens"]["codeTtlSeconds"], 900);
    assert_eq!(project["secondFactors"][0], json!({"name": "totp", "enabled": true}));
    assert_eq!(project["security"]["passwordMinLength"], 8);
    assert_eq!(project["security"]["passwordDictionary"], false);
    assert_eq!(project["security"]["requireRecentSignIn"], false);
}

/// An operator sees that a message was sent, but not what is in it, nor a message of another project.
#[tokio::test]
async fn messages_are_listed_without_their_contents() {
    let app = TestApp::new().await;
    let server = server(&app).await;
    for email in [ADA, "bob@example.com"] {
        send_code(&app, email).await;
        app.advance(Duration::from_secs(1));
    }
    let other = app.guest().with("x-appwrite-project", "other");
    let variables = json!({"userId": "unique()", "email": "eve@example.com"});
    other.run("accountCreateEmailToken", variables).await.data();
    let code = app.newest(ADA).await["code"].as_str().unwrap().to_owned();

    let newest_first = json!({"method": "orderDesc", "attribute": "$createdAt"});
    let all = server.run("messagesList", json!({"queries": [newest_first.to_string()]})).await;

    assert!(!all.text.contains(&code) && !all.text.contains("eve@"), "{}", all.text);
    let message = &all.field()["messages"][1];
    assert_eq!((&message["to"], &message["channel"]), (&json!(ADA), &json!("mail")));
    assert_eq!((&message["kind"], &message["state"]), (&json!("email_code"), &json!("queued")));
    assert_eq!((&message["attempts"], &message["error"]), (&json!(0), &json!("")));
    let equal = |attribute: &str, value: &str| json!({"method": "equal", "attribute": attribute, "values": [value]});
    assert_eq!(recipients(&server, &[equal("to", ADA)]).await, (1, vec![ADA.to_owned()]));
    assert_eq!(recipients(&server, &[equal("state", "failed")]).await, (0, vec![]));
    let both = [newest_first, json!({"method": "limit", "values": [1]})];
    assert_eq!(recipients(&server, &both).await, (2, vec!["bob@example.com".to_owned()]));
    let after = json!({"method": "cursorAfter", "values": [all.field()["messages"][0]["_id"]]});
    let [order, limit] = both;
    assert_eq!(recipients(&server, &[order, limit, after]).await, (2, vec![ADA.to_owned()]));
    let unknown = json!({"queries": [r#"{"method":"cursorAfter","values":["none"]}"#]});
    let unknown = server.run("messagesList", unknown).await;
    assert_eq!(unknown.error(), "general_cursor_not_found 400");
    let contents = json!({"queries": [r#"{"method":"isNull","attribute":"sealed"}"#]});
    assert_eq!(server.run("messagesList", contents).await.error(), "general_argument_invalid 400");
}

/// Also in a long log, of which only the end is of the last hour.
#[tokio::test]
async fn the_last_hour_is_counted() {
    let app = TestApp::with("limits.rates = false").await;
    let server = server(&app).await;
    app.user("old@example.com").await;
    send_code(&app, "old@example.com").await;
    app.advance(Duration::from_mins(61));
    app.user(ADA).await;
    app.sign_in(ADA).await;
    let wrong = json!({"email": ADA, "password": "wrong horse battery"});
    app.guest().run("accountCreateEmailPasswordSession", wrong).await;

    let stats = server.run("statsGet", none()).await.field();

    assert_eq!(stats["until"], app.clock.now().to_string());
    assert_eq!(stats["since"], (app.clock.now() - Duration::from_hours(1)).to_string());
    let counters = ["signUps", "signIns", "failedSignIns", "messagesSent", "messagesFailed"];
    assert_eq!(counters.map(|name| stats[name].as_u64().unwrap()), [1, 2, 1, 0, 0]);
    assert!(stats["messagesQueued"].as_u64().unwrap() >= 1, "{stats}");
}

/// The cookie of the console makes nothing with which one signs in as a user; the same key makes it for a server.
#[tokio::test]
async fn the_console_gets_no_secrets_of_users() {
    let (app, key) = super::server().await;
    let console = signed_in(&app, &key).await;
    let server = app.guest().with_key(&key);
    server.run("usersCreate", json!({"userId": "ada"})).await.data();
    let state = async || {
        let of_ada = json!({"userId": "ada"});
        let sessions = server.run("usersListSessions", of_ada.clone()).await.field();
        json!([sessions["total"], server.run("usersListLogs", of_ada).await.field()["total"]])
    };
    for field in [
        "usersCreateSession(userId: \"ada\") { secret }",
        "usersCreateToken(userId: \"ada\") { secret }",
        "usersCreateJWT(userId: \"ada\") { jwt }",
        "usersCreateMFARecoveryCodes(userId: \"ada\") { recoveryCodes }",
    ] {
        let document = format!("mutation {{ {field} }}");
        let before = state().await;

        let refused = query(&console, &document).await;

        assert_eq!(refused.error(), "general_bad_request 400", "{field}");
        assert!(refused.text.contains("The console can't get secrets"), "{}", refused.text);
        assert_eq!(state().await, before, "{field}");
        assert_eq!(server.query(&document).await.error(), "ok", "{field}");
    }
}
