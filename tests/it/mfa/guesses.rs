//! Guessing second factors.

use std::time::Duration;

use serde_json::json;

use super::{ADA, HALF_OPEN, WRONG, answer, challenge, get, pass, protected, verify_email};
use crate::support::{TestApp, none};

const LIMITED: &str = "general_rate_limit_exceeded 429";

/// OA-8, OT-6: after five tries a challenge is dead, even for the right code.
#[tokio::test]
async fn a_challenge_allows_five_tries() {
    let app = TestApp::new().await;
    let (_, phone) = protected(&app, ADA).await;
    let half = app.sign_in(ADA).await;
    let id = challenge(&half, "totp").await;
    for _ in 0..5 {
        assert_eq!(answer(&half, &id, &phone.wrong_code(&app)).await.error(), WRONG);
    }

    assert_eq!(answer(&half, &id, &phone.code(&app)).await.error(), WRONG);

    pass(&app, &half, &phone).await;
}

/// OA-8, OA-6: unknown IPs have ten wrong codes an hour, over all factors, challenges, sessions, addresses and spellings together. A new challenge gives
/// no new tries.
#[tokio::test]
async fn one_quota_for_all_factors() {
    let app = TestApp::new().await;
    let (ada, phone) = protected(&app, ADA).await;
    verify_email(&app, &ada, ADA).await;
    ada.run("accountCreateMFARecoveryCodes", none()).await.data();
    let mut tries = 0;
    for factor in ["totp", "email", "recoveryCode"] {
        let half = app.sign_in(ADA).await;
        let id = challenge(&half, factor).await;
        for _ in 0..4 {
            let expected = if tries < 10 { WRONG } else { LIMITED };
            assert_eq!(answer(&half, &id, "nonsense").await.error(), expected, "{factor} {tries}");
            tries += 1;
        }
    }
    let half = app.sign_in(ADA).await;
    let id = challenge(&half, "totp").await;

    assert_eq!(answer(&half, &id, &phone.code(&app)).await.error(), LIMITED);
    let proof = json!({"challengeId": id, "otp": phone.code(&app)});
    assert_eq!(half.run("accountUpdateMfaChallenge", proof).await.error(), LIMITED);
    // At the address where the app was verified, nothing is used up.
    let proof = json!({"type": "totp", "otp": phone.code(&app)});
    let again = ada.run("accountUpdateMFAAuthenticator", proof).await;
    assert_eq!(again.error(), "user_authenticator_already_verified 409");

    assert_eq!(get(&half).await, HALF_OPEN);
    app.advance(Duration::from_mins(61));
    let half = app.sign_in(ADA).await;
    pass(&app, &half, &phone).await;
}

/// OA-8: a success gives the tries back; each wrong code is logged.
#[tokio::test]
async fn a_success_resets_the_quota() {
    let app = TestApp::new().await;
    let (ada, phone) = protected(&app, ADA).await;
    for _ in 0..2 {
        for _ in 0..2 {
            let id = challenge(&ada, "totp").await;
            for _ in 0..4 {
                assert_eq!(answer(&ada, &id, &phone.wrong_code(&app)).await.error(), WRONG);
            }
        }
        pass(&app, &ada, &phone).await;
        app.advance(Duration::from_mins(1));
    }

    let logs = ada.run("accountListLogs", json!({"queries": ["limit(100)"]})).await;
    let logs = logs.field();
    let events = logs["logs"].as_array().unwrap().iter().map(|log| log["event"].as_str().unwrap());
    let failures = events.filter(|event| *event == "challenge.update.failure").count();
    assert_eq!(failures, 16);
}
