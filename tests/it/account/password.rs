//! accountUpdatePassword.

use serde_json::json;

use crate::support::{PASSWORD, TestApp, none};

const OPERATION: &str = "accountUpdatePassword";

/// SJ-15: the new password counts, the old one no longer does, and the other sessions end.
#[tokio::test]
async fn a_password_is_changed_and_other_sessions_end() {
    let app = TestApp::new().await;
    let other = app.user("ada@example.com").await;
    let ada = app.sign_in("ada@example.com").await;
    let by_jwt = app.guest().with_jwt(&other.jwt().await);

    let variables = json!({"password": "another horse", "oldPassword": PASSWORD});
    assert_eq!(ada.run(OPERATION, variables).await.error(), "ok");

    assert_eq!(ada.run("accountGet", none()).await.error(), "ok");
    assert_eq!(other.run("accountGet", none()).await.error(), "general_unauthorized_scope 401");
    assert_eq!(by_jwt.run("accountGet", none()).await.error(), "user_jwt_invalid 401");
    let sign_in = async |password: &str| {
        let variables = json!({"email": "ada@example.com", "password": password});
        app.guest().run("accountCreateEmailSession", variables).await.error()
    };
    assert_eq!(sign_in(PASSWORD).await, "user_invalid_credentials 401");
    assert_eq!(sign_in("another horse").await, "ok");
}

/// SJ-15: the switch of the project keeps the other sessions.
#[tokio::test]
async fn a_project_may_keep_the_other_sessions() {
    let app = TestApp::with(
        "[[projects]]\nid = \"kept\"\n[projects.security]\n\
         end_other_sessions_on_password_change = false",
    )
    .await;
    let kept = |caller: crate::support::Caller| caller.with("x-appwrite-project", "kept");
    let sign_up = json!({"userId": "a", "email": "a@example.com", "password": PASSWORD});
    kept(app.guest()).run("accountCreate", sign_up).await.data();
    let sign_in = json!({"email": "a@example.com", "password": PASSWORD});
    let mut callers = Vec::new();
    for _ in 0..2 {
        let guest = kept(app.guest());
        let session = guest.run("accountCreateEmailSession", sign_in.clone()).await.field();
        callers.push(guest.with_session(session["secret"].as_str().unwrap()));
    }

    let variables = json!({"password": "another horse", "oldPassword": PASSWORD});
    assert_eq!(callers[0].run(OPERATION, variables).await.error(), "ok");

    assert_eq!(callers[1].run("accountGet", none()).await.error(), "ok");
}

/// N-24, N-25, PW-2: 7 characters and 257 bytes are refused before anything is hashed.
#[tokio::test]
async fn the_length_is_bounded() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let before = app.app.passwords.hashes();
    for password in ["7 bytes", "ééééééé", "", &"x".repeat(257), &"x".repeat(200_000)] {
        let variables = json!({"password": password, "oldPassword": PASSWORD});
        let answer = ada.run(OPERATION, variables).await;

        assert_eq!(answer.error(), "general_argument_invalid 400");
        assert_eq!(answer.argument(), "password");
    }
    assert_eq!(app.app.passwords.hashes(), before);
    // 64 characters of any script pass (PW-2).
    for password in ["éééééééé", &"x".repeat(256), &"語".repeat(64)] {
        let user = app.guest();
        let id = format!("u{}", password.len());
        let email = format!("{id}@example.com");
        let variables = json!({"userId": id, "email": email, "password": password});
        assert_eq!(user.run("accountCreate", variables).await.error(), "ok");
    }
}

/// N-26: leaving the old password out doesn't help who has one.
#[tokio::test]
async fn the_old_password_is_needed() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    for old in [json!(null), json!(""), json!("nope nope")] {
        let variables = json!({"password": "another horse", "oldPassword": old});
        let answer = ada.run(OPERATION, variables).await;

        assert_eq!(answer.error(), "user_invalid_credentials 401");
    }
    app.sign_in("ada@example.com").await;
}

/// N-27: ten wrong ones, then the right one is refused, too.
#[tokio::test]
async fn ten_wrong_ones_an_hour() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let change = async |old: &str| {
        ada.run(OPERATION, json!({"password": "another horse", "oldPassword": old})).await.error()
    };
    for _ in 0..10 {
        assert_eq!(change("nope nope").await, "user_invalid_credentials 401");
    }

    assert_eq!(change(PASSWORD).await, "general_rate_limit_exceeded 429");
}

