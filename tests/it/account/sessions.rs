//! accountListSessions, accountGetSession, accountUpdateSession, accountDeleteSession, accountDeleteSessions.

use std::time::Duration;

use serde_json::json;

use crate::support::{PASSWORD, TestApp, none, rounds};

const DAY: Duration = Duration::from_hours(24);

/// SJ-14: `current` is the session of the credential, also of a JWT.
#[tokio::test]
async fn sessions_are_listed_oldest_first_and_the_current_one_is_marked() {
    let app = TestApp::new().await;
    let chrome = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) \
                  Chrome/70.0.3538.77 Safari/537.36";
    let first = app.user("ada@example.com").await;
    app.advance(Duration::from_secs(1));
    let guest = app.guest().with("user-agent", chrome);
    let sign_in = json!({"email": "ada@example.com", "password": crate::support::PASSWORD});
    let second = guest.run("accountCreateEmailSession", sign_in).await.field();
    let second_id = second["_id"].clone();
    let second = guest.with_session(second["secret"].as_str().unwrap());
    let by_jwt = app.guest().with_jwt(&second.jwt().await);

    for caller in [&second, &by_jwt] {
        let list = caller.run("accountListSessions", none()).await.field();

        assert_eq!(list["total"], 2);
        assert_eq!(list["sessions"][0]["_id"], first.session_id().await.as_str());
        assert_eq!(list["sessions"][0]["current"], false);
        let newest = &list["sessions"][1];
        assert_eq!(newest["_id"], second_id);
        assert_eq!(newest["current"], true);
        assert_eq!([&newest["osCode"], &newest["clientCode"]], ["WIN", "CH"]);
        assert_eq!(newest["clientEngineVersion"], "70.0.3538.77");
        assert_eq!(newest["deviceName"], "desktop");
        let current = caller.run("accountGetSession", json!({"sessionId": "current"})).await;
        assert_eq!(current.field(), *newest);
    }
}

/// A sign-in in a browser takes the place of the session of its cookie, if that is the same user's. Nobody could end it there.
#[tokio::test]
async fn a_sign_in_ends_the_session_of_its_cookie() {
    let app = TestApp::new().await;
    let sign_in = json!({"email": "ada@example.com", "password": PASSWORD});
    let (ada, bob) = (app.user("ada@example.com").await, app.user("bob@example.com").await);
    let by_cookie = async |secret: &str| {
        let caller = app.guest().with("cookie", &format!("a_session_default={secret}"));
        caller.run("accountCreateEmailPasswordSession", sign_in.clone()).await.field()
    };

    ada.run("accountCreateEmailPasswordSession", sign_in.clone()).await.data();
    let second = by_cookie(bob.session()).await;
    by_cookie("garbage").await;
    for caller in [&ada, &bob] {
        assert_eq!(caller.run("accountGet", none()).await.error(), "ok");
    }
    by_cookie(ada.session()).await;

    assert_eq!(ada.run("accountGet", none()).await.error(), "general_unauthorized_scope 401");
    let second = app.guest().with_session(second["secret"].as_str().unwrap());
    assert_eq!(second.run("accountListSessions", none()).await.field()["total"], 4);
}

/// SJ-12, N-14, N-15, N-16, N-40: sessions of others are as if they didn't exist.
#[tokio::test]
async fn foreign_and_unknown_sessions_are_not_found_alike() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let bob = app.user("bob@example.com").await;
    let foreign = bob.session_id().await;
    for operation in ["accountGetSession", "accountUpdateSession", "accountDeleteSession"] {
        let try_id = async |id: &str| ada.run(operation, json!({"sessionId": id})).await;
        let error_of = |answer: crate::support::Answer| answer.json()["errors"][0].to_string();

        let unknown = try_id("01a2000000000000000f").await;
        assert_eq!(unknown.error(), "user_session_not_found 404");
        let unknown = error_of(unknown);
        assert_eq!(error_of(try_id(&foreign).await), unknown);
        assert_eq!(error_of(try_id("CURRENT").await), unknown);
        for id in ["", &"x".repeat(37), "../x"] {
            let answer = try_id(id).await;
            assert_eq!(answer.error(), "general_argument_invalid 400", "{id}");
            assert_eq!(answer.argument(), "sessionId");
        }
    }
    assert_eq!(bob.run("accountGet", none()).await.error(), "ok");
}

