//! accountGet, accountUpdateName, accountUpdateEmail, accountUpdatePhone, accountUpdateStatus, accountDelete.

use std::time::Duration;

use serde_json::json;

use crate::support::{PASSWORD, TestApp, none};

#[tokio::test]
async fn a_name_is_changed() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    app.advance(Duration::from_secs(1));

    let user = ada.run("accountUpdateName", json!({"name": "é".repeat(128)})).await.field();

    assert_eq!(user["name"], "é".repeat(128));
    assert_eq!(user["_updatedAt"], "2026-11-23T12:00:01.000+00:00");
    assert_eq!(ada.run("accountGet", none()).await.field(), user);
}

/// N-22, N-23: 129 characters, control characters, nothing.
#[tokio::test]
async fn a_bad_name_changes_nothing() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    for name in ["x".repeat(129), "a\r\nBcc: x@y.z".to_owned(), String::new()] {
        let answer = ada.run("accountUpdateName", json!({"name": name})).await;

        assert_eq!(answer.error(), "general_argument_invalid 400");
        assert_eq!(answer.argument(), "name");
    }
    assert_eq!(ada.run("accountGet", none()).await.field()["name"], "");
}

#[tokio::test]
async fn an_address_is_changed() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;

    let variables = json!({"email": "Lovelace@Example.com", "password": PASSWORD});
    let user = ada.run("accountUpdateEmail", variables).await.field();

    assert_eq!(user["email"], "lovelace@example.com");
    assert_eq!(user["emailVerification"], false);
    app.sign_in("lovelace@example.com").await;
}

/// N-29: malformed addresses.
#[tokio::test]
async fn a_malformed_address_is_refused() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let long = format!("{}@example.com", "x".repeat(309));
    for email in ["not-an-address", "a@", "@b.c", "a@@b.c", "a@b..c", "", &long] {
        let variables = json!({"email": email, "password": PASSWORD});
        let answer = ada.run("accountUpdateEmail", variables).await;

        assert_eq!(answer.error(), "general_argument_invalid 400", "{email}");
        assert_eq!(answer.argument(), "email");
    }
}

/// N-30, N-32, N-34: taken by somebody else, also when spelled otherwise; nothing is said of the other.
#[tokio::test]
async fn a_taken_address_or_number_is_refused_vaguely() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let bob = app.user("bob@example.com").await;
    let phone = json!({"phone": "+12065550100", "password": PASSWORD});
    assert_eq!(bob.run("accountUpdatePhone", phone.clone()).await.error(), "ok");

    for email in ["bob@example.com", "BOB@example.com"] {
        let answer =
            ada.run("accountUpdateEmail", json!({"email": email, "password": PASSWORD})).await;
        assert_eq!(answer.error(), "general_bad_request 400");
        assert!(!answer.text.to_lowercase().contains("bob"));
    }
    assert_eq!(ada.run("accountUpdatePhone", phone).await.error(), "general_bad_request 400");
    assert_eq!(ada.run("accountGet", none()).await.field()["phone"], "");
}

#[tokio::test]
async fn a_number_is_changed() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;

    let variables = json!({"phone": "+12065550100", "password": PASSWORD});
    let user = ada.run("accountUpdatePhone", variables).await.field();

    assert_eq!(user["phone"], "+12065550100");
    assert_eq!(user["phoneVerification"], false);
}

/// N-33: malformed numbers.
#[tokio::test]
async fn a_malformed_number_is_refused() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    for phone in ["12065550100", "+", "+1", "+02065550100", "+12345678901234567", "+1206abc"] {
        let variables = json!({"phone": phone, "password": PASSWORD});
        let answer = ada.run("accountUpdatePhone", variables).await;

        assert_eq!(answer.error(), "general_argument_invalid 400", "{phone}");
        assert_eq!(answer.argument(), "phone");
    }
}

/// N-31, PW-7: wrong passwords count together over password, address and number.
#[tokio::test]
async fn ten_wrong_passwords_an_hour_over_three_fields() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    for n in 0..10 {
        let (operation, variables) = match n % 3 {
            0 => ("accountUpdateEmail", json!({"email": "a@example.com", "password": "nope nope"})),
            1 => ("accountUpdatePhone", json!({"phone": "+12065550100", "password": "nope nope"})),
            _ => ("accountUpdatePassword", json!({"password": "new horse", "oldPassword": "nope"})),
        };
        let answer = ada.run(operation, variables).await;
        assert_eq!(answer.error(), "user_invalid_credentials 401");
    }

    let right = json!({"email": "a@example.com", "password": PASSWORD});
    let refused = ada.run("accountUpdateEmail", right.clone()).await;

    assert_eq!(refused.error(), "general_rate_limit_exceeded 429");
    assert_eq!(refused.header("ratelimit-remaining"), "0");
    app.advance(Duration::from_hours(1));
    assert_eq!(ada.run("accountUpdateEmail", right).await.error(), "ok");
}

#[tokio::test]
async fn right_passwords_are_not_counted() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    for n in 0..15 {
        let variables = json!({"email": format!("ada{n}@example.com"), "password": PASSWORD});
        assert_eq!(ada.run("accountUpdateEmail", variables).await.error(), "ok");
    }
}

