//! Signing in: with a password, anonymously; and JWTs.

use std::time::Duration;

use serde_json::json;

use crate::support::{PASSWORD, TestApp, none, rounds};

const OPERATION: &str = "accountCreateEmailPasswordSession";

#[tokio::test]
async fn both_names_open_a_session() {
    let app = TestApp::new().await;
    app.sign_up("ada@example.com").await;
    let variables = json!({"email": " ADA@example.com".trim(), "password": PASSWORD});

    for operation in [OPERATION, "accountCreateEmailSession"] {
        let answer = app.guest().run(operation, variables.clone()).await;

        let session = answer.field();
        assert_eq!(session["provider"], "email");
        assert_eq!(session["providerUid"], "ada@example.com");
        assert_eq!(session["current"], true);
        assert_eq!(session["expire"], "2026-12-23T12:00:00.000+00:00");
        assert_eq!(session["countryCode"], "--");
        assert_eq!(session["countryName"], "Unknown");
        assert_eq!(session["factors"], json!(["password"]));
        let cookie = answer.cookies().concat();
        assert!(cookie.starts_with("a_session_default="), "{cookie}");
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
        assert!(cookie.contains(session["secret"].as_str().unwrap()));
    }
}

#[tokio::test]
async fn a_browser_gets_the_secret_as_a_cookie_only() {
    let app = TestApp::new().await;
    app.sign_up("ada@example.com").await;
    let browser = app.guest().with("origin", "http://localhost:3000");

    let answer =
        browser.run(OPERATION, json!({"email": "ada@example.com", "password": PASSWORD})).await;

    assert_eq!(answer.field()["secret"], "");
    let cookie = answer.cookies().concat();
    let pair = cookie.split(';').next().unwrap().to_owned();
    let again = app.guest().with("cookie", &pair).run("accountGet", none()).await;
    assert_eq!(again.field()["email"], "ada@example.com");
    assert_eq!(answer.header("access-control-allow-origin"), "http://localhost:3000");
}

/// EN-2: unknown address, wrong password, an account without one, a blocked one with a wrong one: one answer.
#[tokio::test]
async fn a_wrong_password_reads_like_an_unknown_address() {
    let app = TestApp::new().await;
    app.user("ada@example.com").await;
    let blocked = app.user("bob@example.com").await;
    blocked.run("accountUpdateStatus", none()).await.data();
    let variables = json!({"userId": "cyd", "email": "cyd@example.com"});
    app.guest().run("accountCreateEmailToken", variables).await.data();
    let code = app.newest("cyd@example.com").await["code"].clone();
    let variables = json!({"userId": "cyd", "secret": code});
    app.guest().run("accountCreateSession", variables).await.data();
    let sign_in = async |email: &str, password: &str| {
        let answer =
            app.guest().run(OPERATION, json!({"email": email, "password": password})).await;
        assert_eq!(answer.status, 200);
        let mut json = answer.json();
        json.as_object_mut().unwrap().remove("extensions");
        (answer.error(), json.to_string())
    };

    let wrong = sign_in("ada@example.com", "nope nope").await;

    assert_eq!(wrong.0, "user_invalid_credentials 401");
    assert_eq!(sign_in("nobody@example.com", "nope nope").await, wrong);
    assert_eq!(sign_in("bob@example.com", "nope nope").await, wrong);
    assert_eq!(sign_in("cyd@example.com", "nope nope").await, wrong);
    assert_eq!(sign_in("bob@example.com", PASSWORD).await.0, "user_blocked 403");
}

/// EN-4: every attempt costs one hash, whether or not the account exists.
#[tokio::test]
async fn an_unknown_address_costs_one_hash() {
    let app = TestApp::new().await;
    app.sign_up("ada@example.com").await;
    let hashes = || app.app.passwords.hashes();

    for email in ["ada@example.com", "nobody@example.com"] {
        let before = hashes();
        app.guest().run(OPERATION, json!({"email": email, "password": "nope nope"})).await;
        assert_eq!(hashes() - before, 1, "{email}");
    }
    // PW-2: what can't be a password is not hashed at all.
    let before = hashes();
    for password in [String::new(), "x".repeat(257)] {
        let variables = json!({"email": "ada@example.com", "password": password});
        let answer = app.guest().run(OPERATION, variables).await;
        assert_eq!(answer.error(), "general_argument_invalid 400");
        assert_eq!(answer.argument(), "password");
    }
    assert_eq!(hashes(), before);
}

/// RL-13: a success empties the pair of account and network, and not the network's own quota.
#[tokio::test]
async fn ten_wrong_passwords_an_hour_and_a_right_one_starts_anew() {
    let app = TestApp::new().await;
    app.sign_up("ada@example.com").await;
    app.sign_up("bob@example.com").await;
    let guest = app.guest();
    let sign_in = async |email: &str, password: &str| {
        guest.run(OPERATION, json!({"email": email, "password": password})).await.error()
    };

    for _ in 0..9 {
        assert_eq!(sign_in("ada@example.com", "nope nope").await, "user_invalid_credentials 401");
    }
    assert_eq!(sign_in("ada@example.com", PASSWORD).await, "ok");
    for _ in 0..10 {
        assert_eq!(sign_in("ada@example.com", "nope nope").await, "user_invalid_credentials 401");
    }
    assert_eq!(sign_in("Ada@EXAMPLE.com", PASSWORD).await, "general_rate_limit_exceeded 429");
    for _ in 0..80 {
        assert_eq!(sign_in("bob@example.com", PASSWORD).await, "ok");
    }
    assert_eq!(sign_in("bob@example.com", PASSWORD).await, "general_rate_limit_exceeded 429");
    app.advance(Duration::from_hours(1));
    assert_eq!(sign_in("ada@example.com", PASSWORD).await, "ok");
}

