//! Changes that are risky for an account need a recent sign-in, in projects that require it.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{
    Browser, Caller, PASSWORD, Provider, ProviderUser, TestApp, error_of, fields_of, none, sdl,
};

const ADA: &str = "ada@example.com";
const PROJECT: &str = "[[projects]]\nid = \"strict\"\nsecurity.require_recent_sign_in = true\n";
/// The key of [`TestApp::server`], for the project, too.
const KEY: &str = "[[projects.api_keys]]
hash = \"ebd1bd2a13b9a520de7174f9fe09590e7fdbfc46db0fecb4edcb2c6c9e06590a\"
scopes = [\"users.write\", \"sessions.write\"]\n";
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
        ("accountCreatePasskey", none()),
        ("accountUpdatePasskeyVerification", json!({"passkeyId": "phone", "credential": {}})),
        ("accountDeletePasskey", json!({"passkeyId": "phone"})),
        ("accountDeleteIdentity", json!({"identityId": "google"})),
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

/// Shows an ID token of the provider. Returns the caller with the new session, or the error.
async fn sign_in_with(
    app: &TestApp,
    provider: &Provider,
    caller: &Caller,
) -> Result<Caller, String> {
    let variables = json!({"provider": "fake", "idToken": provider.app_token(None)});
    let answer = caller.run("accountCreateIdTokenSession", variables).await;
    match answer.error().as_str() {
        "ok" => Ok(guest(app).with_session(answer.field()["secret"].as_str().unwrap())),
        error => Err(error.to_owned()),
    }
}

async fn identities(caller: &Caller) -> Value {
    caller.run("accountListIdentities", none()).await.field()["total"].clone()
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
        // A new address may end the session in which it was changed.
        let caller = user(&app, &format!("{}@example.com", field.to_lowercase())).await;
        app.advance(TEN_MINUTES + Duration::from_secs(1));
        assert_eq!(caller.run(field, variables).await.error(), "ok", "{field}");
    }
    let signed_in_anew = sign_in(&app, ADA).await;
    assert_eq!(signed_in_anew.run("accountDelete", none()).await.error(), "ok");
}

/// A user with a second factor must show it, and needn't sign in anew.
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
async fn users_without_a_password_need_a_recent_sign_in() {
    let provider = Provider::start().await;
    let app =
        TestApp::with(&format!("limits.rates = false\n{}{PROJECT}", provider.settings_of_apps()))
            .await;
    let sign_in_there = async || sign_in_with(&app, &provider, &guest(&app)).await.unwrap();
    let ada = sign_in_there().await;
    app.advance(TEN_MINUTES + Duration::from_secs(1));

    for (field, variables) in calls().into_iter().take(3) {
        assert_eq!(ada.run(field, variables).await.error(), AGAIN, "{field}");
    }
    let (field, variables) = calls().swap_remove(2);
    assert_eq!(sign_in_there().await.run(field, variables).await.error(), "ok");
}

/// OA-6: an open session is not enough to link an account, which would then sign in anew.
#[tokio::test]
async fn linking_needs_a_recent_sign_in() {
    let provider = Provider::start().await;
    let settings = format!("limits.rates = false\n{}{PROJECT}", provider.settings_of_apps());
    let app = TestApp::with(&settings).await;
    let bob = user(&app, "bob@example.com").await;
    app.advance(TEN_MINUTES + Duration::from_secs(1));

    assert_eq!(sign_in_with(&app, &provider, &bob).await.err().unwrap(), AGAIN);

    assert_eq!(identities(&bob).await, 0);
    let signed_in_anew = sign_in(&app, "bob@example.com").await;
    app.advance(TEN_MINUTES);
    let linked = sign_in_with(&app, &provider, &signed_in_anew).await.unwrap();
    assert_eq!(identities(&linked).await, 1);
}

