//! Second factors of users, for servers with an API key.

use serde_json::{Value, json};

use super::notices::kinds;
use super::{ADA, HALF_OPEN, challenge, enrol, get, protected, verify_email};
use crate::support::{PASSWORD, TestApp, none};

/// A server, a user with an authenticator app and second factors on, and the user's id.
async fn start() -> (TestApp, Value) {
    let app = TestApp::with("limits.rates = false").await;
    let (ada, _) = protected(&app, ADA).await;
    let id = ada.run("accountGet", none()).await.field()["_id"].clone();
    (app, id)
}

/// The fields about a user, with their arguments.
const FIELDS: [(&str, &str); 7] = [
    ("usersUpdateMFA", "Mfa"),
    ("usersListMFAFactors", "Mfa"),
    ("usersDeleteMFAAuthenticator", "Mfa"),
    ("usersCreateMFARecoveryCodes", "Mfa"),
    ("usersUpdateMFARecoveryCodes", "Mfa"),
    ("usersGetMFARecoveryCodes", "Mfa"),
    ("usersResetMFA", "MFA"),
];

/// Nobody but servers may call them, and each says if there is no such user, in both spellings.
#[tokio::test]
async fn an_unknown_user_is_not_found() {
    let app = TestApp::new().await;
    let variables = json!({"userId": "nobody", "mfa": true, "type": "totp"});
    for (field, spelling) in FIELDS {
        for field in [field.to_owned(), field.replace("MFA", spelling)] {
            let answer = app.server().run(&field, variables.clone()).await;
            assert_eq!(answer.error(), "user_not_found 404", "{field}");
        }
    }
}

/// A server sees what is set up, and turns second factors off and on: the next sign-in is complete, or half-open again.
#[tokio::test]
async fn a_server_turns_second_factors_off_and_on() {
    let (app, id) = start().await;
    let server = app.server();
    let set_up = server.run("usersListMFAFactors", json!({ "userId": id })).await.field();
    assert_eq!(
        set_up,
        json!({"totp": true, "phone": false, "email": false, "recoveryCode": false, "custom": false})
    );

    for (on, expected) in [(false, "ok"), (true, HALF_OPEN)] {
        let user = server.run("usersUpdateMFA", json!({"userId": id, "mfa": on})).await.field();
        assert_eq!(user["mfa"], on);
        assert_eq!(get(&app.user_with(ADA, PASSWORD).await).await, expected);
    }
}

/// A server removes an authenticator app; the switch stays, but asks for nothing.
#[tokio::test]
async fn a_server_removes_an_authenticator() {
    let (app, id) = start().await;
    let server = app.server();
    let delete = async |kind: &str| {
        let variables = json!({"userId": id, "type": kind});
        server.run("usersDeleteMFAAuthenticator", variables).await.error()
    };

    assert_eq!(delete("palm").await, "general_argument_invalid 400");
    assert_eq!(delete("totp").await, "ok");
    assert_eq!(delete("totp").await, "user_authenticator_not_found 404");

    let user = server.run("usersGet", json!({ "userId": id })).await.field();
    assert_eq!(user["mfa"], true);
    assert_eq!(get(&app.user_with(ADA, PASSWORD).await).await, "ok");
}

