//! Alerts about provider accounts that are linked or unlinked.

use serde_json::json;

use crate::support::{Browser, Caller, Provider, ProviderUser, TestApp, none};

const BOB: &str = "bob@example.com";

async fn start() -> (Provider, TestApp) {
    let provider = Provider::start().await;
    let app =
        TestApp::with(&format!("limits.rates = false\n{}", provider.settings_of_apps())).await;
    (provider, app)
}

async fn sign_in_with_token(app: &TestApp, provider: &Provider, caller: &Caller) -> Caller {
    let variables = json!({"provider": "fake", "idToken": provider.app_token(None)});
    let session = caller.run("accountCreateIdTokenSession", variables).await.field();
    app.guest().with_session(session["secret"].as_str().unwrap())
}

async fn unlink(caller: &Caller) {
    let page = caller.run("accountListIdentities", none()).await.field();
    let identity = json!({"identityId": page["identities"][0]["_id"]});
    caller.run("accountDeleteIdentity", identity).await.data();
}

/// DL-8: linking is mailed once, by browser and by ID token, and so is unlinking.
#[tokio::test]
async fn linking_and_unlinking_are_alerted() {
    let (provider, app) = start().await;
    let bob = app.user(BOB).await;
    let mut browser = Browser::new(app.guest()).signed_in(bob.session());
    browser.sign_in(&provider, "fake").await;
    let linked = app.newest(BOB).await;
    assert_eq!(linked["kind"], "identity_linked");
    assert!(!linked["text"].as_str().unwrap().contains("://"));
    browser.sign_in(&provider, "fake").await;
    let mut later = Browser::new(app.guest());
    later.sign_in(&provider, "fake").await;
    assert_eq!(app.newest(BOB).await["_id"], linked["_id"]);

    unlink(&browser.user()).await;
    assert_eq!(app.newest(BOB).await["kind"], "identity_unlinked");

    sign_in_with_token(&app, &provider, &browser.user()).await;
    assert_eq!(app.newest(BOB).await["kind"], "identity_linked");
}

/// DL-8: so is the link that a verified address makes, whether the account had verified it before or not.
#[tokio::test]
async fn a_link_by_address_is_alerted() {
    let (provider, app) = start().await;
    for (email, is_verified) in [("ada@example.com", true), (BOB, false)] {
        let user = app.user(email).await;
        if is_verified {
            let token = user.run("accountCreateEmailVerificationOTP", none()).await.field();
            let secret = app.newest(email).await["code"].clone();
            let variables = json!({"userId": token["userId"], "secret": secret});
            app.guest().run("accountUpdateEmailVerificationOTP", variables).await.data();
        }
        provider.be(ProviderUser::new(email, email, true));

        sign_in_with_token(&app, &provider, &app.guest()).await;

        assert_eq!(app.newest(email).await["kind"], "identity_linked", "{email}");
    }
}

/// A new user's first provider account is no news, and an anonymous user becomes one.
#[tokio::test]
async fn the_first_account_is_not_alerted() {
    let (provider, app) = start().await;

    let ada = sign_in_with_token(&app, &provider, &app.guest()).await;
    let anonymous = app.guest().run("accountCreateAnonymousSession", none()).await.field();
    let anonymous = app.guest().with_session(anonymous["secret"].as_str().unwrap());
    provider.be(ProviderUser::new("bob", BOB, true));
    let bob = sign_in_with_token(&app, &provider, &anonymous).await;

    for (user, email) in [(ada, "ada@example.com"), (bob, BOB)] {
        assert_eq!(user.run("accountGet", none()).await.field()["email"], email);
        assert_eq!(app.count_messages(email).await, 0, "{email}");
    }
}

/// A server answers for what it unlinks itself.
#[tokio::test]
async fn what_a_server_unlinks_is_not_alerted() {
    let (provider, app) = start().await;
    let ada = sign_in_with_token(&app, &provider, &app.guest()).await;
    let page = ada.run("accountListIdentities", none()).await.field();

    let identity = json!({"identityId": page["identities"][0]["_id"]});
    app.server().run("usersDeleteIdentity", identity).await.data();

    assert_eq!(app.count_messages("ada@example.com").await, 0);
}
