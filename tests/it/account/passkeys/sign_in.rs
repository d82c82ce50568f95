//! Signing in with a passkey.

use std::time::Duration;

use serde_json::json;

use super::{SPENT, add, anonymous, begin, finish, sign_in};
use crate::support::{Authenticator, TestApp, none};

/// An empty list lets the user choose, also in the address field (conditional UI, which the page asks for).
#[tokio::test]
async fn the_options_name_no_one() {
    let app = TestApp::new().await;

    let challenge = begin(&app.guest()).await;

    let options = &challenge["publicKey"];
    assert_eq!(challenge["passkeyId"], "");
    assert_eq!(options["rpId"], "example.com");
    assert_eq!(options["allowCredentials"], json!([]));
    assert_eq!(options["userVerification"], "required");
    assert_eq!(options.get("mediation"), None);
}

/// Sign-up by a passkey alone: an anonymous user adds one, signs out, and is the same user again.
#[tokio::test]
async fn a_passkey_alone_makes_an_account() {
    let app = TestApp::new().await;
    let user = anonymous(&app).await;
    let id = user.run("accountGet", none()).await.field()["_id"].clone();
    let mut device = Authenticator::synced();
    let passkey = add(&user, &mut device).await;
    user.run("accountDeleteSessions", none()).await.data();
    app.advance(Duration::from_hours(1));

    let guest = app.guest();
    let session = sign_in(&guest, &mut device).await.field();

    assert_eq!(session["userId"], id);
    assert_eq!(session["provider"], "passkey");
    assert_eq!(session["factors"], json!(["passkey", "userVerification"]));
    let user = guest.with_session(session["secret"].as_str().unwrap());
    let now = "2026-11-23T13:00:00.000+00:00";
    let account = user.run("accountGet", none()).await.field();
    assert_eq!(account["accessedAt"], now);
    let passkey = user.run("accountGetPasskey", json!({"passkeyId": passkey["_id"]})).await.field();
    assert_eq!(passkey["accessedAt"], now);
    let document = "{ accountGetSession(sessionId: \"current\") { mfaUpdatedAt } }";
    assert_eq!(user.query(document).await.field()["mfaUpdatedAt"], now);
}

/// A browser gets its cookie at once.
#[tokio::test]
async fn a_browser_gets_a_cookie() {
    let app = TestApp::new().await;
    let user = app.user("ada@example.com").await;
    let mut device = Authenticator::synced();
    add(&user, &mut device).await;
    let browser = app.guest().with("origin", "http://localhost:3000");

    let answer = sign_in(&browser, &mut device).await;

    assert_eq!(answer.field()["secret"], "");
    let cookie = answer.cookies().concat();
    let pair = cookie.split(';').next().unwrap().to_owned();
    let again = app.guest().with("cookie", &pair).run("accountGet", none()).await;
    assert_eq!(again.field()["email"], "ada@example.com");
}

/// The token is redeemed once, within one minute, by the existing field, and its session shows the same factors.
#[tokio::test]
async fn a_token_signs_in_within_a_minute() {
    let app = TestApp::new().await;
    let user = app.user("ada@example.com").await;
    let mut device = Authenticator::synced();
    add(&user, &mut device).await;
    for (wait, expected) in [(0, "ok"), (59, "ok"), (60, SPENT)] {
        let guest = app.guest();
        let challenge = begin(&guest).await;
        let credential = device.get(&challenge["publicKey"]);
        let variables = json!({"challengeId": challenge["_id"], "credential": credential});
        let token = guest.run("accountUpdatePasskeyToken", variables).await.field();
        app.advance(Duration::from_secs(wait));
        let variables = json!({"userId": token["userId"], "secret": token["secret"]});

        let answer = guest.run("accountCreateSession", variables.clone()).await;

        assert_eq!(answer.error(), expected, "after {wait} seconds");
        if expected == "ok" {
            let session = answer.field();
            assert_eq!(session["provider"], "passkey");
            assert_eq!(session["factors"], json!(["passkey", "userVerification"]));
        }
        assert_eq!(guest.run("accountCreateSession", variables).await.error(), SPENT);
    }
}

/// The token is no proof of an address, and dies with its passkey.
#[tokio::test]
async fn a_token_dies_with_its_passkey() {
    let app = TestApp::new().await;
    let user = app.user("ada@example.com").await;
    let mut device = Authenticator::synced();
    let passkey = add(&user, &mut device).await;
    let guest = app.guest();
    let challenge = begin(&guest).await;
    let credential = device.get(&challenge["publicKey"]);
    let variables = json!({"challengeId": challenge["_id"], "credential": credential});
    let token = guest.run("accountUpdatePasskeyToken", variables).await.field();
    user.run("accountDeletePasskey", json!({"passkeyId": passkey["_id"]})).await.data();

    let variables = json!({"userId": token["userId"], "secret": token["secret"]});
    let answer = guest.run("accountCreateSession", variables).await;

    assert_eq!(answer.error(), SPENT);
    assert_eq!(user.run("accountGet", none()).await.field()["emailVerification"], false);
}

/// A block is revealed only to the right key.
#[tokio::test]
async fn a_blocked_user_learns_it_only_after_a_valid_signature() {
    let app = TestApp::new().await;
    let user = app.user("ada@example.com").await;
    let mut device = Authenticator::synced();
    add(&user, &mut device).await;
    user.run("accountUpdateStatus", none()).await.data();

    let right = sign_in(&app.guest(), &mut device).await;
    let wrong =
        super::sign_in_with(&app.guest(), &mut device, |it| it.breaks_signature = true).await;

    assert_eq!(right.error(), "user_blocked 403");
    assert_eq!(wrong.error(), super::INVALID);
}

/// Failures are in the owner's log.
#[tokio::test]
async fn a_failure_is_logged() {
    let app = TestApp::new().await;
    let user = app.user("ada@example.com").await;
    let mut device = Authenticator::synced();
    add(&user, &mut device).await;
    super::sign_in_with(&app.guest(), &mut device, |it| it.breaks_signature = true).await;

    let logs = user.run("accountListLogs", none()).await.field();

    assert_eq!(logs["logs"][0]["event"], "session.create.failure");
}

/// A method that is off is refused everywhere, and a project without a domain has no passkeys.
#[tokio::test]
async fn passkeys_can_be_off() {
    let app = TestApp::with("[[projects]]\nid = 'off'\nauth.passkey = false\npasskeys.rp_id = 'localhost'\nplatforms = ['localhost']\n[[projects]]\nid = 'bare'").await;
    let credential = json!({"id": "x"});
    for project in ["off", "bare"] {
        let guest = app.guest().with("x-appwrite-project", project);
        let session = guest.run("accountCreateAnonymousSession", none()).await.field();
        let user = guest.clone().with_session(session["secret"].as_str().unwrap());
        let variables = json!({"challengeId": "x", "credential": credential, "passkeyId": "x"});
        for field in [
            "accountCreatePasskey",
            "accountUpdatePasskeyVerification",
            "accountCreatePasskeyToken",
            "accountUpdatePasskeyToken",
            "accountCreatePasskeySession",
        ] {
            let answer = user.run(field, variables.clone()).await;
            assert_eq!(answer.error(), "user_auth_method_unsupported 501", "{project} {field}");
        }
        // Existing ones can still be looked at.
        assert_eq!(user.run("accountListPasskeys", none()).await.field()["total"], 0);
    }
    let guest = app.guest();
    let challenge = begin(&guest).await;
    assert_eq!(finish(&guest, &challenge, &credential).await.error(), super::INVALID);
}