/// A server creates recovery codes, once, and replaces them: each of the new ones completes a sign-in.
#[tokio::test]
async fn a_server_creates_recovery_codes() {
    let (app, id) = start().await;
    let server = app.server();
    let run = async |field: &str| server.run(field, json!({ "userId": id })).await;
    for field in ["usersGetMFARecoveryCodes", "usersUpdateMFARecoveryCodes"] {
        assert_eq!(run(field).await.error(), "user_recovery_codes_not_found 404", "{field}");
    }

    let first = run("usersCreateMFARecoveryCodes").await.field();
    let taken = run("usersCreateMFARecoveryCodes").await.error();
    let second = run("usersUpdateMFARecoveryCodes").await.field();

    assert_eq!(taken, "user_recovery_codes_already_exists 409");
    assert_eq!((&first["remaining"], &second["remaining"]), (&json!(10), &json!(10)));
    assert_ne!(first["recoveryCodes"], second["recoveryCodes"]);
    let left = run("usersGetMFARecoveryCodes").await.field();
    assert_eq!(left["remaining"], 10);
    assert_ne!(left["recoveryCodes"], second["recoveryCodes"]);
    let ada = app.user_with(ADA, PASSWORD).await;
    for (codes, expected) in [(&first, "user_invalid_token 401"), (&second, "ok")] {
        let id = challenge(&ada, "recoverycode").await;
        let variables = json!({"challengeId": id, "otp": codes["recoveryCodes"][0]});
        assert_eq!(ada.run("accountUpdateMFAChallenge", variables).await.error(), expected);
    }
    let listed = run("usersListMFAFactors").await.field();
    assert_eq!(listed["recoveryCode"], true);
}

/// A user who has lost everything gets in again by password alone, and gets a mail.
#[tokio::test]
async fn a_reset_removes_all_second_factors() {
    let (app, id) = start().await;
    let server = app.server();
    server.run("usersCreateMFARecoveryCodes", json!({ "userId": id })).await.data();

    assert_eq!(server.run("usersResetMFA", json!({ "userId": id })).await.error(), "ok");

    assert_eq!(app.newest(ADA).await["kind"], "mfa_reset");
    let ada = app.user_with(ADA, PASSWORD).await;
    let user = ada.run("accountGet", none()).await.field();
    assert_eq!(user["mfa"], false);
    let left = server.run("usersListMFAFactors", json!({ "userId": id })).await.field();
    assert_eq!((&left["totp"], &left["recoveryCode"]), (&json!(false), &json!(false)));
    // Again, and for a user without any, nothing is left to do.
    assert_eq!(server.run("usersResetMFA", json!({ "userId": id })).await.error(), "ok");
    enrol(&app, &ada).await;
    verify_email(&app, &ada, ADA).await;
}

/// OA-6: when a server ends what half-open sessions lack, they end, too: they would be complete. No mail is sent about them.
#[tokio::test]
async fn half_open_sessions_end_with_the_gate() {
    for (field, mut variables) in [
        ("usersUpdateMFA", json!({"mfa": false})),
        ("usersResetMFA", none()),
        ("usersDeleteMFAAuthenticator", json!({"type": "totp"})),
    ] {
        let (app, id) = start().await;
        let half = app.sign_in(ADA).await;
        assert_eq!(get(&half).await, HALF_OPEN);
        variables["userId"] = id;

        app.server().run(field, variables).await.data();

        assert_eq!(get(&half).await, "general_unauthorized_scope 401", "{field}");
        app.advance(std::time::Duration::from_hours(1));
        assert!(!kinds(&app).await.contains(&"sign_in_incomplete".to_owned()), "{field}");
    }
}

/// A server can't do more with a session than its user: a half-open one makes no JWT, nor does a blocked user.
#[tokio::test]
async fn a_server_makes_jwts_of_complete_sessions_only() {
    let (app, id) = start().await;
    let create = async |session: Value| {
        let variables = json!({"userId": id, "sessionId": session});
        app.server().run("usersCreateJWT", variables).await
    };
    let complete = create(Value::Null).await.field();
    let sign_in = json!({"email": ADA, "password": PASSWORD});
    let half_open = app.guest().run("accountCreateEmailPasswordSession", sign_in).await.field();

    assert_eq!(create(half_open["_id"].clone()).await.error(), HALF_OPEN);
    let recent = create(json!("recent")).await.field();

    let session_of =
        async |made: &Value| app.guest().with_jwt(made["jwt"].as_str().unwrap()).session_id().await;
    assert_eq!(session_of(&recent).await, session_of(&complete).await);
    let blocked = json!({"userId": id, "status": false});
    app.server().run("usersUpdateStatus", blocked).await.data();
    assert_eq!(create(Value::Null).await.error(), "user_blocked 403");
}
