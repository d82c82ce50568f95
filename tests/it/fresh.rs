//! What is risky for an account needs a recent sign-in, in projects that ask for it.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Caller, PASSWORD, Provider, TestApp, fields_of, none, sdl};

const ADA: &str = "ada@example.com";
const PROJECT: &str = "[[projects]]\nid = \"strict\"\nsecurity.require_recent_sign_in = true\n";
const AGAIN: &str = "user_reauthentication_required 401";
const CHALLENGE: &str = "user_challenge_required 401";
const TEN_MINUTES: Duration = Duration::from_mins(10);

/// The fields that ask for a recent sign-in, with arguments; those that take the password instead are the first.
fn calls() -> Vec<(&'static str, Value)> {
    vec![
        (
            "accountUpdatePassword",
            json!({"password": "another good password", "oldPassword": PASSWORD}),
        ),
        ("accountUpdateEmail", json!({"email": "new@example.com", "password": PASSWORD})),
        ("accountUpdatePhone", json!({"phone": "+12065550100", "password": PASSWORD})),
        ("accountUpdateMFA", json!({"mfa": true})),
        ("accountCreateMFAAuthenticator", json!({"type": "totp"})),
        ("accountUpdateMFAAuthenticator", json!({"type": "totp", "otp": "000000"})),
        ("accountDeleteMFAAuthenticator", json!({"type": "totp"})),
        ("accountCreateMFARecoveryCodes", none()),
        ("accountUpdateMFARecoveryCodes", none()),
        ("accountGetMFARecoveryCodes", none()),
        ("accountCreatePasskey", none()),
        ("accountUpdatePasskeyVerification", json!({"passkeyId": "phone", "credential": {}})),
        ("accountDeletePasskey", json!({"passkeyId": "phone"})),
        ("accountUpdateStatus", none()),
        ("accountDelete", none()),
    ]
}

/// A guest of the project.
fn guest(app: &TestApp) -> Caller {
    app.guest().with("x-appwrite-project", "strict")
}

async fn sign_in(app: &TestApp, email: &str) -> Caller {
    let variables = json!({"email": email, "password": PASSWORD});
    let session = guest(app).run("accountCreateEmailPasswordSession", variables).await.field();
    guest(app).with_session(session["secret"].as_str().unwrap())
}

/// Signs up and in to the project.
async fn user(app: &TestApp, email: &str) -> Caller {
    let variables = json!({"userId": "unique()", "email": email, "password": PASSWORD});
    guest(app).run("accountCreate", variables).await.data();
    sign_in(app, email).await
}

/// Verifies Ada's address.
async fn verify(app: &TestApp, ada: &Caller) {
    let token = ada.run("accountCreateEmailVerificationOTP", none()).await.field();
    let code = guest(app).newest(ADA).await["code"].clone();
    let variables = json!({"userId": token["userId"], "secret": code});
    guest(app).run("accountUpdateEmailVerificationOTP", variables).await.data();
}

/// Shows Ada's mailbox as a second factor.
async fn pass_challenge(app: &TestApp, ada: &Caller) {
    let challenge = ada.run("accountCreateMFAChallenge", json!({"factor": "email"})).await.field();
    let code = guest(app).newest(ADA).await["code"].clone();
    let variables = json!({"challengeId": challenge["_id"], "otp": code});
    ada.run("accountUpdateMFAChallenge", variables).await.data();
}

