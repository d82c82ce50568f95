//! Signing in with links and codes.

use std::collections::HashSet;
use std::time::Duration;

use sea_orm::EntityTrait;
use serde_json::{Value, json};

use crate::support::{Answer, PASSWORD, TestApp, none};

const ADA: &str = "ada@example.com";
const PHONE: &str = "+12065550100";
const URL: &str = "https://app.example.com/sign-in";
const REFUSED: &str = "user_invalid_token 401";

/// The ways of asking for a secret, each with the variables that ask for the id `chosen`, and the address.
fn ways() -> Vec<(&'static str, Value, &'static str)> {
    let mail = json!({"userId": "chosen", "email": ADA, "url": URL});
    let phone = json!({"userId": "chosen", "phone": PHONE});
    vec![
        ("accountCreateMagicURLSession", mail.clone(), ADA),
        ("accountCreateMagicURLToken", mail, ADA),
        ("accountCreateEmailToken", json!({"userId": "chosen", "email": ADA}), ADA),
        ("accountCreatePhoneSession", phone.clone(), PHONE),
        ("accountCreatePhoneToken", phone, PHONE),
    ]
}

/// The operation that redeems what `create` makes, and what its session is called.
fn redeeming(create: &str) -> (&'static str, &'static str) {
    match create {
        "accountCreateMagicURLSession" => ("accountUpdateMagicURLSession", "magic-url"),
        "accountCreateMagicURLToken" => ("accountCreateSession", "magic-url"),
        "accountCreatePhoneSession" => ("accountUpdatePhoneSession", "phone"),
        "accountCreatePhoneToken" => ("accountCreateSession", "phone"),
        _ => ("accountCreateSession", "token"),
    }
}

async fn redeem(app: &TestApp, operation: &str, user_id: &Value, secret: &Value) -> Answer {
    app.guest().run(operation, json!({"userId": user_id, "secret": secret})).await
}

#[tokio::test]
async fn a_new_address_becomes_a_user() {
    for (create, variables, to) in ways() {
        let app = TestApp::new().await;

        let token = app.guest().run(create, variables).await.field();
        let message = app.newest(to).await;
        assert_eq!(
            (&token["userId"], &message["userId"]),
            (&json!("chosen"), &json!("chosen")),
            "{create}"
        );
        let (operation, provider) = redeeming(create);
        let session = redeem(&app, operation, &token["userId"], &message["secret"]).await.field();

        assert_eq!(
            (&session["userId"], &session["provider"]),
            (&json!("chosen"), &json!(provider))
        );
        assert_eq!(session["current"], true);
        let caller = app.guest().with_session(session["secret"].as_str().unwrap());
        let user = caller.run("accountGet", none()).await.field();
        assert_eq!(user["emailVerification"], to == ADA);
        assert_eq!(user["phoneVerification"], to == PHONE);
        assert_eq!(user[if to == ADA { "email" } else { "phone" }], to);
        assert_eq!(user["passwordUpdate"], Value::Null);
        let logs = caller.run("accountListLogs", none()).await.field();
        let events: Vec<_> =
            logs["logs"].as_array().unwrap().iter().map(|log| &log["event"]).collect();
        assert_eq!(events, ["session.create", "user.create"]);
    }
}

/// Whoever is known already keeps the id; the one that was asked for is good for redeeming only.
#[tokio::test]
async fn a_known_address_stays_its_user() {
    for (create, variables, to) in ways() {
        let app = TestApp::new().await;
        let ada = app.user(ADA).await;
        let variables_of_phone = json!({"phone": PHONE, "password": PASSWORD});
        ada.run("accountUpdatePhone", variables_of_phone).await.data();
        let id = ada.run("accountGet", none()).await.field()["_id"].clone();

        let token = app.guest().run(create, variables).await.field();
        let message = app.newest(to).await;
        let (operation, _) = redeeming(create);
        let session = redeem(&app, operation, &token["userId"], &message["secret"]).await.field();

        assert_eq!(token["userId"], "chosen");
        assert_eq!(session["userId"], id, "{create}");
    }
}

