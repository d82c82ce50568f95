//! Each kind of secret is redeemed by its own fields.

use std::time::Duration;

use serde_json::{Value, json};

use super::{ADA, NEW, REFUSED, recover, verification_code};
use crate::support::{TestApp, none};

/// The fields that redeem a secret.
const REDEEMING: [&str; 8] = [
    "accountUpdateRecovery",
    "accountUpdateRecoveryOTP",
    "accountUpdateVerification",
    "accountUpdateEmailVerification",
    "accountUpdateEmailVerificationOTP",
    "accountUpdateMagicURLSession",
    "accountUpdatePhoneSession",
    "accountCreateSession",
];

/// N-58: neither the secret of a link nor a code of another kind is accepted, and neither of the new codes signs in.
#[tokio::test]
async fn a_secret_is_redeemed_by_its_own_field_only() {
    let app = TestApp::with("limits.rates = false").await;
    let ada = app.user(ADA).await;
    let url = "https://app.example.com/";
    let id = ada.run("accountGet", none()).await.field()["_id"].clone();
    let mut secrets = Vec::new();
    for (create, own) in [
        ("accountCreateRecovery", &["accountUpdateRecovery"][..]),
        ("accountCreateRecoveryOTP", &["accountUpdateRecoveryOTP"]),
        (
            "accountCreateEmailVerification",
            &["accountUpdateVerification", "accountUpdateEmailVerification"],
        ),
        ("accountCreateEmailVerificationOTP", &["accountUpdateEmailVerificationOTP"]),
        ("accountCreateEmailToken", &["accountCreateSession"]),
    ] {
        app.advance(Duration::from_secs(1));
        ada.run(create, json!({"userId": "unique()", "email": ADA, "url": url})).await.data();
        secrets.push((create, own, app.newest(ADA).await["secret"].clone()));
    }

    let redeem = async |field: &str, secret: &Value| {
        let variables = json!({"userId": id, "secret": secret, "password": NEW});
        app.guest().run(field, variables).await.error()
    };
    for (create, own, secret) in &secrets {
        // Tries of one kind count for the codes of that kind only, so at most three wrong ones for each.
        for field in REDEEMING.iter().filter(|field| !own.contains(field)) {
            assert_ne!(redeem(field, secret).await, "ok", "{create} → {field}");
        }
    }
    // All of them are still good where they belong; the recovery is the last, because it ends all others.
    for place in [3, 2, 4, 1] {
        let (create, own, secret) = &secrets[place];
        assert_eq!(redeem(own[0], secret).await, "ok", "{create}");
    }
}

/// A code replaces the earlier one of its kind, and no other.
#[tokio::test]
async fn a_code_replaces_the_earlier_one_of_its_kind() {
    let app = TestApp::with("limits.rates = false").await;
    let ada = app.user(ADA).await;
    let (id, first) = verification_code(&app, &ada).await;
    app.advance(Duration::from_secs(1));
    let (_, second) = verification_code(&app, &ada).await;
    app.advance(Duration::from_secs(1));
    recover(&app, ADA).await.data();

    if first != second {
        assert_eq!(super::verify(&app, &id, &first).await.error(), REFUSED);
    }
    assert_eq!(super::verify(&app, &id, &second).await.error(), "ok");
}