/// After ten minutes, to the second, all of them are refused but those that take the password.
#[tokio::test]
async fn after_ten_minutes_a_sign_in_is_not_recent() {
    let app = TestApp::with(&format!("limits.rates = false\n{PROJECT}")).await;
    let ada = user(&app, ADA).await;
    let jwt = guest(&app).with_jwt(&ada.jwt().await);
    app.advance(TEN_MINUTES);
    assert_eq!(ada.run("accountUpdateMFA", json!({"mfa": false})).await.error(), "ok");
    app.advance(Duration::from_secs(1));

    for (field, variables) in calls().into_iter().skip(3) {
        assert_eq!(ada.run(field, variables.clone()).await.error(), AGAIN, "{field}");
        assert_eq!(jwt.run(field, variables).await.error(), AGAIN, "{field}");
    }
    for (field, variables) in calls().into_iter().take(3) {
        // A new address may end the session of whoever has changed it.
        let caller = user(&app, &format!("{}@example.com", field.to_lowercase())).await;
        app.advance(TEN_MINUTES + Duration::from_secs(1));
        assert_eq!(caller.run(field, variables).await.error(), "ok", "{field}");
    }
    let signed_in_anew = sign_in(&app, ADA).await;
    assert_eq!(signed_in_anew.run("accountDelete", none()).await.error(), "ok");
}

/// Who has a second factor is asked for it, and needn't sign in anew.
#[tokio::test]
async fn a_challenge_is_as_good_as_a_sign_in() {
    let app = TestApp::with(&format!("limits.rates = false\n{PROJECT}")).await;
    let ada = user(&app, ADA).await;
    verify(&app, &ada).await;
    let jwt = guest(&app).with_jwt(&ada.jwt().await);
    app.advance(TEN_MINUTES + Duration::from_secs(1));
    let refused = ada.run("accountCreateMFAAuthenticator", json!({"type": "totp"})).await;
    assert_eq!(refused.error(), CHALLENGE);

    pass_challenge(&app, &ada).await;

    for caller in [&ada, &jwt] {
        let enrolled = caller.run("accountCreateMFAAuthenticator", json!({"type": "totp"})).await;
        assert_eq!(enrolled.error(), "ok");
    }
    app.advance(TEN_MINUTES + Duration::from_secs(1));
    assert_eq!(ada.run("accountDelete", none()).await.error(), CHALLENGE);
}

/// A user without a password has none to show: the argument alone would be taken as the first one.
#[tokio::test]
async fn who_has_no_password_needs_a_recent_sign_in() {
    let provider = Provider::start().await;
    let app =
        TestApp::with(&format!("limits.rates = false\n{}{PROJECT}", provider.settings_of_apps()))
            .await;
    let sign_in_there = async || {
        let variables = json!({"provider": "fake", "idToken": provider.app_token(None)});
        let session = guest(&app).run("accountCreateIdTokenSession", variables).await.field();
        guest(&app).with_session(session["secret"].as_str().unwrap())
    };
    let ada = sign_in_there().await;
    app.advance(TEN_MINUTES + Duration::from_secs(1));

    for (field, variables) in calls().into_iter().take(3) {
        assert_eq!(ada.run(field, variables).await.error(), AGAIN, "{field}");
    }
    let (field, variables) = calls().swap_remove(2);
    assert_eq!(sign_in_there().await.run(field, variables).await.error(), "ok");
}

/// It is off unless a project asks for it: the document's samples have no such error.
#[tokio::test]
async fn it_is_off_by_default() {
    let app = TestApp::with("limits.rates = false").await;
    let ada = app.user(ADA).await;
    app.advance(Duration::from_hours(24));

    for (field, variables) in calls() {
        let error = ada.run(field, variables).await.error();
        assert_ne!(error, AGAIN, "{field}");
        // The reference asks for it in these, within half an hour.
        let is_strict = error == CHALLENGE;
        assert!(!is_strict || field.contains("MFA"), "{field}");
    }
}

/// No risky field is left out, whatever is added later.
#[test]
fn the_fields_that_ask_for_it_are_these() {
    let mut fresh: Vec<String> = fields_of(&sdl(accountd::config::Mode::Serve))
        .into_iter()
        .filter(|(_, field)| field.directives.iter().any(|it| it.node.name.node == "fresh"))
        .map(|(_, field)| field.name.node.to_string().replace("Mfa", "MFA"))
        .collect();
    fresh.sort();
    fresh.dedup();
    let mut called: Vec<_> = calls().into_iter().map(|(field, _)| field.to_owned()).collect();
    called.sort();

    assert_eq!(fresh, called);
}