/// The code in the mail of a magic link is the way out where the link can't be followed; link and code go together.
#[tokio::test]
async fn a_magic_link_has_a_code_beside_it() {
    for create in ["accountCreateMagicURLSession", "accountCreateMagicURLToken"] {
        let app = TestApp::new().await;
        let variables = json!({"userId": "unique()", "email": ADA, "url": URL});
        let token = app.guest().run(create, variables).await.field();
        let mail = app.newest(ADA).await;
        let (operation, _) = redeeming(create);

        assert!(mail["text"].as_str().unwrap().contains(mail["code"].as_str().unwrap()));
        assert!(mail["link"].as_str().unwrap().ends_with("&project=default"));
        assert_eq!(redeem(&app, operation, &token["userId"], &mail["code"]).await.error(), "ok");
        let link = redeem(&app, operation, &token["userId"], &mail["secret"]).await;
        assert_eq!(link.error(), REFUSED);
    }
}

#[tokio::test]
async fn without_a_url_the_mail_has_a_code_only() {
    let app = TestApp::new().await;
    let variables = json!({"userId": "unique()", "email": ADA});
    let token = app.guest().run("accountCreateMagicURLToken", variables).await.field();

    let mail = app.newest(ADA).await;

    assert_eq!(mail["link"], "");
    let session = redeem(&app, "accountCreateSession", &token["userId"], &mail["code"]).await;
    assert_eq!(session.error(), "ok");
}

/// OT-7: a link counts for an hour, a code for fifteen minutes.
#[tokio::test]
async fn secrets_end() {
    for (create, variables, to) in ways() {
        let ttl = if create.contains("Magic") { 3_600 } else { 900 };
        for (after, expected) in [(ttl - 1, "ok"), (ttl + 1, REFUSED)] {
            let app = TestApp::new().await;
            let token = app.guest().run(create, variables.clone()).await.field();
            let message = app.newest(to).await;
            app.advance(Duration::from_secs(after));

            let session =
                redeem(&app, redeeming(create).0, &token["userId"], &message["secret"]).await;

            assert_eq!(session.error(), expected, "{create}");
        }
    }
}

/// OT-6: codes become invalid after five wrong attempts by anyone; a failed sign-in is logged.
#[tokio::test]
async fn codes_die_after_five_tries() {
    for (create, variables, to) in ways() {
        let app = TestApp::new().await;
        let token = app.guest().run(create, variables).await.field();
        let message = app.newest(to).await;
        let (operation, _) = redeeming(create);
        for _ in 0..5 {
            let wrong = redeem(&app, operation, &token["userId"], &json!("x")).await;
            assert_eq!(wrong.error(), REFUSED);
        }

        let right = redeem(&app, operation, &token["userId"], &message["code"]).await;

        assert_eq!(right.error(), REFUSED, "{create}");
        let logs = entity::security_log::Entity::find().all(app.app.db.read()).await.unwrap();
        let failures = logs.iter().filter(|log| log.event == "session.create.failure");
        assert_eq!(failures.count(), 6);
    }
}

/// Ten tries an hour for a user over all three operations, and a hundred sign-ins from a network.
#[tokio::test]
async fn tries_are_limited() {
    let app = TestApp::new().await;
    let operations =
        ["accountUpdateMagicURLSession", "accountUpdatePhoneSession", "accountCreateSession"];
    for n in 0..10 {
        let wrong = redeem(&app, operations[n % 3], &json!("ada"), &json!("123456")).await;
        assert_eq!(wrong.error(), REFUSED);
    }

    for operation in operations {
        let wrong = redeem(&app, operation, &json!("ada"), &json!("123456")).await;
        assert_eq!(wrong.error(), "general_rate_limit_exceeded 429");
    }
}

