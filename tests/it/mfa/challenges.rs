//! Challenges.

use std::time::Duration;

use serde_json::{Value, json};

use super::{
    ADA, HALF_OPEN, PHONE, WRONG, answer, challenge, create, enrol, get, pass, protected,
    sign_in_by_mail, sign_in_to, switch, user_of, verify_email, verify_phone,
};
use crate::support::{PASSWORD, TestApp, none};

const NOT_FOUND: &str = "user_authenticator_not_found 404";

/// The code of the newest message.
async fn code(app: &TestApp, to: &str) -> String {
    app.newest(to).await["code"].as_str().unwrap().to_owned()
}

/// OA-8: a code by e-mail or SMS completes a sign-in, once, within ten minutes.
#[tokio::test]
async fn codes_by_mail_and_sms_complete_a_sign_in() {
    let app = TestApp::with("limits.rates = false").await;
    let ada = app.user(ADA).await;
    verify_email(&app, &ada, ADA).await;
    verify_phone(&app, &ada).await;
    switch(&ada, true).await.data();
    for (factor, to, kind) in [("email", ADA, "mfa_code"), ("PHONE", PHONE, "phone_code")] {
        let half = app.sign_in(ADA).await;
        let created = create(&half, factor).await.field();
        let message = app.newest(to).await;

        assert_eq!(message["kind"], kind);
        let end = app.clock.now() + Duration::from_mins(10);
        assert_eq!(created["expire"], end.to_string());
        let code = message["code"].as_str().unwrap();
        assert!(!created.to_string().contains(code));
        assert_eq!(get(&half).await, HALF_OPEN);
        let spaced = format!("{} {}", &code[..3], &code[3..]);
        let session = answer(&half, &created["_id"], &spaced).await.field();
        assert_eq!(session["factors"], json!(["password", factor.to_lowercase()]));
        assert_eq!(get(&half).await, "ok");
        assert_eq!(answer(&half, &created["_id"], code).await.error(), WRONG);
        app.advance(Duration::from_mins(2));
    }
}

/// OA-8: what the user doesn't have can't be asked for, and the error says what is missing.
#[tokio::test]
async fn a_missing_factor_cannot_be_challenged() {
    let app = TestApp::with("limits.rates = false").await;
    let ada = app.user(ADA).await;
    for (factor, error) in [
        ("email", "user_email_not_verified 400"),
        ("phone", "user_phone_not_found 400"),
        ("totp", NOT_FOUND),
        ("recoveryCode", "user_recovery_codes_not_found 404"),
        ("recoverycode", "user_recovery_codes_not_found 404"),
        ("custom", "user_auth_method_unsupported 501"),
        ("password", "general_argument_invalid 400"),
        ("", "general_argument_invalid 400"),
    ] {
        assert_eq!(create(&ada, factor).await.error(), error, "{factor}");
    }
    let variables = json!({"phone": PHONE, "password": PASSWORD});
    ada.run("accountUpdatePhone", variables).await.data();
    assert_eq!(create(&ada, "phone").await.error(), "user_phone_not_verified 400");
    let opened = app.guest().run("accountCreateAnonymousSession", none()).await.field();
    let anonymous = app.guest().with_session(opened["secret"].as_str().unwrap());
    assert_eq!(create(&anonymous, "email").await.error(), "user_email_not_found 400");
    // An app that isn't verified is none.
    ada.run("accountCreateMFAAuthenticator", json!({"type": "totp"})).await.data();
    assert_eq!(create(&ada, "totp").await.error(), NOT_FOUND);
}

/// OA-9: without mail server and SMS provider there are no such factors, and nobody is asked for one.
#[tokio::test]
async fn a_server_that_sends_nothing_asks_for_no_code() {
    let app = TestApp::new().await;
    let ada = app.user(ADA).await;
    verify_email(&app, &ada, ADA).await;
    verify_phone(&app, &ada).await;
    switch(&ada, true).await.data();
    assert_eq!(get(&app.sign_in(ADA).await).await, HALF_OPEN);
    drop(ada);

    let app = app.restarted_with("mail.url = \"none:\"\nsms.url = \"none:\"").await;

    let ada = app.sign_in(ADA).await;
    assert_eq!(get(&ada).await, "ok");
    assert_eq!(create(&ada, "email").await.error(), "general_smtp_disabled 503");
    assert_eq!(create(&ada, "phone").await.error(), "general_phone_disabled 503");
}

/// OA-9: a project may turn a factor off: it is neither offered nor asked for, also of those who have it.
#[tokio::test]
async fn a_factor_can_be_turned_off() {
    const OFF: &str = "user_auth_method_unsupported 501";
    let project = |mfa: &str| {
        format!("limits.rates = false\n[[projects]]\nid = \"own\"\n[projects.mfa]\n{mfa}")
    };
    let app = TestApp::with(&project("email = false\nphone = false")).await;
    let ada = user_of(&app, "own", ADA).await;
    let phone = enrol(&app, &ada).await;
    switch(&ada, true).await.data();
    let id = challenge(&ada, "totp").await;
    let secret = ada.session().to_owned();
    for factor in ["email", "phone", "Phone"] {
        assert_eq!(create(&ada, factor).await.error(), OFF);
    }
    let half = sign_in_to(&app, "own", ADA).await;
    assert_eq!(get(&half).await, HALF_OPEN);
    drop((ada, half));

    let app = app.restarted_with(&project("totp = false")).await;

    let ada = app.guest().with("x-appwrite-project", "own").with_session(&secret);
    assert_eq!(answer(&ada, &id, &phone.code(&app)).await.error(), OFF);
    let listed = ada.run("accountListMFAFactors", none()).await.field();
    assert_eq!((&listed["totp"], &listed["email"]), (&json!(false), &json!(false)));
    let bob = user_of(&app, "own", "bob@example.com").await;
    let added = bob.run("accountCreateMFAAuthenticator", json!({"type": "totp"})).await;
    assert_eq!(added.error(), OFF);
    assert_eq!(get(&sign_in_to(&app, "own", ADA).await).await, "ok");
}

