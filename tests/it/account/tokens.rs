//! What holds for one-time secrets of every kind.

use sea_orm::EntityTrait;
use serde_json::Value;
use serde_json::json;

use crate::support::Answer;
use crate::support::Caller;
use crate::support::PASSWORD;
use crate::support::TestApp;
use crate::support::none;

const ADA: &str = "ada@example.com";
const PHONE: &str = "+12065550100";
const URL: &str = "https://app.example.com/";
const REFUSED: &str = "user_invalid_token 401";

/// The kinds of secrets: the operation that makes one, and the one that redeems it.
const KINDS: [(&str, &str); 6] = [
    ("accountCreateRecovery", "accountUpdateRecovery"),
    ("accountCreateVerification", "accountUpdateVerification"),
    ("accountCreatePhoneVerification", "accountUpdatePhoneVerification"),
    ("accountCreateMagicURLSession", "accountUpdateMagicURLSession"),
    ("accountCreatePhoneSession", "accountUpdatePhoneSession"),
    ("accountCreateEmailToken", "accountCreateSession"),
];

/// A server without limits, and Ada on it, with a number.
async fn start() -> (TestApp, Caller) {
    let app = TestApp::with("limits.rates = false").await;
    let ada = app.user(ADA).await;
    ada.run("accountUpdatePhone", json!({"phone": PHONE, "password": PASSWORD})).await.data();
    (app, ada)
}

/// Has a secret made for Ada: the answer, and the secret of the message.
async fn make(app: &TestApp, ada: &Caller, create: &str) -> (Value, Value) {
    let variables = json!({"userId": "unique()", "email": ADA, "phone": PHONE, "url": URL});
    let token = ada.run(create, variables).await.field();
    let to = if create.contains("Phone") { PHONE } else { ADA };
    (token, app.newest(to).await["secret"].clone())
}

async fn redeem(app: &TestApp, operation: &str, user_id: &Value, secret: &Value) -> Answer {
    let password = "another good password";
    let variables = json!({
        "userId": user_id, "secret": secret, "password": password, "passwordAgain": password,
    });
    app.guest().run(operation, variables).await
}

/// OT-10: a secret is good for the operation it was made for, and for none of the others.
#[tokio::test]
async fn every_kind_has_its_own_purpose() {
    for (create, own) in KINDS {
        let (app, ada) = start().await;
        let (token, secret) = make(&app, &ada, create).await;
        for (_, update) in KINDS.iter().filter(|(_, update)| *update != own) {
            let refused = redeem(&app, update, &token["userId"], &secret).await;
            assert_eq!(refused.error(), REFUSED, "{create} {update}");
        }

        assert_eq!(redeem(&app, own, &token["userId"], &secret).await.error(), "ok", "{create}");
    }
}

/// OT-2: of fifty who show one secret at once, one succeeds.
#[tokio::test(flavor = "multi_thread")]
async fn one_of_fifty_succeeds() {
    for (create, own) in KINDS {
        let (app, ada) = start().await;
        let (token, secret) = make(&app, &ada, create).await;
        let mut calls = tokio::task::JoinSet::new();
        for _ in 0..50 {
            let (app, id, secret) = (app.clone(), token["userId"].clone(), secret.clone());
            calls.spawn(async move { redeem(&app, own, &id, &secret).await.error() });
        }
        let mut errors = calls.join_all().await;
        errors.sort();

        assert_eq!(errors[0], "ok", "{create}");
        assert!(errors[1..].iter().all(|error| error == REFUSED), "{create} {errors:?}");
        let sessions = entity::session::Entity::find().all(app.app.db.read()).await.unwrap();
        let by_token = sessions.iter().filter(|session| session.provider != "email").count();
        assert_eq!(by_token, usize::from(own.contains("Session")), "{create}");
    }
}

/// OT-8, SJ-13: changing password or address, recovering and blocking kill every secret that is under way.
#[tokio::test]
async fn a_change_kills_every_secret() {
    for change in ["password", "email", "recovery", "block"] {
        let (app, ada) = start().await;
        let mut secrets = Vec::new();
        for (create, own) in KINDS {
            let (token, secret) = make(&app, &ada, create).await;
            secrets.push((own, token["userId"].clone(), secret));
        }
        let variables = json!({"password": "another good password", "oldPassword": PASSWORD});
        match change {
            "password" => ada.run("accountUpdatePassword", variables).await.data(),
            "email" => {
                let variables = json!({"email": "new@example.com", "password": PASSWORD});
                ada.run("accountUpdateEmail", variables).await.data()
            }
            "block" => ada.run("accountUpdateStatus", none()).await.data(),
            _ => {
                let (token, secret) = make(&app, &ada, "accountCreateRecovery").await;
                redeem(&app, "accountUpdateRecovery", &token["userId"], &secret).await.data()
            }
        };

        for (own, id, secret) in secrets {
            assert_eq!(redeem(&app, own, &id, &secret).await.error(), REFUSED, "{change} {own}");
        }
    }
}

/// SJ-13: a blocked user gets no message, and none that was asked for before the account existed lets anybody in.
#[tokio::test]
async fn a_blocked_user_has_no_way_in_by_message() {
    let app = TestApp::with("limits.rates = false").await;
    let guest = app.guest();
    let mut early = Vec::new();
    for (create, own) in &KINDS[3..] {
        let (token, secret) = make(&app, &guest, create).await;
        early.push((own, token["userId"].clone(), secret));
    }
    let ada = app.user(ADA).await;
    ada.run("accountUpdatePhone", json!({"phone": PHONE, "password": PASSWORD})).await.data();
    ada.run("accountUpdateStatus", none()).await.data();
    let counts = (app.count_messages(ADA).await, app.count_messages(PHONE).await);

    for (own, id, secret) in early {
        assert_eq!(redeem(&app, own, &id, &secret).await.error(), REFUSED, "{own}");
    }
    for (create, _) in [KINDS[0], KINDS[3], KINDS[4], KINDS[5]] {
        let variables = json!({"userId": "unique()", "email": ADA, "phone": PHONE, "url": URL});
        assert_eq!(guest.run(create, variables).await.error(), "ok", "{create}");
    }
    assert_eq!((app.count_messages(ADA).await, app.count_messages(PHONE).await), counts);
}

/// OT-11: no answer holds a secret, the account's owner's included.
#[tokio::test]
async fn no_answer_holds_a_secret() {
    for (create, own) in KINDS {
        let (app, ada) = start().await;
        let (token, secret) = make(&app, &ada, create).await;
        assert_eq!(token["secret"], "", "{create}");
        assert!(!token.to_string().contains(secret.as_str().unwrap()), "{create}");

        let confirmed = redeem(&app, own, &token["userId"], &secret).await;

        assert!(!confirmed.text.contains(secret.as_str().unwrap()), "{own}");
        if !own.contains("Session") {
            assert_eq!(confirmed.field()["secret"], "", "{own}");
        }
    }
}

/// OT-13: a link's secret is found by its hash, so how much of it is right makes no difference to the search.
#[test]
fn near_secrets_have_far_hashes() {
    use accountd::auth::one_time_secret::hash_link_secret;
    let right = "0".repeat(64);
    let near = format!("{}1", "0".repeat(63));

    let (right, near) = (hash_link_secret(&right), hash_link_secret(&near));

    let common = right.bytes().zip(near.bytes()).take_while(|(one, other)| one == other).count();
    assert!(common < 8, "{common}");
}