/// An address gets ten messages an hour, in whatever spelling, under either name.
#[tokio::test]
async fn messages_are_limited() {
    const LIMITED: &str = "general_rate_limit_exceeded 429";
    let app = TestApp::with("sms.seconds_between = 0").await;
    for n in 0..10 {
        let create = ["accountCreateMagicURLSession", "accountCreateMagicURLToken"][n % 2];
        let email = [ADA, "ADA@Example.com"][n % 2];
        let variables = json!({"userId": "unique()", "email": email});
        assert_eq!(app.guest().run(create, variables).await.error(), "ok");
        let create = ["accountCreatePhoneSession", "accountCreatePhoneToken"][n % 2];
        let variables = json!({"userId": "unique()", "phone": PHONE});
        assert_eq!(app.guest().run(create, variables).await.error(), "ok");
    }
    for (create, variables, _) in ways() {
        let expected = if create == "accountCreateEmailToken" { "ok" } else { LIMITED };
        assert_eq!(app.guest().run(create, variables).await.error(), expected, "{create}");
    }
}

/// OA-4: a user who signed up with an address that another person proves loses password, sessions and secrets.
#[tokio::test]
async fn a_squatter_loses_the_account() {
    let app = TestApp::new().await;
    let squatter = app.user(ADA).await;
    let variables = json!({"userId": "unique()", "email": ADA, "url": URL});
    let token = app.guest().run("accountCreateMagicURLSession", variables).await.field();
    let secret = app.newest(ADA).await["secret"].clone();

    let session = redeem(&app, "accountUpdateMagicURLSession", &token["userId"], &secret).await;

    let ada = app.guest().with_session(session.field()["secret"].as_str().unwrap());
    assert_eq!(ada.run("accountGet", none()).await.field()["passwordUpdate"], Value::Null);
    assert_eq!(squatter.run("accountGet", none()).await.error(), "general_unauthorized_scope 401");
    let variables = json!({"email": ADA, "password": PASSWORD});
    let password = app.guest().run("accountCreateEmailSession", variables).await;
    assert_eq!(password.error(), "user_invalid_credentials 401");
}

/// A verified user who follows a link keeps password and sessions.
#[tokio::test]
async fn a_verified_user_keeps_password_and_sessions() {
    let app = TestApp::new().await;
    let ada = app.user(ADA).await;
    ada.run("accountCreateVerification", json!({"url": URL})).await.data();
    let mail = app.newest(ADA).await;
    let variables = json!({"userId": mail["userId"], "secret": mail["secret"]});
    app.guest().run("accountUpdateVerification", variables).await.data();
    let variables = json!({"userId": "unique()", "email": ADA, "url": URL});
    let token = app.guest().run("accountCreateMagicURLSession", variables).await.field();
    let secret = app.newest(ADA).await["secret"].clone();

    redeem(&app, "accountUpdateMagicURLSession", &token["userId"], &secret).await.data();

    assert_eq!(ada.run("accountListSessions", none()).await.field()["total"], 2);
    app.sign_in(ADA).await;
}

/// An id that was asked for and taken in the meantime is replaced.
#[tokio::test]
async fn a_taken_id_is_replaced() {
    let app = TestApp::new().await;
    let variables = json!({"userId": "taken", "email": ADA});
    let token = app.guest().run("accountCreateEmailToken", variables).await.field();
    let variables = json!({"userId": "taken", "email": "bob@example.com", "password": PASSWORD});
    app.guest().run("accountCreate", variables).await.data();
    let code = app.newest(ADA).await["code"].clone();

    let session = redeem(&app, "accountCreateSession", &token["userId"], &code).await.field();

    assert_ne!(session["userId"], "taken");
}

