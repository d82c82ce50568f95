//! accountCreateRecovery and accountUpdateRecovery.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Answer, PASSWORD, TestApp, none, rounds};

mod race;

const ADA: &str = "ada@example.com";
const NEW: &str = "another good password";
const URL: &str = "https://app.example.com/reset";

async fn create(app: &TestApp, email: &str) -> Answer {
    app.guest().run("accountCreateRecovery", json!({"email": email, "url": URL})).await
}

async fn update(app: &TestApp, user_id: &Value, secret: &Value, password: &str) -> Answer {
    let variables = json!({
        "userId": user_id, "secret": secret, "password": password, "passwordAgain": password,
    });
    app.guest().run("accountUpdateRecovery", variables).await
}

/// Asks for a recovery of Ada, and answers id and secret of the mail.
async fn secret(app: &TestApp) -> (Value, Value) {
    create(app, ADA).await.data();
    let mail = app.newest(ADA).await;
    (mail["userId"].clone(), mail["secret"].clone())
}

async fn can_sign_in(app: &TestApp, password: &str) -> bool {
    let variables = json!({"email": ADA, "password": password});
    app.guest().run("accountCreateEmailSession", variables).await.error() == "ok"
}

#[tokio::test]
async fn a_password_is_set_with_the_secret_of_the_mail() {
    let app = TestApp::new().await;
    let id = app.sign_up(ADA).await;

    let token = create(&app, "Ada@Example.com").await.field();
    let mail = app.newest(ADA).await;
    let confirmed = update(&app, &mail["userId"], &mail["secret"], NEW).await.field();

    assert_eq!(mail["userId"], id);
    assert_eq!(mail["subject"], "Reset your password");
    let link = mail["link"].as_str().unwrap();
    let expire = "2026-11-23T13%3A00%3A00.000%2B00%3A00";
    let secret = mail["secret"].as_str().unwrap();
    assert_eq!(link, format!("{URL}?userId={id}&secret={secret}&expire={expire}"));
    assert!(mail["text"].as_str().unwrap().contains(link));
    assert_eq!(token["expire"], "2026-11-23T13:00:00.000+00:00");
    assert_eq!((&token["_id"], &token["expire"]), (&confirmed["_id"], &confirmed["expire"]));
    assert_eq!(confirmed["userId"], id);
    assert!(can_sign_in(&app, NEW).await);
    assert!(!can_sign_in(&app, PASSWORD).await);
    let user = app.user_with(ADA, NEW).await.run("accountGet", none()).await.field();
    assert_eq!(user["emailVerification"], true);
}

/// The id of the response redeems the secret, too, though it is not the user's.
#[tokio::test]
async fn the_id_in_the_response_fits_the_secret() {
    let app = TestApp::new().await;
    let id = app.sign_up(ADA).await;

    let token = create(&app, ADA).await.field();
    let secret = app.newest(ADA).await["secret"].clone();

    assert_ne!(token["userId"], id);
    assert_eq!(update(&app, &token["userId"], &secret, NEW).await.error(), "ok");
}

/// SJ-15, N-64: a recovery ends every session.
#[tokio::test]
async fn all_sessions_end() {
    let app = TestApp::new().await;
    let ada = app.user(ADA).await;
    let jwt = app.guest().with_jwt(&ada.jwt().await);
    let (id, secret) = secret(&app).await;

    update(&app, &id, &secret, NEW).await.data();

    assert_eq!(jwt.run("accountGet", none()).await.error(), "user_jwt_invalid 401");
    assert_eq!(ada.run("accountGet", none()).await.error(), "general_unauthorized_scope 401");
}

