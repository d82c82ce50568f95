//! accountCreateRecoveryOTP, accountUpdateRecoveryOTP, accountCreateEmailVerificationOTP and
//! accountUpdateEmailVerificationOTP.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::support::{Answer, Caller, PASSWORD, TestApp, none, rounds};

mod kinds;

const ADA: &str = "ada@example.com";
const NEW: &str = "another good password";
const REFUSED: &str = "user_invalid_token 401";
const LIMITED: &str = "general_rate_limit_exceeded 429";

async fn recover(app: &TestApp, email: &str) -> Answer {
    app.guest().run("accountCreateRecoveryOTP", json!({"email": email})).await
}

async fn set_password(app: &TestApp, user_id: &Value, code: &str, password: &str) -> Answer {
    let variables = json!({"userId": user_id, "secret": code, "password": password});
    app.guest().run("accountUpdateRecoveryOTP", variables).await
}

async fn verify(app: &TestApp, user_id: &Value, code: &str) -> Answer {
    let variables = json!({"userId": user_id, "secret": code});
    app.guest().run("accountUpdateEmailVerificationOTP", variables).await
}

/// The code of the newest mail to Ada.
async fn code_of_mail(app: &TestApp) -> String {
    app.newest(ADA).await["code"].as_str().unwrap().to_owned()
}

/// Asks for a recovery of Ada, and returns the id of the response and the code of the mail.
async fn recovery_code(app: &TestApp) -> (Value, String) {
    let token = recover(app, ADA).await.field();
    (token["userId"].clone(), code_of_mail(app).await)
}

/// Asks for a code that verifies the caller's address, and answers the user's id and the code.
async fn verification_code(app: &TestApp, ada: &Caller) -> (Value, String) {
    let token = ada.run("accountCreateEmailVerificationOTP", json!({})).await.field();
    (token["userId"].clone(), code_of_mail(app).await)
}

/// A code of six digits that is not `code`.
fn other(code: &str) -> String {
    format!("{:06}", (code.parse::<u32>().unwrap() + 1) % 1_000_000)
}

async fn can_sign_in(app: &TestApp, password: &str) -> bool {
    let variables = json!({"email": ADA, "password": password});
    app.guest().run("accountCreateEmailSession", variables).await.error() == "ok"
}

/// SJ-15: a code sets the password, verifies the address, and ends all sessions. It doesn't sign in.
#[tokio::test]
async fn a_code_sets_the_password() {
    let app = TestApp::new().await;
    let ada = app.user(ADA).await;
    let id = ada.run("accountGet", none()).await.field()["_id"].clone();

    let token = recover(&app, "Ada@Example.com").await.field();
    let mail = app.newest(ADA).await;
    let code = mail["code"].as_str().unwrap();
    let confirmed = set_password(&app, &token["userId"], code, NEW).await;

    assert_eq!((&mail["kind"], &mail["link"]), (&json!("recovery_otp"), &json!("")));
    assert!(mail["text"].as_str().unwrap().contains(code));
    assert_eq!((&token["secret"], &token["phrase"]), (&json!(""), &json!("")));
    assert_eq!(token["expire"], "2026-11-23T12:15:00.000+00:00");
    assert_ne!(token["userId"], id);
    assert!(!confirmed.headers.contains_key("set-cookie"));
    assert_eq!(confirmed.field(), token);
    assert_eq!(ada.run("accountGet", none()).await.error(), "general_unauthorized_scope 401");
    assert!(!can_sign_in(&app, PASSWORD).await);
    let user = app.user_with(ADA, NEW).await.run("accountGet", none()).await.field();
    assert_eq!(user["emailVerification"], true);
}

/// The user's own id redeems the code as well.
#[tokio::test]
async fn the_users_own_id_fits_the_code() {
    let app = TestApp::new().await;
    let id = app.sign_up(ADA).await;
    let (_, code) = recovery_code(&app).await;

    assert_eq!(set_password(&app, &json!(id), &code, NEW).await.error(), "ok");
}