/// N-28, PW-6: a common password is refused where the list is on, and the old one stays.
#[tokio::test]
async fn common_passwords_are_refused() {
    let app = TestApp::new().await;
    let other = |caller: crate::support::Caller| caller.with("x-appwrite-project", "other");
    let sign_up = json!({"userId": "a", "email": "a@example.com", "password": PASSWORD});
    other(app.guest()).run("accountCreate", sign_up).await.data();
    let sign_in = json!({"email": "a@example.com", "password": PASSWORD});
    let session =
        other(app.guest()).run("accountCreateEmailSession", sign_in.clone()).await.field();
    let user = other(app.guest()).with_session(session["secret"].as_str().unwrap());

    let variables = json!({"password": "password1", "oldPassword": PASSWORD});
    let answer = user.run(OPERATION, variables).await;

    assert_eq!(answer.error(), "general_argument_invalid 400");
    let again = other(app.guest()).run("accountCreateEmailSession", sign_in).await;
    assert_eq!(again.error(), "ok");
}

/// PW-6: nor does one pass at sign-up, as the first password of an anonymous user, or by recovery.
#[tokio::test]
async fn common_passwords_are_refused_everywhere() {
    const REFUSED: &str = "general_argument_invalid 400";
    let app = TestApp::new().await;
    let guest = || app.guest().with("x-appwrite-project", "other");
    let sign_up = async |password: &str| {
        let variables = json!({"userId": "a", "email": "a@example.com", "password": password});
        guest().run("accountCreate", variables).await.error()
    };
    assert_eq!(sign_up("password1").await, REFUSED);
    assert_eq!(sign_up(PASSWORD).await, "ok");

    let anonymous = guest().run("accountCreateAnonymousSession", none()).await.field();
    let anonymous = guest().with_session(anonymous["secret"].as_str().unwrap());
    let variables = json!({"email": "b@example.com", "password": "password1"});
    assert_eq!(anonymous.run("accountUpdateEmail", variables).await.error(), REFUSED);
    let variables = json!({"phone": "+12065550100", "password": "password1"});
    assert_eq!(anonymous.run("accountUpdatePhone", variables).await.error(), REFUSED);

    let variables = json!({"email": "a@example.com", "url": "https://other.example.com/"});
    guest().run("accountCreateRecovery", variables).await.data();
    let document = "{ devInbox(to: \"a@example.com\") { secret } }";
    let secret = guest().query(document).await.field()["secret"].clone();
    let recover = async |password: &str| {
        let variables = json!({"userId": "a", "secret": secret, "password": password});
        guest().run("accountUpdateRecovery", variables).await.error()
    };
    assert_eq!(recover("password1").await, REFUSED);
    assert_eq!(recover("another good password").await, "ok");
}

/// PW-9: while passwords of sign-ins, a change and a recovery wait to be hashed, no connection of the database is taken.
#[tokio::test(flavor = "multi_thread")]
async fn hashing_holds_no_connection() {
    let app = TestApp::with("[limits]\nrates = false").await;
    app.sign_up("ada@example.com").await;
    app.sign_up("bob@example.com").await;
    // Somebody else than who signs in so often that the session of the change would be pushed out.
    let cyd = app.user("cyd@example.com").await;
    let bob = json!({"email": "bob@example.com", "url": "https://app.example.com/"});
    app.guest().run("accountCreateRecovery", bob).await.data();
    let mail = app.newest("bob@example.com").await;
    let password = "another good password";
    let sign_in = json!({"email": "ada@example.com", "password": PASSWORD});
    let change = json!({"password": password, "oldPassword": PASSWORD});
    let recovery = json!({
        "userId": mail["userId"], "secret": mail["secret"],
        "password": password, "passwordAgain": password,
    });
    let sign_ins = (0..62).map(|_| (app.guest(), "accountCreateEmailSession", sign_in.clone()));
    let others = [(cyd, OPERATION, change), (app.guest(), "accountUpdateRecovery", recovery)];

    let held = app.app.passwords.block().await;
    let calls: Vec<_> = sign_ins
        .chain(others)
        .map(|(caller, operation, variables)| {
            tokio::spawn(async move { caller.run(operation, variables).await })
        })
        .collect();
    while app.app.passwords.waiting() < 64 {
        tokio::task::yield_now().await;
    }

    // A write goes through although sixty-four calls are under way.
    app.app.db.check().await.unwrap();
    app.app.db.write(async |_| Ok(())).await.unwrap();

    drop(held);
    for call in calls {
        // Those at the end of the queue may have waited for a second.
        let error = call.await.unwrap().error();
        let expected = ["ok", "general_server_busy 503"];
        assert!(expected.contains(&error.as_str()), "{error}");
    }
}