/// SJ-15: all sessions end where a project keeps the others when a password is changed, too.
#[tokio::test]
async fn all_sessions_end_whatever_the_project_keeps() {
    let app = TestApp::with(
        "[[projects]]\nid = \"kept\"\nplatforms = [\"app.example.com\"]\n[projects.security]\n\
         end_other_sessions_on_password_change = false",
    )
    .await;
    let guest = app.guest().with("x-appwrite-project", "kept");
    let sign_up = json!({"userId": "ada", "email": ADA, "password": PASSWORD});
    guest.run("accountCreate", sign_up).await.data();
    let recover = async |password: &str| {
        guest.run("accountCreateRecovery", json!({"email": ADA, "url": URL})).await.data();
        let mail = guest.newest(ADA).await;
        let variables = json!({
            "userId": mail["userId"], "secret": mail["secret"], "password": password,
        });
        guest.run("accountUpdateRecovery", variables).await.data();
    };
    // It verifies the address, which ends the sessions of the time before.
    recover(NEW).await;
    let mut callers = Vec::new();
    for _ in 0..2 {
        let sign_in = json!({"email": ADA, "password": NEW});
        let session = guest.run("accountCreateEmailSession", sign_in).await.field();
        callers.push(guest.clone().with_session(session["secret"].as_str().unwrap()));
    }
    let change = json!({"password": "a changed battery", "oldPassword": NEW});
    callers[0].run("accountUpdatePassword", change).await.data();
    assert_eq!(callers[1].run("accountGet", none()).await.error(), "ok");

    recover("one more battery").await;

    for caller in callers {
        let answer = caller.run("accountGet", none()).await;
        assert_eq!(answer.error(), "general_unauthorized_scope 401");
    }
}

/// N-47, N-48: an unknown and a blocked address get an answer like any other, and no mail.
#[tokio::test]
async fn nobody_gets_a_mail_for_an_unknown_or_blocked_address() {
    let app = TestApp::new().await;
    app.user("eve@example.com").await.run("accountUpdateStatus", none()).await.data();
    app.user(ADA).await;

    for email in ["nobody@example.com", "eve@example.com"] {
        let token = create(&app, email).await.field();
        assert_eq!(token["secret"], "");
        assert_eq!(app.newest(email).await, Value::Null);
    }
    create(&app, ADA).await.data();
    assert_eq!(app.newest(ADA).await["kind"], "recovery");
}

/// N-49, N-50: only pages of the project's platforms are linked to.
#[tokio::test]
async fn a_foreign_url_is_refused() {
    let app = TestApp::new().await;
    app.sign_up(ADA).await;
    for url in [
        "http://evil.test/",
        "https://app.example.com.evil.test",
        "https://app.example.com@evil.test",
        "https://evil.test#app.example.com",
        "//app.example.com",
        "javascript:alert(1)",
        "https:///app.example.com",
        "https://app.example.com\\@evil.test",
        "",
    ] {
        let answer =
            app.guest().run("accountCreateRecovery", json!({"email": ADA, "url": url})).await;
        assert_eq!(answer.error(), "general_argument_invalid 400", "{url}");
        assert_eq!(answer.argument(), "url");
    }
    assert_eq!(app.newest(ADA).await, Value::Null);
}

/// N-51, NW-2: no header of the request changes a byte of the link but the secret, in 79 requests (1,024 in the slow job).
#[tokio::test]
async fn no_header_changes_the_link() {
    let app = TestApp::with("limits.rates = false").await;
    app.sign_up(ADA).await;
    let headers = [
        "host",
        "x-forwarded-host",
        "x-forwarded-proto",
        "forwarded",
        "origin",
        "referer",
        "x-forwarded-port",
        "x-original-url",
        "x-rewrite-url",
        "x-host",
    ];
    let values = [
        "evil.test",
        "https://evil.test/",
        "host=evil.test;proto=http",
        "app.example.com:81",
        "\u{e9}",
    ];
    let mut links = std::collections::HashSet::new();
    // A step by an odd number, so that each header comes and goes.
    for round in (0..1_024_usize).step_by(rounds(13, 1)) {
        let mut caller = app.guest();
        for (place, header) in headers.iter().enumerate() {
            if round >> place & 1 == 1 {
                caller = caller.with(header, values[(round / 7 + place) % values.len()]);
            }
        }
        caller.run("accountCreateRecovery", json!({"email": ADA, "url": URL})).await.data();
        let mail = app.newest(ADA).await;
        let secret = mail["secret"].as_str().unwrap();
        links.insert(mail["link"].as_str().unwrap().replace(secret, "*"));
    }

    assert_eq!(links.len(), 1, "{links:?}");
}