/// SJ-11, N-43: extended from now on, but never past the absolute end, and tokens stay empty.
#[tokio::test]
async fn a_session_is_extended_up_to_its_absolute_end() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let mut last = String::new();
    for _ in 0..40 {
        let session =
            ada.run("accountUpdateSession", json!({"sessionId": "current"})).await.field();
        assert_eq!(session["provider"], "email");
        assert_eq!(session["providerAccessToken"], "");
        assert_eq!(session["current"], true);
        let expire = session["expire"].as_str().unwrap().to_owned();
        assert!(expire >= last);
        last = expire;
        if last == "2027-11-23T12:00:00.000+00:00" {
            break;
        }
        app.advance(29 * DAY);
    }
    assert_eq!(last, "2027-11-23T12:00:00.000+00:00");
    app.advance(30 * DAY);
    assert_eq!(ada.run("accountGet", none()).await.error(), "general_unauthorized_scope 401");
}

/// SJ-11: a hundred extensions (10,000 in the slow job), spread over the year, don't move the end beyond it.
#[tokio::test]
async fn extending_for_ever_is_for_a_year() {
    let app = TestApp::with("limits.rates = false").await;
    let ada = app.user("ada@example.com").await;
    let end = "2027-11-23T12:00:00.000+00:00";
    let calls = u32::try_from(rounds(100, 10_000)).unwrap();
    for _ in 0..calls {
        let extended = ada.run("accountUpdateSession", json!({"sessionId": "current"})).await;
        assert!(extended.field()["expire"].as_str().unwrap() <= end);
        app.advance(365 * DAY / calls);
    }

    // Not a whole number of milliseconds at a time, perhaps.
    app.advance(Duration::from_secs(10));
    assert_eq!(ada.run("accountGet", none()).await.error(), "general_unauthorized_scope 401");
}

#[tokio::test]
async fn a_session_ends_by_itself() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;

    app.advance(30 * DAY - Duration::from_millis(1));
    assert_eq!(ada.run("accountGet", none()).await.error(), "ok");
    app.advance(Duration::from_millis(1));
    assert_eq!(ada.run("accountGet", none()).await.error(), "general_unauthorized_scope 401");
}

/// SJ-4, N-10, N-41: after signing out nothing of the session counts, and the others stay.
#[tokio::test]
async fn one_session_is_ended() {
    let app = TestApp::new().await;
    let other = app.user("ada@example.com").await;
    let ada = app.sign_in("ada@example.com").await;
    let jwt = app.guest().with_jwt(&ada.jwt().await);
    let id = ada.session_id().await;
    let delete = json!({"sessionId": id});

    let answer = jwt.run("accountDeleteSession", json!({"sessionId": "current"})).await;

    assert_eq!(answer.field()["status"], "OK");
    assert_eq!(jwt.run("accountGet", none()).await.error(), "user_jwt_invalid 401");
    assert_eq!(
        jwt.run("accountDeleteSession", delete.clone()).await.error(),
        "user_jwt_invalid 401"
    );
    assert_eq!(ada.run("accountGet", none()).await.error(), "general_unauthorized_scope 401");
    assert_eq!(
        other.run("accountDeleteSession", delete).await.error(),
        "user_session_not_found 404"
    );
    assert_eq!(other.run("accountGet", none()).await.error(), "ok");
}

#[tokio::test]
async fn signing_out_takes_the_cookie_back() {
    let app = TestApp::new().await;
    for operation in ["accountDeleteSession", "accountDeleteSessions", "accountUpdateStatus"] {
        let email = format!("{}@example.com", operation.to_lowercase());
        let user = app.user(&email).await;
        let cookie = format!("a_session_default={}", user.session());
        let browser = app.guest().with("cookie", &cookie);

        let answer = browser.run(operation, json!({"sessionId": "current"})).await;

        let taken = answer.cookies().concat();
        assert!(
            taken.starts_with("a_session_default=; ") && taken.ends_with("; Path=/; Max-Age=0"),
            "{operation}: {taken}"
        );
    }
}

