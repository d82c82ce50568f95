//! The master secret is changed, and nothing is lost.

use std::time::Duration;

use accountd::account::reencryption;
use serde_json::{Value, json};
use totp_rs::{Builder, Secret, Totp};

use crate::support::{Browser, Caller, Provider, TestApp, none};

const OLD: &str = "8f14e45fceea167a5a36dedd4bea2543";
const NEW: &str = "c9f0f895fb98ab9159f51fd0297e236d";

/// Ada's credentials before the change.
struct Before {
    session: String,
    jwt: String,
    totp: Totp,
    codes: Vec<String>,
    mail: Value,
}

async fn settle(app: &TestApp, provider: &Provider) -> Before {
    let mut browser = Browser::new(app.guest());
    browser.sign_in(provider, "fake").await;
    let ada = browser.user();
    let enrolment = ada.run("accountCreateMFAAuthenticator", json!({"type": "totp"})).await.field();
    let secret = Secret::try_from_base32(enrolment["secret"].as_str().unwrap()).unwrap();
    let totp = Builder::new().with_secret(secret).build().unwrap();
    let verified = json!({"type": "totp", "otp": code(app, &totp)});
    ada.run("accountUpdateMFAAuthenticator", verified).await.data();
    let codes = ada.run("accountCreateMFARecoveryCodes", none()).await.field();
    let codes = codes["recoveryCodes"].as_array().unwrap().iter();
    let codes = codes.map(|code| code.as_str().unwrap().to_owned()).collect();
    let eve = json!({"userId": "eve", "email": "eve@example.com"});
    app.guest().run("accountCreateEmailToken", eve).await.data();
    let mail = app.newest("eve@example.com").await;
    Before { session: ada.session().to_owned(), jwt: ada.jwt().await, totp, codes, mail }
}

fn code(app: &TestApp, totp: &Totp) -> String {
    totp.generate(u64::try_from(app.clock.now().seconds()).unwrap()).to_string()
}

async fn pass(ada: &Caller, factor: &str, otp: &str) -> String {
    let id = ada.run("accountCreateMFAChallenge", json!({"factor": factor})).await.field();
    let otp = json!({"challengeId": id["_id"], "otp": otp});
    ada.run("accountUpdateMFAChallenge", otp).await.error()
}

/// All that Ada had still works. Uses up a recovery code.
async fn holds(app: &TestApp, before: &mut Before) {
    // The authenticator goes on to its next code.
    app.advance(Duration::from_secs(30));
    let ada = app.guest().with_session(&before.session);
    assert_eq!(ada.run("accountGet", none()).await.error(), "ok");
    let by_jwt = app.guest().with("x-appwrite-jwt", &before.jwt);
    assert_eq!(by_jwt.run("accountGet", none()).await.error(), "ok");
    let session = ada.run("accountGetSession", json!({"sessionId": "current"})).await.field();
    assert_eq!(session["providerAccessToken"], "access 1");
    let identities = ada.run("accountListIdentities", none()).await.field();
    assert_eq!(identities["identities"][0]["providerRefreshToken"], "refresh 1");
    assert_eq!(pass(&ada, "totp", &code(app, &before.totp)).await, "ok");
    let used = before.codes.pop().unwrap();
    assert_eq!(pass(&ada, "recoverycode", &used).await, "ok");
    assert_eq!(pass(&ada, "recoverycode", &used).await, "user_invalid_token 401");
    assert_eq!(app.newest("eve@example.com").await["code"], before.mail["code"]);
}

/// SJ-8: the master secret is changed without a lost session, JWT, mail, token of a provider, authenticator or recovery code;
/// then the previous one is not needed any more.
#[tokio::test]
async fn the_master_secret_is_changed_without_a_loss() {
    for algorithm in ["ES256", "HS256"] {
        let provider = Provider::start().await;
        let settings = |secrets: &str| {
            let rest = provider.settings();
            format!("{secrets}\nlimits.rates = false\njwt.algorithm = \"{algorithm}\"\n{rest}")
        };
        let app = TestApp::with(&settings(&format!("master_secret = \"{OLD}\""))).await;
        let mut before = settle(&app, &provider).await;
        holds(&app, &mut before).await;

        let both = format!("master_secret = \"{NEW}\"\nmaster_secret_previous = [\"{OLD}\"]");
        let app = app.restarted_with(&settings(&both)).await;
        holds(&app, &mut before).await;
        let eve = json!({"userId": before.mail["userId"], "secret": before.mail["code"]});
        app.guest().run("accountCreateSession", eve).await.data();
        assert!(reencryption::run(&app.app).await.unwrap() >= 5);
        assert_eq!(reencryption::run(&app.app).await.unwrap(), 0);
        holds(&app, &mut before).await;

        let app = app.restarted_with(&settings(&format!("master_secret = \"{NEW}\""))).await;
        if algorithm == "HS256" {
            // Its key is the master secret itself: tokens of the old one are over, as they are after a quarter of an hour.
            before.jwt = app.guest().with_session(&before.session).jwt().await;
        }
        holds(&app, &mut before).await;
    }
}

/// SJ-8: servers get the new secret one after another: what either stores, both can read.
#[tokio::test]
async fn two_servers_with_the_secrets_the_other_way_round_get_along() {
    let provider = Provider::start().await;
    let settings = |newest: &str, previous: &str| {
        let rest = provider.settings();
        format!(
            "master_secret = \"{newest}\"\nmaster_secret_previous = [\"{previous}\"]\nlimits.rates = false\n{rest}"
        )
    };
    let app = TestApp::with(&settings(OLD, NEW)).await;
    let mut before = settle(&app, &provider).await;

    let app = app.restarted_with(&settings(NEW, OLD)).await;
    reencryption::run(&app.app).await.unwrap();
    let app = app.restarted_with(&settings(OLD, NEW)).await;

    holds(&app, &mut before).await;
}