/// SJ-10: of sixty concurrent sign-ins (in the slow job a thousand, sixty at a time), the ten newest sessions live.
#[tokio::test(flavor = "multi_thread")]
async fn a_user_has_at_most_ten_sessions() {
    let app = TestApp::with("[limits]\nrates = false").await;
    let first = app.user("ada@example.com").await;
    app.advance(Duration::from_secs(1));
    // As many at a time as the queue of passwords holds.
    for _ in 0..rounds(60, 1_000).div_ceil(60) {
        let sign_ins = (0..60).map(|_| {
            let guest = app.guest();
            let credentials = json!({"email": "ada@example.com", "password": PASSWORD});
            tokio::spawn(async move {
                // On a slow machine the queue for the user's row may be too long for now.
                loop {
                    match guest.run(OPERATION, credentials.clone()).await.error().as_str() {
                        "ok" => break,
                        busy => assert_eq!(busy, "general_server_busy 503"),
                    }
                }
            })
        });
        for sign_in in sign_ins.collect::<Vec<_>>() {
            sign_in.await.unwrap();
        }
    }
    app.advance(Duration::from_secs(1));
    let last = app.sign_in("ada@example.com").await;

    let sessions = last.run("accountListSessions", none()).await.field();

    assert_eq!(sessions["total"], 10);
    assert_eq!(first.run("accountGet", none()).await.error(), "general_unauthorized_scope 401");
}

#[tokio::test]
async fn an_anonymous_user_becomes_a_normal_one() {
    let app = TestApp::new().await;
    let guest = app.guest();
    let answer = guest.run("accountCreateAnonymousSession", none()).await;
    let session = answer.field();
    assert_eq!(session["provider"], "anonymous");
    assert_eq!(session["providerUid"], "");
    let user = app.guest().with_session(session["secret"].as_str().unwrap());
    let before = user.run("accountGet", none()).await.field();
    assert_eq!(before["email"], "");
    assert!(before["passwordUpdate"].is_null());
    let again = user.run("accountCreateAnonymousSession", none()).await;
    assert_eq!(again.error(), "user_session_already_exists 401");

    let variables = json!({"email": "ada@example.com", "password": PASSWORD});
    let after = user.run("accountUpdateEmail", variables.clone()).await.field();

    assert_eq!(after["_id"], before["_id"]);
    assert_eq!(after["passwordUpdate"], "2026-11-23T12:00:00.000+00:00");
    assert_eq!(app.guest().run(OPERATION, variables).await.error(), "ok");
}

#[tokio::test]
async fn fifty_anonymous_sessions_an_hour_from_one_network() {
    let app = TestApp::new().await;
    let guest = app.guest();
    for _ in 0..50 {
        guest.run("accountCreateAnonymousSession", none()).await.data();
    }

    let refused = guest.run("accountCreateAnonymousSession", none()).await;

    assert_eq!(refused.error(), "general_rate_limit_exceeded 429");
}

/// SJ-3: a JWT lives 900 s, and asking for more doesn't help.
#[tokio::test]
async fn a_jwt_lives_a_quarter_of_an_hour() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    for duration in [json!(null), json!(900), json!(2_000_000_000)] {
        let jwt = ada.run("accountCreateJWT", json!({"duration": duration})).await.field();
        let user = app.guest().with_jwt(jwt["jwt"].as_str().unwrap());

        app.advance(Duration::from_secs(899));
        assert_eq!(user.run("accountGet", none()).await.error(), "ok");
        app.advance(Duration::from_secs(6));
        assert_eq!(user.run("accountGet", none()).await.error(), "user_jwt_invalid 401");
    }
    for duration in [0, -1] {
        let answer = ada.run("accountCreateJWT", json!({"duration": duration})).await;
        assert_eq!(answer.error(), "general_argument_invalid 400");
        assert_eq!(answer.argument(), "duration");
    }
}

/// SJ-6, N-12: a JWT can't make a JWT.
#[tokio::test]
async fn a_jwt_makes_no_jwt() {
    let app = TestApp::new().await;
    let ada = app.jwt_user("ada@example.com").await;

    let answer = ada.run("accountCreateJWT", none()).await;

    assert_eq!(answer.error(), "user_jwt_creation_denied 403");
}

#[tokio::test]
async fn sixty_jwts_a_minute() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    for _ in 0..60 {
        ada.jwt().await;
    }

    let refused = ada.run("accountCreateJWT", none()).await;

    assert_eq!(refused.error(), "general_rate_limit_exceeded 429");
    app.advance(Duration::from_mins(1));
    ada.jwt().await;
}