/// N-52, N-53, N-54: ten an hour for an address, in whatever spelling and known or not; and ten from a network.
#[tokio::test]
async fn ten_an_hour_for_an_address_and_from_a_network() {
    const REFUSED: &str = "general_rate_limit_exceeded 429";
    let app = TestApp::new().await;
    app.sign_up(ADA).await;
    for n in 0..10 {
        let spelling = ["ADA@example.com", "ada@EXAMPLE.com", "Ada@Example.Com"][n % 3];
        assert_eq!(create(&app, spelling).await.error(), "ok");
        assert_eq!(create(&app, "nobody@example.com").await.error(), "ok");
    }
    assert_eq!(create(&app, ADA).await.error(), REFUSED);
    assert_eq!(create(&app, "nobody@example.com").await.error(), REFUSED);

    let one = app.guest();
    for n in 0..=10 {
        let variables = json!({"email": format!("user{n}@example.com"), "url": URL});
        let expected = if n < 10 { "ok" } else { REFUSED };
        assert_eq!(one.run("accountCreateRecovery", variables).await.error(), expected);
    }
}

/// N-55, N-56, N-57, N-58, N-62, EN-6: the response to any mistake in id or secret is the same; a good secret stays good.
#[tokio::test]
async fn all_mistakes_have_the_same_response() {
    const REFUSED: &str = "user_invalid_token 401";
    let app = TestApp::with("limits.rates = false").await;
    let ada = app.user(ADA).await;
    let bob = app.sign_up("bob@example.com").await;
    ada.run("accountCreateVerification", json!({"url": URL})).await.data();
    let verification = app.newest(ADA).await["secret"].clone();
    let (id, secret) = secret(&app).await;
    let unknown = json!("f".repeat(64));
    let hashes = app.app.passwords.hashes();

    let wrong = update(&app, &id, &unknown, NEW).await;
    let others = [
        update(&app, &json!("nobody"), &secret, NEW).await,
        update(&app, &json!(bob), &secret, NEW).await,
        update(&app, &id, &verification, NEW).await,
        update(&app, &id, &json!(""), NEW).await,
        update(&app, &id, &json!("123456"), NEW).await,
    ];

    assert_eq!(wrong.error(), REFUSED);
    for other in others {
        assert_eq!((other.text, other.status), (wrong.text.clone(), wrong.status));
    }
    assert_eq!(app.app.passwords.hashes(), hashes);
    assert_eq!(update(&app, &id, &secret, NEW).await.error(), "ok");
    assert_eq!(update(&app, &id, &secret, "a third password").await.text, wrong.text);
    assert!(can_sign_in(&app, NEW).await);
}

/// OT-7, N-59: an hour to the second; a clock that is set back revives neither a used nor an expired one.
#[tokio::test]
async fn a_secret_counts_for_an_hour() {
    let app = TestApp::with("limits.rates = false").await;
    app.sign_up(ADA).await;
    let (id, early) = secret(&app).await;
    app.advance(Duration::from_secs(3_599));
    assert_eq!(update(&app, &id, &early, NEW).await.error(), "ok");

    let (id, late) = secret(&app).await;
    app.advance(Duration::from_hours(1));

    assert_eq!(update(&app, &id, &late, NEW).await.error(), "user_invalid_token 401");
    assert_eq!(update(&app, &id, &early, NEW).await.error(), "user_invalid_token 401");
    app.clock.set_back(Duration::from_hours(1));
    assert_eq!(update(&app, &id, &late, NEW).await.error(), "user_invalid_token 401");
    assert_eq!(update(&app, &id, &early, NEW).await.error(), "user_invalid_token 401");
}