#[tokio::test]
async fn a_code_verifies_the_address() {
    let app = TestApp::new().await;
    let ada = app.user(ADA).await;

    let token = ada.run("accountCreateEmailVerificationOTP", none()).await.field();
    let mail = app.newest(ADA).await;
    let confirmed = verify(&app, &token["userId"], mail["code"].as_str().unwrap()).await;

    assert_eq!((&mail["kind"], &mail["link"]), (&json!("verification_otp"), &json!("")));
    assert_eq!(token["expire"], "2026-11-23T12:15:00.000+00:00");
    assert_eq!((&token["secret"], &token["phrase"]), (&json!(""), &json!("")));
    assert!(!confirmed.headers.contains_key("set-cookie"));
    assert_eq!(confirmed.field(), token);
    let user = ada.run("accountGet", none()).await.field();
    assert_eq!(user["emailVerification"], true);
    let again = ada.run("accountCreateEmailVerificationOTP", none()).await;
    assert_eq!(again.error(), "user_email_already_verified 409");
}

/// Mail and response show the same phrase if the app wants one.
#[tokio::test]
async fn both_show_the_phrase() {
    let app = TestApp::new().await;
    let ada = app.user(ADA).await;
    let wanted = json!({"phrase": true});

    let verification = ada.run("accountCreateEmailVerificationOTP", wanted).await.field();
    let first = app.newest(ADA).await;
    app.advance(Duration::from_secs(1));
    let wanted = json!({"email": ADA, "phrase": true});
    let recovery = app.guest().run("accountCreateRecoveryOTP", wanted).await.field();
    let second = app.newest(ADA).await;

    for (token, mail) in [(verification, first), (recovery, second)] {
        let phrase = token["phrase"].as_str().unwrap();
        assert_eq!(phrase.split(' ').count(), 2);
        assert!(mail["text"].as_str().unwrap().contains(phrase));
    }
}

/// N-65, N-66: there must be an address to verify, and a way to send mail.
#[tokio::test]
async fn there_must_be_an_address_and_a_transport() {
    let app = TestApp::new().await;
    let session = app.guest().run("accountCreateAnonymousSession", none()).await.field();
    let nobody = app.guest().with_session(session["secret"].as_str().unwrap());
    let create = async |caller: &Caller| {
        caller.run("accountCreateEmailVerificationOTP", none()).await.error()
    };
    assert_eq!(create(&nobody).await, "user_email_not_found 400");
    assert_eq!(create(&app.guest()).await, "general_unauthorized_scope 401");

    let app = TestApp::with("mail.url = \"none:\"").await;
    let ada = app.user(ADA).await;
    assert_eq!(create(&ada).await, "general_smtp_disabled 503");
    for email in [ADA, "nobody@example.com"] {
        assert_eq!(recover(&app, email).await.error(), "general_smtp_disabled 503");
    }
}

/// N-47, N-48: an unknown and a blocked address get no mail.
#[tokio::test]
async fn nobody_gets_a_mail_for_an_unknown_or_blocked_address() {
    let app = TestApp::new().await;
    app.user("eve@example.com").await.run("accountUpdateStatus", none()).await.data();

    for email in ["nobody@example.com", "eve@example.com"] {
        recover(&app, email).await.data();
        assert_eq!(app.newest(email).await, Value::Null);
    }
}

/// N-70, OT-6: four wrong tries leave a code alone, five kill it.
#[tokio::test]
async fn five_wrong_tries_kill_a_code() {
    let app = TestApp::with("limits.rates = false").await;
    let ada = app.user(ADA).await;
    for (wrong, expected) in [(4, "ok"), (5, REFUSED)] {
        let (id, code) = recovery_code(&app).await;
        for _ in 0..wrong {
            assert_eq!(set_password(&app, &id, &other(&code), NEW).await.error(), REFUSED);
        }
        assert_eq!(set_password(&app, &id, &code, NEW).await.error(), expected);
    }
    drop(ada);
    let bob = app.user("bob@example.com").await;
    for (wrong, expected) in [(5, REFUSED), (4, "ok")] {
        app.advance(Duration::from_secs(1));
        let token = bob.run("accountCreateEmailVerificationOTP", none()).await.field();
        let code = app.newest("bob@example.com").await["code"].as_str().unwrap().to_owned();
        for _ in 0..wrong {
            assert_eq!(verify(&app, &token["userId"], &other(&code)).await.error(), REFUSED);
        }
        assert_eq!(verify(&app, &token["userId"], &code).await.error(), expected);
    }
}