/// OA-8: a challenge is of one session of one user, and of ten minutes.
#[tokio::test]
async fn a_challenge_is_bound_to_its_session() {
    let app = TestApp::with("limits.rates = false").await;
    let (ada, phone) = protected(&app, ADA).await;
    let (bob, _) = protected(&app, "bob@example.com").await;
    let half = app.sign_in(ADA).await;
    let id = challenge(&half, "totp").await;

    for caller in [&ada, &bob, &app.sign_in(ADA).await] {
        assert_eq!(answer(caller, &id, &phone.code(&app)).await.error(), WRONG);
    }
    assert_eq!(answer(&half, &json!("unknown"), &phone.code(&app)).await.error(), WRONG);
    for (id, otp) in [("", "123456"), ("x", ""), (&"x".repeat(257), "1"), ("x", &"1".repeat(257))] {
        let answer = answer(&half, &json!(id), otp).await;
        assert_eq!(answer.error(), "general_argument_invalid 400");
    }
    let guest = app.guest();
    assert_eq!(
        answer(&guest, &id, &phone.code(&app)).await.error(),
        "general_unauthorized_scope 401"
    );
    app.advance(Duration::from_secs(599));
    assert_eq!(answer(&half, &id, &phone.wrong_code(&app)).await.error(), WRONG);
    app.advance(Duration::from_secs(1));
    assert_eq!(answer(&half, &id, &phone.code(&app)).await.error(), WRONG);
    pass(&app, &half, &phone).await;
}

/// OA-8: a code proves only the address that it was sent to.
#[tokio::test]
async fn a_code_to_an_old_address_is_invalid() {
    let app = TestApp::new().await;
    let ada = app.user(ADA).await;
    verify_email(&app, &ada, ADA).await;
    let id = challenge(&ada, "email").await;
    let code = code(&app, ADA).await;
    let variables = json!({"email": "new@example.com", "password": PASSWORD});
    ada.run("accountUpdateEmail", variables).await.data();
    verify_email(&app, &ada, "new@example.com").await;

    assert_eq!(answer(&ada, &id, &code).await.error(), WRONG);
}

/// OA-9, OA-6: the channel that a sign-in was made with is no second factor. If there is no other one, one is enough: nobody is
/// locked out.
#[tokio::test]
async fn the_channel_of_the_sign_in_does_not_count_again() {
    let app = TestApp::new().await;
    let ada = app.user(ADA).await;
    verify_email(&app, &ada, ADA).await;
    switch(&ada, true).await.data();
    assert_eq!(get(&app.sign_in(ADA).await).await, HALF_OPEN);

    let by_mail = sign_in_by_mail(&app, ADA).await;

    assert_eq!(get(&by_mail).await, "ok");
    let listed = by_mail.run("accountListMFAFactors", none()).await.field();
    assert_eq!(listed["email"], false);
    assert_eq!(create(&by_mail, "email").await.error(), "general_argument_invalid 400");
    verify_phone(&app, &by_mail).await;
    assert_eq!(get(&by_mail).await, HALF_OPEN);
    let id = challenge(&by_mail, "phone").await;
    let session = answer(&by_mail, &id, &code(&app, PHONE).await).await.field();
    assert_eq!(session["factors"], json!(["email", "phone"]));
    assert_eq!(get(&by_mail).await, "ok");
}

/// OA-8: both spellings of each field do the same, and share their limits.
#[tokio::test]
async fn both_spellings_work() {
    let app = TestApp::new().await;
    let ada = app.user(ADA).await;
    let add = json!({"type": "totp"});
    let enrolment = ada.run("accountCreateMfaAuthenticator", add.clone()).await.field();
    let phone = super::Phone::new(&enrolment);
    let verify = json!({"type": "totp", "otp": phone.code(&app)});
    ada.run("accountUpdateMfaAuthenticator", verify).await.data();
    switch(&ada, true).await.data();
    assert_eq!(ada.run("accountListMfaFactors", none()).await.field()["totp"], true);
    let codes = ada.run("accountCreateMfaRecoveryCodes", none()).await.field();
    assert_eq!(codes["remaining"], 10);
    ada.run("accountUpdateMfaRecoveryCodes", none()).await.data();
    assert_eq!(ada.run("accountGetMfaRecoveryCodes", none()).await.field()["remaining"], 10);
    app.advance(Duration::from_secs(30));
    let factor = json!({"factor": "Totp"});
    let id = ada.run("accountCreateMfaChallenge", factor).await.field()["_id"].clone();
    let proof = json!({"challengeId": id, "otp": phone.code(&app)});
    ada.run("accountUpdateMfaChallenge", proof).await.data();
    for round in 0..9 {
        let name = ["accountCreateMFAChallenge", "accountCreateMfaChallenge"][round % 2];
        let answer = ada.run(name, json!({"factor": "totp"})).await;
        assert_eq!(answer.error(), "ok", "{round}");
    }
    let limited = ada.run("accountCreateMFAChallenge", json!({"factor": "totp"})).await;
    assert_eq!(limited.error(), "general_rate_limit_exceeded 429");
    ada.run("accountDeleteMfaAuthenticator", add).await.data();
    assert_ne!(id, Value::Null);
}
