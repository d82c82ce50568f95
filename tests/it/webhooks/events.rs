//! Which changes are events, and which webhook gets them.

use std::time::Duration;

use accountd::account::cleanup;
use entity::message::State;
use serde_json::json;

use super::{ADA, Hooked};
use crate::support::{PASSWORD, Socket, none};

const URL: &str = "https://app.example.com/";

/// Every change of a user is an event.
#[tokio::test]
async fn each_change_of_a_user_is_an_event() {
    let hooked = Hooked::new(&["users"]).await;
    let ada = hooked.user(ADA).await;
    ada.run("accountUpdateName", json!({"name": "Ada"})).await.data();
    ada.run("accountUpdatePrefs", json!({"prefs": {"theme": "dark"}})).await.data();
    let email = json!({"email": "new@example.com", "password": PASSWORD});
    let phone = json!({"phone": "+12065550100", "password": PASSWORD});
    ada.run("accountUpdateEmail", email).await.data();
    ada.run("accountUpdatePhone", phone).await.data();
    let password = json!({"password": "another good password", "oldPassword": PASSWORD});
    ada.run("accountUpdatePassword", password).await.data();
    ada.run("accountCreateVerification", json!({"url": URL})).await.data();
    let mail = hooked.newest("new@example.com").await;
    let secret = json!({"userId": mail["userId"], "secret": mail["secret"]});
    ada.run("accountUpdateVerification", secret).await.data();
    ada.run("accountDeleteSession", json!({"sessionId": "current"})).await.data();

    assert_eq!(
        hooked.types().await,
        [
            "users.*.create",
            "users.*.sessions.*.create",
            "users.*.update.name",
            "users.*.update.prefs",
            "users.*.update.email",
            "users.*.update.phone",
            "users.*.update.password",
            "users.*.verify",
            "users.*.sessions.*.delete",
        ]
    );
}

#[tokio::test]
async fn blocking_and_deleting_are_events() {
    let hooked = Hooked::new(&["users.*.update.status", "users.*.delete"]).await;
    hooked.user(ADA).await.run("accountUpdateStatus", none()).await.data();
    let bob = hooked.user("bob@example.com").await;
    bob.run("accountUpdateName", json!({"name": "Bob"})).await.data();
    bob.run("accountDelete", none()).await.data();

    let calls = hooked.delivered().await;

    assert_eq!(calls.len(), 2);
    assert_eq!(
        (calls[0].event().as_str(), &calls[0].data()["status"]),
        ("users.*.update.status", &json!(false))
    );
    let deleted = calls[1].data();
    assert_eq!(calls[1].event(), "users.*.delete");
    // As the user was.
    assert_eq!((&deleted["name"], &deleted["email"]), (&json!("Bob"), &json!("bob@example.com")));
}

/// A recovery sets a password, verifies the address and ends all sessions.
#[tokio::test]
async fn a_recovery_is_all_that_it_changes() {
    let hooked = Hooked::new(&["*"]).await;
    hooked.user(ADA).await;
    hooked.guest().run("accountCreateRecovery", json!({"email": ADA, "url": URL})).await.data();
    let mail = hooked.newest(ADA).await;
    let secret = json!({
        "userId": mail["userId"], "secret": mail["secret"], "password": "another good password",
    });
    hooked.guest().run("accountUpdateRecovery", secret).await.data();

    let mut types = hooked.types().await.split_off(2);
    types.sort();

    assert_eq!(types, ["users.*.sessions.*.delete", "users.*.update.password", "users.*.verify"]);
}

/// The first sign-in with a link creates a user and verifies the address; later ones don't.
#[tokio::test]
async fn a_link_verifies_once() {
    let hooked = Hooked::new(&["users.*.create", "users.*.verify"]).await;
    for _ in 0..2 {
        let variables = json!({"userId": "unique()", "email": ADA});
        hooked.guest().run("accountCreateEmailToken", variables).await.data();
        let mail = hooked.newest(ADA).await;
        let secret = json!({"userId": mail["userId"], "secret": mail["secret"]});
        hooked.guest().run("accountCreateSession", secret).await.data();
    }

    assert_eq!(hooked.types().await, ["users.*.create", "users.*.verify"]);
}