/// OT-6: of a hundred wrong tries at once five are compared, and the code is dead.
#[tokio::test(flavor = "multi_thread")]
async fn wrong_tries_at_once_are_counted_each() {
    let app = TestApp::with("limits.rates = false").await;
    app.sign_up(ADA).await;
    let (id, code) = recovery_code(&app).await;
    let mut calls = JoinSet::new();
    for _ in 0..100 {
        let (app, id, code) = (app.clone(), id.clone(), other(&code));
        calls.spawn(async move { set_password(&app, &id, &code, NEW).await.error() });
    }
    // On a machine under load some may find no connection in time.
    let is_refused = |error: &String| error == REFUSED || error == "general_server_busy 503";
    assert!(calls.join_all().await.iter().all(is_refused));

    assert_eq!(set_password(&app, &id, &code, NEW).await.error(), REFUSED);
    assert!(can_sign_in(&app, PASSWORD).await);
}

/// OT-1, MI-1: of a hundred (a thousand in the slow job) who show one code at once, at three servers, one sets the password.
#[tokio::test(flavor = "multi_thread")]
async fn one_of_many_sets_the_password() {
    let servers = TestApp::with("limits.rates = false").await.three().await;
    servers[0].sign_up(ADA).await;
    let (id, code) = recovery_code(&servers[0]).await;
    let mut calls = JoinSet::new();
    for n in 0..rounds(100, 1_000) {
        let (app, id, code) = (servers[n % 3].clone(), id.clone(), code.clone());
        calls.spawn(async move {
            let password = format!("password number {n}");
            (set_password(&app, &id, &code, &password).await.error(), password)
        });
    }

    let outcomes = calls.join_all().await;
    let winners: Vec<_> = outcomes.iter().filter(|(error, _)| error == "ok").collect();

    assert_eq!(winners.len(), 1);
    assert!(can_sign_in(&servers[0], &winners[0].1).await);
}

/// OT-7, N-59: fifteen minutes to the second; a clock that is set back revives neither a used nor an expired one.
#[tokio::test]
async fn a_code_counts_for_fifteen_minutes() {
    let app = TestApp::with("limits.rates = false").await;
    let ada = app.user(ADA).await;
    let (verified, verification) = verification_code(&app, &ada).await;
    app.advance(Duration::from_mins(15));
    assert_eq!(verify(&app, &verified, &verification).await.error(), REFUSED);
    let (id, early) = recovery_code(&app).await;
    app.advance(Duration::from_secs(899));
    assert_eq!(set_password(&app, &id, &early, NEW).await.error(), "ok");

    let (late_id, late) = recovery_code(&app).await;
    app.advance(Duration::from_mins(15));

    assert_eq!(set_password(&app, &late_id, &late, NEW).await.error(), REFUSED);
    app.clock.set_back(Duration::from_mins(15));
    assert_eq!(set_password(&app, &late_id, &late, NEW).await.error(), REFUSED);
    assert_eq!(set_password(&app, &id, &early, NEW).await.error(), REFUSED);
    assert_eq!(verify(&app, &verified, &verification).await.error(), REFUSED);
}

/// N-60, PW-6: a new password that is refused uses up neither the code nor a try.
#[tokio::test]
async fn a_refused_password_consumes_nothing() {
    let app = TestApp::with("limits.rates = false").await;
    app.sign_up(ADA).await;
    let (id, code) = recovery_code(&app).await;
    for _ in 0..6 {
        let short = set_password(&app, &id, &code, "7 chars").await;
        assert_eq!(short.error(), "general_argument_invalid 400");
        assert_eq!(short.argument(), "password");
    }

    assert_eq!(set_password(&app, &id, &code, NEW).await.error(), "ok");
}