/// OA-6: nor in a browser, and where an app gets a token.
#[tokio::test]
async fn linking_in_a_browser_needs_a_recent_sign_in() {
    let provider = Provider::start().await;
    let platforms = "platforms = [\"app.example.com\"]\n";
    let app = TestApp::with(&format!("{}{PROJECT}{platforms}", provider.settings())).await;
    for kind in ["sessions", "tokens"] {
        let bob = user(&app, &format!("{kind}@example.com")).await;
        let browser = Browser::new(guest(&app));
        let mut browser = browser.with_cookie("a_session_strict", bob.session());
        app.advance(Duration::from_mins(1));
        let there = browser.authorize(kind, "fake").await;
        app.advance(Duration::from_mins(9) + Duration::from_secs(1));

        let late = browser.get(provider.agree(&there).as_str()).await;

        assert_eq!(error_of(&late.header("location").parse().unwrap()), AGAIN, "{kind}");
        assert_eq!(identities(&bob).await, 0, "{kind}");
    }
}

/// A user who has linked an account signs in anew with it, in the browser that is signed in.
#[tokio::test]
async fn a_linked_account_signs_in_anew() {
    let provider = Provider::start().await;
    let settings = format!("limits.rates = false\n{}{PROJECT}", provider.settings_of_apps());
    let app = TestApp::with(&settings).await;
    let ada = sign_in_with(&app, &provider, &guest(&app)).await.unwrap();
    app.advance(TEN_MINUTES + Duration::from_secs(1));
    assert_eq!(ada.run("accountDelete", none()).await.error(), AGAIN);
    provider.be(ProviderUser::new("eve", "eve@example.com", true));
    assert_eq!(sign_in_with(&app, &provider, &ada).await.err().unwrap(), AGAIN);
    provider.be(ProviderUser::new("ada", ADA, true));

    let ada = sign_in_with(&app, &provider, &ada).await.unwrap();

    assert_eq!(ada.run("accountDelete", none()).await.error(), "ok");
}

/// An anonymous user couldn't sign in anew, and isn't asked to, until there is a way to.
#[tokio::test]
async fn an_anonymous_user_is_not_stuck() {
    let provider = Provider::start().await;
    let settings = format!("limits.rates = false\n{}{PROJECT}", provider.settings_of_apps());
    let app = TestApp::with(&settings).await;
    let anonymous = async || {
        let session = guest(&app).run("accountCreateAnonymousSession", none()).await.field();
        guest(&app).with_session(session["secret"].as_str().unwrap())
    };
    for (field, variables) in calls().into_iter().take(3) {
        let caller = anonymous().await;
        app.advance(TEN_MINUTES + Duration::from_secs(1));
        assert_eq!(caller.run(field, variables).await.error(), "ok", "{field}");
    }
    let caller = anonymous().await;
    app.advance(TEN_MINUTES + Duration::from_secs(1));
    assert_eq!(caller.run("accountUpdateMFA", json!({"mfa": false})).await.error(), "ok");
    let linked = sign_in_with(&app, &provider, &caller).await.unwrap();

    app.advance(TEN_MINUTES + Duration::from_secs(1));
    assert_eq!(linked.run("accountDelete", none()).await.error(), AGAIN);
}

/// A user of the project's server signs in anew with the next token of it.
#[tokio::test]
async fn a_user_of_a_server_signs_in_anew() {
    let app = TestApp::with(&format!("{PROJECT}{KEY}")).await;
    let server = app.server().with("x-appwrite-project", "strict");
    let created = server.run("usersCreate", json!({"userId": "unique()"})).await.field();
    let user = json!({"userId": created["_id"]});
    let session = server.run("usersCreateSession", user.clone()).await.field();
    let by_server = guest(&app).with_session(session["secret"].as_str().unwrap());
    let token = server.run("usersCreateToken", user).await.field();
    let token = json!({"userId": token["userId"], "secret": token["secret"]});
    let session = guest(&app).run("accountCreateSession", token).await.field();
    let by_token = guest(&app).with_session(session["secret"].as_str().unwrap());
    app.advance(TEN_MINUTES + Duration::from_secs(1));

    for caller in [by_server, by_token] {
        let (field, variables) = calls().swap_remove(1);
        assert_eq!(caller.run(field, variables).await.error(), AGAIN);
    }
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