/// Each session that a change ends is an event: one signed out of, those of a new password, one beyond the project's
/// maximum.
#[tokio::test]
async fn each_ended_session_is_an_event() {
    let hooked = Hooked::new(&["users.*.sessions.*.delete"]).await;
    let ada = hooked.user(ADA).await;
    let mut others = Vec::new();
    for _ in 0..3 {
        // Ids are in the order of time.
        hooked.app.advance(Duration::from_secs(1));
        others.push(hooked.sign_in(ADA).await.session_id().await);
    }
    let ended = async || {
        let calls = hooked.delivered().await;
        let id = |call: &super::Call| call.data()["$id"].as_str().unwrap().to_owned();
        calls.iter().map(id).collect::<Vec<_>>()
    };

    ada.run("accountDeleteSession", json!({"sessionId": others[0]})).await.data();
    assert_eq!(ended().await, others[..1]);

    let password = json!({"password": "another good password", "oldPassword": PASSWORD});
    ada.run("accountUpdatePassword", password).await.data();
    let mut both = ended().await.split_off(1);
    both.sort();
    assert_eq!(both, others[1..]);

    let first = ada.session_id().await;
    let variables = json!({"email": ADA, "password": "another good password"});
    for _ in 0..10 {
        hooked.app.advance(Duration::from_secs(1));
        hooked.guest().run("accountCreateEmailSession", variables.clone()).await.data();
    }
    assert_eq!(ended().await[3..], [first]);

    hooked.guest().run("accountCreateEmailSession", variables).await.data();
    assert_eq!(ended().await.len(), 5);
}

/// A session that has expired is not ended once more.
#[tokio::test]
async fn an_expired_session_is_no_event() {
    let hooked = Hooked::new(&["users.*.sessions.*.delete"]).await;
    hooked.user(ADA).await;
    hooked.app.advance(Duration::from_hours(31 * 24));
    let ada = hooked.sign_in(ADA).await;

    ada.run("accountDeleteSessions", none()).await.data();

    assert_eq!(hooked.types().await.len(), 1);
}

/// An abandoned anonymous user who is purged is an event like any deleted user.
#[tokio::test]
async fn a_purged_user_is_an_event() {
    let hooked = Hooked::new(&["users.*.delete"]).await;
    let opened = hooked.guest().run("accountCreateAnonymousSession", none()).await.field();
    hooked.app.advance(Duration::from_hours(31 * 24));

    cleanup::purge(&hooked.app.app, hooked.app.app.clock.now()).await;

    let calls = hooked.delivered().await;
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0].data()["$id"], opened["userId"]);
}

/// Failures and reads are no events.
#[tokio::test]
async fn requests_and_failures_are_no_events() {
    let hooked = Hooked::new(&["users"]).await;
    hooked.sign_up(ADA).await;
    let wrong = json!({"email": ADA, "password": "wrong password"});
    hooked.guest().run("accountCreateEmailSession", wrong).await;
    hooked.guest().run("accountCreateRecovery", json!({"email": ADA, "url": URL})).await.data();
    let variables = json!({"userId": "unique()", "email": ADA});
    hooked.guest().run("accountCreateEmailToken", variables).await.data();

    assert_eq!(hooked.types().await, ["users.*.create"]);
}

/// EN-5: a sign-up with a taken address stores as much as one with a free address, and sends nothing.
#[tokio::test]
async fn a_hidden_rejection_is_no_event() {
    let hooked = Hooked::with_project("security.hide_taken_addresses = true", &["users"]).await;
    hooked.sign_up(ADA).await;
    hooked.sign_up(ADA).await;

    let rows = hooked.rows().await;

    assert_eq!(hooked.types().await, ["users.*.create"]);
    assert_eq!((rows.len(), rows[1].state), (2, State::Dropped));
    assert_eq!(rows[0].sealed.len(), rows[1].sealed.len());
}

