//! A user can't reach what belongs to others, and what was ended stays ended.

use accountd::config::Mode;
use serde_json::json;

use crate::support::{Caller, PASSWORD, TestApp, has_argument, none, root_fields, rounds};

const NAMES: [&str; 3] = ["ada@example.com", "bob@example.com", "eve@example.com"];

/// A user with everything that names it.
struct User {
    caller: Caller,
    email: &'static str,
    id: String,
    session: String,
}

async fn users(app: &TestApp) -> Vec<User> {
    let mut users = Vec::new();
    for email in NAMES {
        let caller = app.user(email).await;
        let account = caller.run("accountGet", none()).await.field();
        let id = account["_id"].as_str().unwrap().to_owned();
        let session = caller.session_id().await;
        users.push(User { caller, email, id, session });
    }
    users
}

/// The root fields with an argument of this name.
fn fields_with(argument: &str) -> Vec<String> {
    let fields = root_fields(Mode::Serve).into_iter();
    let with = fields.filter(|(_, field)| has_argument(field, argument));
    with.map(|(_, field)| field.name.node.to_string()).collect()
}

/// SJ-12: every operation that takes a session's id, with every session of every other user: nothing is read or changed,
/// and the answer is that for an id that never was.
#[tokio::test]
async fn sessions_of_others_are_out_of_reach() {
    let app = TestApp::with("limits.rates = false").await;
    let users = users(&app).await;
    let operations = fields_with("sessionId");
    assert!(operations.len() >= 3, "{operations:?}");
    for caller in &users {
        for other in users.iter().filter(|other| other.id != caller.id) {
            for operation in &operations {
                let ask = async |id: &str| {
                    let answer = caller.caller.run(operation, json!({"sessionId": id})).await;
                    (answer.status, answer.headers.len(), answer.text)
                };
                let foreign = ask(&other.session).await;
                assert!(foreign.2.contains("user_session_not_found"), "{operation}");
                assert_eq!(foreign, ask("01a2b3c4d5e6f7a8b9c0").await, "{operation}");
            }
        }
    }
    for user in &users {
        assert_eq!(user.caller.session_id().await, user.session);
    }
}

/// SJ-12, N-57: every operation that redeems, with a good secret of one user and the id of another.
#[tokio::test]
async fn secrets_of_others_are_out_of_reach() {
    let app = TestApp::with("limits.rates = false").await;
    let users = users(&app).await;
    let redeeming: Vec<_> = fields_with("secret")
        .into_iter()
        .filter(|field| fields_with("userId").contains(field))
        .collect();
    assert!(redeeming.len() >= 7, "{redeeming:?}");
    let url = "https://app.example.com/";
    for owner in &users {
        let create = json!({"email": owner.email, "url": url, "userId": "unique()"});
        for kind in
            ["accountCreateRecovery", "accountCreateVerification", "accountCreateMagicURLToken"]
        {
            owner.caller.run(kind, create.clone()).await.data();
            let secret = app.newest(owner.email).await["secret"].clone();
            for other in users.iter().filter(|other| other.id != owner.id) {
                for operation in &redeeming {
                    let redeem = async |id: &str| {
                        let password = "another good password";
                        let variables =
                            json!({"userId": id, "secret": secret, "password": password});
                        app.guest().run(operation, variables).await.text
                    };
                    let foreign = redeem(&other.id).await;
                    assert!(foreign.contains("user_invalid_token"), "{operation} {foreign}");
                    assert_eq!(foreign, redeem("nobody").await, "{operation}");
                }
            }
        }
    }
    for user in &users {
        app.sign_in(user.email).await;
        let account = user.caller.run("accountGet", none()).await.field();
        assert_eq!(account["emailVerification"], false);
    }
}

/// SJ-12: what a user reads of itself names nobody else.
#[tokio::test]
async fn data_of_others_is_not_read() {
    let app = TestApp::new().await;
    let users = users(&app).await;
    for caller in &users {
        let mut seen = String::new();
        for operation in ["accountGet", "accountGetPrefs", "accountListSessions", "accountListLogs"]
        {
            seen.push_str(&caller.caller.run(operation, none()).await.text);
        }
        assert!(seen.contains(&caller.id));
        for other in users.iter().filter(|other| other.id != caller.id) {
            for name in [&other.id, &other.session, other.email] {
                assert!(!seen.contains(name), "{name}");
            }
        }
    }
}

/// SJ-4: twenty times each (2,000 in the slow job), whatever ends a session: the next call with its JWT is refused.
#[tokio::test]
async fn an_ended_session_is_refused_at_once() {
    let app = TestApp::with("limits.rates = false").await;
    app.sign_up(NAMES[0]).await;
    for round in 0..rounds(20, 2_000) {
        for end in [
            "accountDeleteSession",
            "accountDeleteSessions",
            "accountUpdatePassword",
            "accountUpdateStatus",
            "accountUpdateRecovery",
        ] {
            let session = match end {
                "accountUpdateStatus" => {
                    let guest = app.guest();
                    let opened = guest.run("accountCreateAnonymousSession", none()).await.field();
                    guest.with_session(opened["secret"].as_str().unwrap())
                }
                _ => app.sign_in(NAMES[0]).await,
            };
            let jwt = app.guest().with_jwt(&session.jwt().await);
            assert_eq!(jwt.run("accountGet", none()).await.error(), "ok");
            // A new password ends the other sessions, so another one sets it.
            let ender =
                if end == "accountUpdatePassword" { app.sign_in(NAMES[0]).await } else { session };
            let mut variables = json!({
                "sessionId": "current", "password": PASSWORD, "oldPassword": PASSWORD,
            });
            if end == "accountUpdateRecovery" {
                let recovery = json!({"email": NAMES[0], "url": "https://app.example.com/"});
                app.guest().run("accountCreateRecovery", recovery).await.data();
                let mail = app.newest(NAMES[0]).await;
                variables["userId"] = mail["userId"].clone();
                variables["secret"] = mail["secret"].clone();
            }

            ender.run(end, variables).await.data();

            let expected = if end == "accountUpdateStatus" {
                "user_blocked 403"
            } else {
                "user_jwt_invalid 401"
            };
            assert_eq!(jwt.run("accountGet", none()).await.error(), expected, "{end} {round}");
        }
    }
}