/// A browser keeps the session for as long as it was extended.
#[tokio::test]
async fn extending_a_session_extends_its_cookie() {
    let app = TestApp::new().await;
    let user = app.user("ada@example.com").await;
    let other = app.sign_in("ada@example.com").await;
    let secret = user.session();
    let browser = app.guest().with("cookie", &format!("a_session_default={secret}"));
    app.advance(DAY * 10);

    let by_cookie = browser.run("accountUpdateSession", json!({"sessionId": "current"})).await;
    let by_header = user.run("accountUpdateSession", json!({"sessionId": "current"})).await;
    let session_id = other.session_id().await;
    let of_other = browser.run("accountUpdateSession", json!({"sessionId": session_id})).await;

    let cookie = by_cookie.cookies().concat();
    assert!(cookie.starts_with(&format!("a_session_default={secret}; ")), "{cookie}");
    assert!(cookie.ends_with(&format!("; Max-Age={}", DAY.as_secs() * 30)), "{cookie}");
    assert!(by_header.cookies().is_empty() && of_other.cookies().is_empty());
}

/// SJ-9: a user who is anonymous no more has other secrets: the cookie's is replaced, all other sessions end.
#[tokio::test]
async fn an_anonymous_session_is_renewed_with_its_user() {
    let app = TestApp::new().await;
    for (operation, argument, value) in [
        ("accountUpdateEmail", "email", "ada@example.com"),
        ("accountUpdatePhone", "phone", "+12065550100"),
    ] {
        let guest = app.guest().with("origin", "http://localhost:3000");
        let answer = guest.run("accountCreateAnonymousSession", none()).await;
        let before = answer.cookies().concat();
        let before = before.split(';').next().unwrap();
        let browser = |cookie: &str| guest.clone().with("cookie", cookie);
        let variables = json!({argument: value, "password": PASSWORD});

        let answer = browser(before).run(operation, variables).await;

        answer.data();
        let after = answer.cookies().concat();
        let after = after.split(';').next().unwrap();
        assert_ne!(before, after);
        assert_eq!(browser(after).run("accountGet", none()).await.field()[argument], value);
        let refused = browser(before).run("accountGet", none()).await;
        assert_eq!(refused.error(), "general_unauthorized_scope 401");
        // The second change is none of an anonymous user's.
        let name = browser(after).run("accountUpdateName", json!({"name": "Ada"})).await;
        assert!(name.cookies().is_empty());
    }
}

/// SJ-4, N-46: signing out everywhere ends all sessions, also for calls under way.
#[tokio::test(flavor = "multi_thread")]
async fn all_sessions_are_ended() {
    let app = TestApp::new().await;
    let other = app.user("ada@example.com").await;
    let ada = app.sign_in("ada@example.com").await;
    let jwt = app.guest().with_jwt(&ada.jwt().await);
    let calls: Vec<_> = (0..20)
        .map(|n| {
            let jwt = jwt.clone();
            let name = json!({"name": format!("Ada {n}")});
            tokio::spawn(async move { jwt.run("accountUpdateName", name).await.error() })
        })
        .collect();

    assert_eq!(jwt.run("accountDeleteSessions", none()).await.field()["status"], "OK");

    for call in calls {
        let error = call.await.unwrap();
        assert!(["ok", "user_jwt_invalid 401"].contains(&error.as_str()), "{error}");
    }
    for caller in [&jwt, &other, &ada] {
        assert_ne!(caller.run("accountGet", none()).await.error(), "ok");
    }
    let again = app.sign_in("ada@example.com").await;
    assert_eq!(again.run("accountListSessions", none()).await.field()["total"], 1);
}

/// N-42: a hundred deletions an hour from one network; N-45: ten extensions.
#[tokio::test]
async fn deleting_and_extending_are_limited() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    for (operation, limit) in [("accountDeleteSession", 100), ("accountUpdateSession", 10)] {
        let id = json!({"sessionId": "01a2000000000000000f"});
        for _ in 0..limit {
            let answer = ada.run(operation, id.clone()).await;
            assert_eq!(answer.error(), "user_session_not_found 404");
        }
        let refused = ada.run(operation, id).await;
        assert_eq!(refused.error(), "general_rate_limit_exceeded 429", "{operation}");
    }
    for _ in 0..100 {
        // Refused for lack of access, and so not counted.
        let guest = ada.clone().with("x-appwrite-project", "other");
        guest.run("accountDeleteSessions", none()).await;
    }
    assert_eq!(ada.run("accountDeleteSessions", none()).await.error(), "ok");
}