/// OT-9: a code proves the address it was sent to, and no other.
#[tokio::test]
async fn a_code_proves_its_own_address_only() {
    let app = TestApp::with("limits.rates = false").await;
    let ada = app.user(ADA).await;
    let (id, code) = verification_code(&app, &ada).await;
    let variables = json!({"email": "ada@new.example.com", "password": PASSWORD});
    ada.run("accountUpdateEmail", variables).await.data();

    assert_eq!(verify(&app, &id, &code).await.error(), REFUSED);
    let user = ada.run("accountGet", none()).await.field();
    assert_eq!(user["emailVerification"], false);
}

/// N-52, N-54, N-63: ten an hour, with the links: for an address, from a network, and for a user who redeems.
#[tokio::test]
async fn links_and_codes_are_limited_together() {
    let app = TestApp::new().await;
    app.sign_up(ADA).await;
    let link = json!({"email": ADA, "url": "https://app.example.com/reset"});
    for _ in 0..5 {
        assert_eq!(recover(&app, ADA).await.error(), "ok");
        let answer = app.guest().run("accountCreateRecovery", link.clone()).await;
        assert_eq!(answer.error(), "ok");
    }
    assert_eq!(recover(&app, ADA).await.error(), LIMITED);
    assert_eq!(app.guest().run("accountCreateRecovery", link).await.error(), LIMITED);
    let one = app.guest();
    for n in 0..=10 {
        let variables = json!({"email": format!("user{n}@example.com")});
        let expected = if n < 10 { "ok" } else { LIMITED };
        assert_eq!(one.run("accountCreateRecoveryOTP", variables).await.error(), expected);
    }
    for _ in 0..10 {
        assert_eq!(set_password(&app, &json!("x"), "123456", NEW).await.error(), REFUSED);
    }
    assert_eq!(set_password(&app, &json!("x"), "123456", NEW).await.error(), LIMITED);

    let bob = app.user("bob@example.com").await;
    for _ in 0..10 {
        bob.run("accountCreateEmailVerificationOTP", none()).await.data();
        assert_eq!(verify(&app, &json!("y"), "123456").await.error(), REFUSED);
    }
    let eleventh = bob.run("accountCreateEmailVerificationOTP", none()).await;
    assert_eq!(eleventh.error(), LIMITED);
    assert_eq!(verify(&app, &json!("y"), "123456").await.error(), LIMITED);
}

/// OT-6: thirty tries a day are compared with the codes that recover an account; a link still does.
#[tokio::test]
async fn thirty_tries_a_day_are_compared() {
    let app = TestApp::new().await;
    app.sign_up(ADA).await;
    let mut outcomes = Vec::new();
    for _ in 0..7 {
        let (id, code) = recovery_code(&app).await;
        for _ in 0..5 {
            outcomes.push(set_password(&app, &id, &other(&code), NEW).await.error());
        }
        app.advance(Duration::from_mins(31));
    }

    let (compared, refused) = outcomes.split_at(30);
    assert!(compared.iter().all(|outcome| outcome == REFUSED), "{compared:?}");
    assert!(refused.iter().all(|outcome| outcome == LIMITED), "{refused:?}");
    let variables = json!({"email": ADA, "url": "https://app.example.com/reset"});
    app.guest().run("accountCreateRecovery", variables).await.data();
    let mail = app.newest(ADA).await;
    let variables = json!({"userId": mail["userId"], "secret": mail["secret"], "password": NEW});
    assert_eq!(app.guest().run("accountUpdateRecovery", variables).await.error(), "ok");
    app.advance(Duration::from_hours(24));
    let (id, code) = recovery_code(&app).await;
    assert_eq!(set_password(&app, &id, &code, PASSWORD).await.error(), "ok");
}
