//! Mails about what happened to a user's account.

use serde_json::{Value, json};

use crate::support::{Caller, PASSWORD, TestApp, none};

const ADA: &str = "ada@example.com";
const FIREFOX: &str =
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:107.0) Gecko/20100101 Firefox/107.0";
const LATER_FIREFOX: &str =
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:131.0) Gecko/20100101 Firefox/131.0";
const SAFARI: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 16_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.1 Mobile/15E148 Safari/604.1";

/// Runs a change, and answers the alert that `to` got for it.
async fn alert(
    app: &TestApp,
    caller: &Caller,
    operation: &str,
    variables: Value,
    to: &str,
) -> Value {
    let before = app.count_messages(to).await;
    caller.run(operation, variables).await.data();
    assert_eq!(app.count_messages(to).await, before + 1, "{operation}");
    let mail = app.newest(to).await;
    // DL-8: no secret, and nothing to follow.
    assert_eq!(
        (&mail["secret"], &mail["link"], &mail["code"]),
        (&json!(""), &json!(""), &json!(""))
    );
    assert!(!mail["text"].as_str().unwrap().contains("://"));
    mail
}

/// DL-8: a new password, address or number is mailed to the old address.
#[tokio::test]
async fn changes_are_alerted_to_the_old_address() {
    let app = TestApp::new().await;
    let ada = app.user(ADA).await;

    let password = json!({"password": "another good password", "oldPassword": PASSWORD});
    let mail = alert(&app, &ada, "accountUpdatePassword", password, ADA).await;
    assert_eq!(mail["kind"], "password_changed");
    let phone = json!({"phone": "+12065550100", "password": "another good password"});
    let mail = alert(&app, &ada, "accountUpdatePhone", phone, ADA).await;
    assert_eq!(mail["kind"], "phone_changed");
    let email = json!({"email": "new@example.com", "password": "another good password"});
    let mail = alert(&app, &ada, "accountUpdateEmail", email, ADA).await;
    assert_eq!(mail["kind"], "email_changed");
    assert!(!mail["text"].as_str().unwrap().contains("new@example.com"));
    assert_eq!(app.newest("new@example.com").await, Value::Null);
}

/// DL-8: a recovery is mailed when it is done.
#[tokio::test]
async fn a_recovery_is_alerted() {
    let app = TestApp::new().await;
    app.sign_up(ADA).await;
    let variables = json!({"email": ADA, "url": "https://app.example.com"});
    app.guest().run("accountCreateRecovery", variables).await.data();
    let mail = app.newest(ADA).await;
    let variables = json!({
        "userId": mail["userId"], "secret": mail["secret"], "password": "another good password",
    });

    let mail = alert(&app, &app.guest(), "accountUpdateRecovery", variables, ADA).await;

    assert_eq!(mail["kind"], "recovered");
}

/// DL-8: the first device is no news, nor is a new version of a known one; another kind is.
#[tokio::test]
async fn a_new_device_is_alerted() {
    let app = TestApp::new().await;
    app.sign_up(ADA).await;
    let variables = json!({"email": ADA, "password": PASSWORD});
    for agent in [FIREFOX, LATER_FIREFOX, FIREFOX] {
        let caller = app.guest().with("user-agent", agent);
        caller.run("accountCreateEmailSession", variables.clone()).await.data();
        assert_eq!(app.newest(ADA).await, Value::Null, "{agent}");
    }

    let phone = app.guest().with("user-agent", SAFARI);
    let mail = alert(&app, &phone, "accountCreateEmailSession", variables.clone(), ADA).await;

    assert_eq!(mail["kind"], "new_device");
    let text = mail["text"].as_str().unwrap();
    assert!(text.contains("Mobile Safari, iOS") && text.contains("2026-11-23 12:00 UTC"), "{text}");
    phone.run("accountCreateEmailSession", variables).await.data();
    assert_eq!(app.count_messages(ADA).await, 1);
}

/// A user without an address gets no mail, and nothing fails; nor does it without a mail transport.
#[tokio::test]
async fn without_an_address_or_a_transport_there_is_no_alert() {
    let app = TestApp::new().await;
    let guest = app.guest();
    let session = guest.run("accountCreateAnonymousSession", none()).await.field();
    let nobody = guest.with_session(session["secret"].as_str().unwrap());
    assert_eq!(
        nobody.run("accountUpdatePassword", json!({"password": PASSWORD})).await.error(),
        "ok"
    );

    let app = TestApp::with("mail.url = \"none:\"").await;
    let ada = app.user(ADA).await;
    let variables = json!({"password": "another good password", "oldPassword": PASSWORD});
    assert_eq!(ada.run("accountUpdatePassword", variables).await.error(), "ok");
}

/// Words come in the language that the client asks for.
#[tokio::test]
async fn messages_speak_the_clients_language() {
    let app = TestApp::new().await;
    app.sign_up(ADA).await;
    let subject = async |header: &str, value: &str| {
        let variables = json!({"email": ADA, "url": "https://app.example.com"});
        app.guest().with(header, value).run("accountCreateRecovery", variables).await.data();
        app.newest(ADA).await["subject"].as_str().unwrap().to_owned()
    };

    let english = subject("accept-language", "xx").await;
    let german = subject("accept-language", "en;q=0.5, de-AT").await;
    let french = subject("x-appwrite-locale", "fr").await;

    assert_eq!(english, "Reset your password");
    assert!(german != english && french != english && german != french);
}