/// N-60, N-61, PW-6: a new password that is refused doesn't use up the secret.
#[tokio::test]
async fn a_refused_password_consumes_nothing() {
    let app = TestApp::with("limits.rates = false").await;
    app.sign_up(ADA).await;
    let (id, secret) = secret(&app).await;

    let variables =
        json!({"userId": id, "secret": secret, "password": NEW, "passwordAgain": PASSWORD});
    let differing = app.guest().run("accountUpdateRecovery", variables).await;
    let short = update(&app, &id, &secret, "7 chars").await;
    let long = update(&app, &id, &secret, &"x".repeat(257)).await;

    assert_eq!(differing.error(), "user_password_mismatch 400");
    assert_eq!(differing.argument(), "passwordAgain");
    assert_eq!(
        (short.error(), short.argument()),
        ("general_argument_invalid 400".to_owned(), json!("password"))
    );
    assert_eq!(long.error(), "general_argument_invalid 400");
    assert_eq!(update(&app, &id, &secret, NEW).await.error(), "ok");
}

/// N-63: ten tries an hour for a user.
#[tokio::test]
async fn ten_tries_an_hour() {
    let app = TestApp::new().await;
    app.sign_up(ADA).await;
    let (id, secret) = secret(&app).await;
    for _ in 0..10 {
        let answer = update(&app, &id, &json!("f".repeat(64)), NEW).await;
        assert_eq!(answer.error(), "user_invalid_token 401");
    }

    assert_eq!(update(&app, &id, &secret, NEW).await.error(), "general_rate_limit_exceeded 429");
    app.advance(Duration::from_hours(1));
    assert_eq!(update(&app, &id, &secret, NEW).await.error(), "user_invalid_token 401");
}

/// PW-8: a thousand wrong secrets (ten thousand in the slow job) run no hash.
#[tokio::test(flavor = "multi_thread")]
async fn wrong_secrets_run_no_hash() {
    let app = TestApp::with("limits.rates = false\nlimits.document.complexity = 1000").await;
    let id = app.sign_up(ADA).await;
    let before = app.app.passwords.hashes();
    let fields: String = (0..20)
        .map(|n| {
            format!(
                "f{n}: accountUpdateRecovery(userId: \"{id}\", secret: \"{}\", password: \"{NEW}\", \
                 passwordAgain: \"{NEW}\") {{ _id }} ",
                format!("{n:02x}").repeat(32)
            )
        })
        .collect();
    let batch = vec![json!({"query": format!("mutation {{ {fields} }}")}); 10];

    for _ in 0..rounds(5, 50) {
        let answer = app.guest().send(&json!(batch)).await;
        assert_eq!(answer.json().as_array().unwrap().len(), 10);
        assert_eq!(answer.text.matches("\"user_invalid_token\"").count(), 200, "{}", answer.text);
    }

    assert_eq!(app.app.passwords.hashes(), before);
}

/// A project may reveal its accounts, as the reference does.
#[tokio::test]
async fn a_project_may_reveal_its_accounts() {
    let app = TestApp::with(
        "[[projects]]\nid = \"open\"\nplatforms = [\"app.example.com\"]\nsecurity.reveal_accounts = true",
    )
    .await;
    let guest = || app.guest().with("x-appwrite-project", "open");
    let variables = json!({"userId": "eve", "email": ADA, "password": PASSWORD});
    guest().run("accountCreate", variables).await.data();
    let variables = json!({"email": ADA, "password": PASSWORD});
    let session = guest().run("accountCreateEmailSession", variables).await.field();
    let eve = guest().with_session(session["secret"].as_str().unwrap());
    eve.run("accountUpdateStatus", none()).await.data();
    let create = async |email: &str| {
        guest().run("accountCreateRecovery", json!({"email": email, "url": URL})).await.error()
    };

    assert_eq!(create("nobody@example.com").await, "user_not_found 404");
    assert_eq!(create(ADA).await, "user_blocked 403");
    let variables = json!({"userId": "nobody", "secret": "x", "password": NEW});
    let unknown = guest().run("accountUpdateRecovery", variables).await;
    assert_eq!(unknown.error(), "user_not_found 404");
}

/// Without a mail transport the field fails, for all addresses alike.
#[tokio::test]
async fn without_mail_it_is_disabled() {
    let app = TestApp::with("mail.url = \"none:\"").await;
    app.sign_up(ADA).await;

    for email in [ADA, "nobody@example.com"] {
        assert_eq!(create(&app, email).await.error(), "general_smtp_disabled 503");
    }
}