/// A change that is rolled back is no event, even if the event was already stored: here the new user, since a socket of a
/// browser can't get the session's cookie.
#[tokio::test]
async fn a_change_that_is_rolled_back_is_no_event() {
    let hooked = Hooked::new(&["users"]).await;
    let headers = [("origin", "https://app.example.com"), ("x-appwrite-project", "p")];
    let socket = Socket::open(&hooked.app, &headers).await.unwrap();
    let mut socket = socket.initiated(json!({})).await;

    socket.subscribe("1", "mutation { accountCreateAnonymousSession { _id } }").await;
    let refused = socket.receive().await;

    assert!(refused.to_string().contains("no cookie can be set there"), "{refused}");
    assert_eq!(hooked.rows().await.len(), 0);
}

/// A webhook gets only the events of its patterns, and of its project.
#[tokio::test]
async fn a_webhook_gets_what_it_wants_of_its_project() {
    let hooked = Hooked::new(&["users.*.update.name", "users.*.create"]).await;
    let ada = hooked.user(ADA).await;
    ada.run("accountUpdateName", json!({"name": "Ada"})).await.data();
    ada.run("accountUpdatePrefs", json!({"prefs": {}})).await.data();
    let stranger = hooked.app.user(ADA).await;
    stranger.run("accountUpdateName", json!({"name": "Eve"})).await.data();

    assert_eq!(hooked.types().await, ["users.*.create", "users.*.update.name"]);
}

/// Events are not in the inbox, which shows messages to users.
#[tokio::test]
async fn the_inbox_shows_no_events() {
    let hooked = Hooked::new(&["users"]).await;
    let variables = json!({"userId": "unique()", "email": ADA});
    hooked.guest().run("accountCreateEmailToken", variables).await.data();
    hooked.sign_up("bob@example.com").await;

    let newest = hooked.guest().query("{ devInbox { to channel } }").await.field();

    assert_eq!(newest, json!({"to": ADA, "channel": "mail"}));
}

/// OA-6: a session is an event once it is complete. Of one that ends without a second factor nothing is heard.
#[tokio::test]
async fn a_half_open_session_is_no_event() {
    let hooked = Hooked::new(&["users.*.sessions.*.create", "users.*.sessions.*.delete"]).await;
    let ada = hooked.user(ADA).await;
    ada.run("accountCreateVerification", json!({"url": URL})).await.data();
    let mail = hooked.newest(ADA).await;
    let secret = json!({"userId": mail["userId"], "secret": mail["secret"]});
    ada.run("accountUpdateVerification", secret).await.data();
    let codes = ada.run("accountCreateMFARecoveryCodes", none()).await.field();
    ada.run("accountUpdateMFA", json!({"mfa": true})).await.data();
    let current = json!({"sessionId": "current"});

    // One is signed out, the others are too many.
    hooked.sign_in(ADA).await.run("accountDeleteSession", current.clone()).await.data();
    for _ in 0..8 {
        hooked.sign_in(ADA).await;
    }

    assert_eq!(hooked.types().await, ["users.*.sessions.*.create"]);
    let half = hooked.sign_in(ADA).await;
    let challenge = half.run("accountCreateMFAChallenge", json!({"factor": "recoveryCode"})).await;
    let proof = json!({"challengeId": challenge.field()["_id"], "otp": codes["recoveryCodes"][0]});
    half.run("accountUpdateMFAChallenge", proof).await.data();
    half.run("accountDeleteSession", current).await.data();
    assert_eq!(
        hooked.types().await,
        ["users.*.sessions.*.create", "users.*.sessions.*.create", "users.*.sessions.*.delete",]
    );
    let logs = ada.run("accountListLogs", json!({"queries": ["limit(100)"]})).await.field();
    let logs = logs["logs"].as_array().unwrap();
    let count = |event: &str| logs.iter().filter(|log| log["event"] == event).count();
    assert_eq!(count("session.delete.pending"), 1);
    assert_eq!(count("session.delete"), 1);
}