/// SJ-13, N-11: after blocking, every operation refuses, with the session and with a JWT of it, and so does sign-in.
#[tokio::test]
async fn a_blocked_user_has_no_way_in() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let by_jwt = app.guest().with_jwt(&ada.jwt().await);

    let user = ada.run("accountUpdateStatus", none()).await.field();

    assert_eq!(user["status"], false);
    for caller in [&ada, &by_jwt] {
        for (name, document) in crate::policy::calls() {
            let answer = caller.query(&document).await;
            assert_eq!(answer.error(), "user_blocked 403", "{name}");
        }
    }
    let sign_in = json!({"email": "ada@example.com", "password": PASSWORD});
    for operation in ["accountCreateEmailSession", "accountCreateEmailPasswordSession"] {
        let answer = app.guest().run(operation, sign_in.clone()).await;
        assert_eq!(answer.error(), "user_blocked 403");
    }
}

/// N-11: a browser that has the cookie of a blocked user is freed of it, so that others can sign in there.
#[tokio::test]
async fn the_cookie_of_a_blocked_user_ends() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let browser = app.guest().with("cookie", &format!("a_session_default={}", ada.session()));
    ada.run("accountUpdateStatus", none()).await.data();

    let answers = [
        browser.query("{ accountStatus { _id } pingGet }").await,
        browser.query("mutation { accountDeleteSession(sessionId: \"current\") { status } }").await,
        browser.rest("GET", "/v1/account", json!({})).await,
    ];

    for answer in answers {
        assert!(answer.text.contains("user_blocked"), "{}", answer.text);
        let cookies = answer.cookies();
        assert_eq!(cookies.len(), 1, "{cookies:?}");
        assert!(
            cookies[0].starts_with("a_session_default=; ") && cookies[0].contains("Max-Age=0"),
            "{cookies:?}"
        );
    }
    let by_header = ada.query("{ accountStatus { _id } }").await;
    assert_eq!((by_header.error(), by_header.cookies().len()), ("user_blocked 403".to_owned(), 0));
}

/// N-39: the field after the blocking is refused.
#[tokio::test]
async fn blocking_counts_within_the_document() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;

    let document =
        r#"mutation { accountUpdateStatus { status } accountUpdateName(name: "Ada") { name } }"#;
    let answer = ada.query(document).await;

    assert_eq!(answer.json()["data"]["accountUpdateStatus"]["status"], false);
    assert!(answer.json()["data"]["accountUpdateName"].is_null());
    assert_eq!(answer.error(), "user_blocked 403");
}

#[tokio::test]
async fn a_deleted_user_is_gone_with_everything() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let by_jwt = app.guest().with_jwt(&ada.jwt().await);

    assert_eq!(ada.run("accountDelete", none()).await.field()["status"], "OK");

    assert_eq!(ada.run("accountGet", none()).await.error(), "general_unauthorized_scope 401");
    assert_eq!(by_jwt.run("accountGet", none()).await.error(), "user_jwt_invalid 401");
    let again = app.user("ada@example.com").await;
    assert_eq!(again.run("accountListLogs", none()).await.field()["total"], 2);
}

/// Whoever signs up with the id of a deleted user reads nothing of that one's log.
#[tokio::test]
async fn the_log_of_a_deleted_user_is_nobodys() {
    let app = TestApp::new().await;
    let sign_up = async |email: &str| {
        let variables = json!({"userId": "ada", "email": email, "password": PASSWORD});
        app.guest().run("accountCreate", variables).await.data();
        app.sign_in(email).await
    };
    let ada = sign_up("ada@example.com").await;
    ada.run("accountDelete", none()).await.data();

    let eve = sign_up("eve@example.com").await;

    let logs = eve.run("accountListLogs", none()).await.field();
    assert_eq!(logs["total"], 2);
    assert_eq!(logs["logs"][1]["event"], "user.create");
}

/// accountStatus: null for a guest and no error; in development with the credential that came, and what is wrong with it.
#[tokio::test]
async fn a_guest_is_null() {
    const STATUS: &str = "accountStatus";
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let jwt = app.guest().with_jwt(&ada.jwt().await);

    assert_eq!(ada.run(STATUS, none()).await.field()["email"], "ada@example.com");
    assert_eq!(jwt.run(STATUS, none()).await.field()["email"], "ada@example.com");
    ada.run("accountDeleteSession", json!({"sessionId": "current"})).await.data();

    for (caller, kind, problem) in [
        (app.guest(), "none", "no credential was sent"),
        (ada.clone(), "session", "the session has ended, or never existed"),
        (jwt, "jwt", "the session of the JWT has ended"),
    ] {
        let answer = caller.run(STATUS, none()).await;
        assert_eq!(answer.data(), json!({"accountStatus": null}));
        let credential = json!({"kind": kind, "problem": problem});
        assert_eq!(answer.json()["extensions"]["credential"], credential);
    }
    // What was not asked is not answered, and in production nothing is.
    let other = ada.query("{ __typename }").await;
    assert!(other.json().get("extensions").is_none(), "{}", other.text);
    let app = TestApp::in_production("").await;
    let answer = app.guest().run(STATUS, none()).await;
    assert_eq!(answer.json(), json!({"data": {"accountStatus": null}}));
}

/// accountStatus: a blocked user and two sessions at once are errors.
#[tokio::test]
async fn a_blocked_user_or_two_sessions_are_errors() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let both = app.user("bob@example.com").await.with_session(ada.session());

    assert_eq!(both.run("accountStatus", none()).await.error(), "user_jwt_and_cookie_set 403");
    ada.run("accountUpdateStatus", none()).await.data();
    assert_eq!(ada.run("accountStatus", none()).await.error(), "user_blocked 403");
}