/// A code for one's own address under another's id opens one's own account, and leaves the other's code alone.
#[tokio::test]
async fn another_users_id_is_no_way_in() {
    let app = TestApp::new().await;
    let bob = app.sign_up("bob@example.com").await;
    let ask = async |id: &str, email: &str| {
        let variables = json!({"userId": id, "email": email});
        app.guest().run("accountCreateEmailToken", variables).await.data();
        app.newest(email).await["code"].clone()
    };
    let bobs = ask("unique()", "bob@example.com").await;
    let adas = ask(&bob, ADA).await;

    let session = redeem(&app, "accountCreateSession", &json!(bob), &adas).await.field();

    assert_ne!(session["userId"], bob);
    let session = redeem(&app, "accountCreateSession", &json!(bob), &bobs).await.field();
    assert_eq!(session["userId"], bob);
}

/// Answer and mail show the same phrase, a new one each time, in mails of every language; and none unless it is wanted.
#[tokio::test]
async fn a_security_phrase_is_in_answer_and_mail() {
    let app = TestApp::with("limits.rates = false").await;
    let mut phrases = HashSet::new();
    for (create, mut variables, _) in ways().into_iter().filter(|(_, _, to)| *to == ADA) {
        for language in ["en", "de", "es", "fr", "ja"] {
            variables["phrase"] = json!(true);
            let guest = app.guest().with("accept-language", language);
            let token = guest.run(create, variables.clone()).await.field();
            let phrase = token["phrase"].as_str().unwrap();
            let mail = app.newest(ADA).await;
            for part in ["text", "html"] {
                assert!(
                    mail[part].as_str().unwrap().contains(phrase),
                    "{create} {language}: {mail}"
                );
            }
            assert_eq!(phrase.split(' ').count(), 2);
            phrases.insert(phrase.to_owned());
        }
        for none in [json!(false), Value::Null] {
            variables["phrase"] = none;
            assert_eq!(app.guest().run(create, variables.clone()).await.field()["phrase"], "");
            assert!(!app.newest(ADA).await["text"].as_str().unwrap().contains("security phrase"));
        }
    }
    assert!(phrases.len() > 10, "{phrases:?}");
}

#[tokio::test]
async fn bad_arguments_are_named() {
    let app = TestApp::new().await;
    for (operation, variables, argument) in [
        ("accountCreateEmailToken", json!({"userId": "_", "email": ADA}), "userId"),
        ("accountCreateEmailToken", json!({"userId": "a", "email": "ada"}), "email"),
        (
            "accountCreateMagicURLToken",
            json!({"userId": "a", "email": ADA, "url": "https://evil.test"}),
            "url",
        ),
        ("accountCreatePhoneToken", json!({"userId": "a", "phone": "12065550100"}), "phone"),
        ("accountCreateSession", json!({"userId": "[USER_ID]", "secret": "x"}), "userId"),
        ("accountCreateSession", json!({"userId": "a", "secret": "x".repeat(257)}), "secret"),
    ] {
        let answer = app.guest().run(operation, variables).await;
        assert_eq!(answer.error(), "general_argument_invalid 400");
        assert_eq!(answer.argument(), argument);
    }
}

/// Two secrets of one new address that are redeemed at once lead to one new user: the first one that signs in ends the other.
#[tokio::test(flavor = "multi_thread")]
async fn a_new_address_becomes_one_user() {
    let app = TestApp::with("limits.rates = false").await;
    for round in 0..10 {
        let email = format!("new{round}@example.com");
        let mut calls = tokio::task::JoinSet::new();
        for create in ["accountCreateEmailToken", "accountCreateMagicURLToken"] {
            let variables = json!({"userId": "unique()", "email": email});
            let token = app.guest().run(create, variables).await.field();
            let secret = app.newest(&email).await["secret"].clone();
            let redeemed = json!({"userId": token["userId"], "secret": secret});
            let guest = app.guest();
            calls.spawn(async move { guest.run("accountCreateSession", redeemed).await.error() });
        }

        let mut errors = calls.join_all().await;

        errors.sort();
        assert_eq!(errors[0], "ok");
        assert!(["ok", REFUSED].contains(&errors[1].as_str()), "{errors:?}");
    }
    let users = entity::user::Entity::find().all(app.app.db.read()).await.unwrap();
    assert_eq!(users.len(), 10);
}
