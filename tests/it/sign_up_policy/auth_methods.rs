//! Ways of signing in that are off.

use serde_json::{Value, json};

use super::{
    OFF, URL, ask, browser, guest, newest, sign_in, sign_in_anonymously, sign_up, start,
    with_project,
};
use crate::support::{Caller, PASSWORD, Provider, TestApp, error_of, none};

/// The settings, the fields that they turn off, and the routes of those.
const FIELDS: [(&str, &str, &str); 19] = [
    ("password", "accountCreate", "POST /v1/account"),
    ("password", "accountCreateEmailSession", "POST /v1/account/sessions"),
    ("password", "accountCreateEmailPasswordSession", "POST /v1/account/sessions/email"),
    ("password", "accountCreateRecovery", "POST /v1/account/recovery"),
    ("password", "accountUpdateRecovery", "PUT /v1/account/recovery"),
    ("password", "accountCreateRecoveryOTP", "POST /v1/account/recovery/otp"),
    ("password", "accountUpdateRecoveryOTP", "PUT /v1/account/recovery/otp"),
    ("magic_link", "accountCreateMagicURLSession", "POST /v1/account/sessions/magic-url"),
    ("magic_link", "accountCreateMagicURLToken", "POST /v1/account/tokens/magic-url"),
    ("magic_link", "accountUpdateMagicURLSession", "PUT /v1/account/sessions/magic-url"),
    ("email_code", "accountCreateEmailToken", "POST /v1/account/tokens/email"),
    ("phone", "accountCreatePhoneSession", "POST /v1/account/sessions/phone"),
    ("phone", "accountCreatePhoneToken", "POST /v1/account/tokens/phone"),
    ("phone", "accountUpdatePhoneSession", "PUT /v1/account/sessions/phone"),
    ("phone", "accountCreatePhoneVerification", "POST /v1/account/verifications/phone"),
    ("phone", "accountUpdatePhoneVerification", "PUT /v1/account/verifications/phone"),
    ("anonymous", "accountCreateAnonymousSession", "POST /v1/account/sessions/anonymous"),
    ("oauth", "accountCreateOAuth2Token", "GET /v1/account/tokens/oauth2/fake"),
    ("oauth", "accountCreateOAuth2Token", "GET /v1/account/sessions/oauth2/fake"),
];

fn values() -> Value {
    json!({
        "userId": "unique()", "email": "new@example.com", "password": PASSWORD, "url": URL,
        "phone": "+12065550100", "secret": "123456", "provider": "fake", "success": URL,
    })
}

/// A caller who may call `field`: one that only users call has a session.
async fn caller_of(app: &TestApp, field: &str, off: &str) -> Caller {
    if field != "accountCreatePhoneVerification" {
        return guest(app);
    }
    if off != "anonymous" {
        return guest(app).with_session(&sign_in_anonymously(app).await);
    }
    sign_up(app, "user@example.com").await;
    guest(app).with_session(&sign_in(app, "user@example.com").await)
}

/// Each field that begins or ends a way is refused if that way is off, and no other one; other projects have their own ways.
#[tokio::test]
async fn each_field_of_a_way_that_is_off_is_refused() {
    let provider = Provider::start().await;
    for off in ["password", "magic_link", "email_code", "phone", "anonymous", "oauth"] {
        let settings = with_project(&provider.settings(), &format!("auth.{off} = false"));
        let app = TestApp::with(&settings).await;
        for (way, field, route) in FIELDS {
            let caller = caller_of(&app, field, off).await;

            let answer = caller.run(field, values()).await;
            assert_eq!(answer.error() == OFF, way == off, "{off} {field}: {}", answer.text);
            if way == off {
                let (method, path) = route.split_once(' ').unwrap();
                let body = if method == "GET" { Value::Null } else { values() };
                let answer = caller.rest(method, path, body).await;
                assert_eq!(answer.request_error(), "501 user_auth_method_unsupported", "{route}");
                let elsewhere = app.guest().run(field, values()).await;
                assert_ne!(elsewhere.error(), OFF, "{field}");
            }
        }
    }
}

/// A refusal is a sentence, and in development a hint names the setting. Nothing was written or sent.
#[tokio::test]
async fn an_error_names_the_reason() {
    let app = start("auth.magic_link = false").await;

    let answer = ask(&app, "accountCreateMagicURLToken", "ada@example.com").await;

    let error = &answer.json()["errors"][0];
    assert_eq!(error["message"], "This sign-in method is turned off.");
    assert_eq!(error["extensions"]["hint"], "the project's setting auth.magic_link is false");
    assert_eq!(newest(&app, "ada@example.com").await, Value::Null);
    let codes = ask(&app, "accountCreateEmailToken", "ada@example.com").await;
    assert_eq!(codes.error(), "ok");
}

/// Known and unknown, right and wrong: a way that is off says the same of all.
#[tokio::test]
async fn a_disabled_method_reveals_no_account() {
    let app = start("").await;
    sign_up(&app, "known@example.com").await.data();
    let app = app.restarted_with(&with_project("", "auth.password = false")).await;
    let sign_in = async |email: &str, password: &str| {
        let variables = json!({"email": email, "password": password});
        let answer = guest(&app).run("accountCreateEmailPasswordSession", variables).await;
        assert_eq!(answer.error(), OFF);
        answer.text
    };

    let right = sign_in("known@example.com", PASSWORD).await;

    assert_eq!(sign_in("known@example.com", "another password").await, right);
    assert_eq!(sign_in("unknown@example.com", PASSWORD).await, right);
    assert_eq!(sign_in("no address", "").await, right);
}

/// `accountCreateSession` is refused by the way that the secret belongs to, and only to who has it; the secret stays good.
#[tokio::test]
async fn a_secret_is_invalid_while_its_method_is_off() {
    let tokens = [
        ("magic_link", "accountCreateMagicURLToken", "link@example.com"),
        ("email_code", "accountCreateEmailToken", "code@example.com"),
        ("phone", "accountCreatePhoneToken", "+12065550100"),
    ];
    let mut app = start("").await;
    let mut secrets = Vec::new();
    for (_, create, to) in tokens {
        ask(&app, create, to).await.data();
        let message = newest(&app, to).await;
        secrets.push((message["userId"].clone(), message["code"].clone()));
    }
    for (index, (off, ..)) in tokens.into_iter().enumerate() {
        let settings = with_project("", &format!("auth.{off} = false"));
        app = app.restarted_with(&settings).await;
        let (id, code) = &secrets[index];
        let redeem = async |secret: &Value| {
            let variables = json!({"userId": id, "secret": secret});
            guest(&app).run("accountCreateSession", variables).await.error()
        };

        assert_eq!(redeem(&json!("nonsense")).await, "user_invalid_token 401", "{off}");
        assert_eq!(redeem(code).await, OFF, "{off}");
    }
    app = app.restarted_with(&with_project("", "")).await;
    for (id, code) in secrets {
        let variables = json!({"userId": id, "secret": code});
        assert_eq!(guest(&app).run("accountCreateSession", variables).await.error(), "ok");
    }
    let none = "auth = { magic_link = false, email_code = false, phone = false, oauth = false }";
    app = app.restarted_with(&with_project("", none)).await;
    let variables = json!({"userId": "nobody", "secret": "123456"});
    // It may be one that a server of the app has created, which no project turns off.
    let unknown = guest(&app).run("accountCreateSession", variables).await;
    assert_eq!(unknown.error(), "user_invalid_token 401");
}

/// Sessions that are open stay so, and so does what their users do with their accounts.
#[tokio::test]
async fn sessions_live_on() {
    let app = start("").await;
    sign_up(&app, "ada@example.com").await.data();
    let secret = sign_in(&app, "ada@example.com").await;
    let off = "auth = { password = false, magic_link = false, email_code = false, phone = false, \
               anonymous = false, oauth = false }\nsign_up = \"closed\"";
    let app = app.restarted_with(&with_project("", off)).await;
    let user = guest(&app).with_session(&secret);

    for (field, variables) in [
        ("accountGet", none()),
        ("accountUpdateName", json!({"name": "Ada"})),
        ("accountUpdateSession", json!({"sessionId": "current"})),
        ("accountCreateJWT", none()),
        ("accountUpdateEmail", json!({"email": "lovelace@example.org", "password": PASSWORD})),
        ("accountUpdatePhone", json!({"phone": "+12065550100", "password": PASSWORD})),
        ("accountCreateVerification", json!({"url": URL})),
        ("accountUpdatePassword", json!({"password": "another one", "oldPassword": PASSWORD})),
        ("accountDeleteSessions", none()),
    ] {
        assert_eq!(user.run(field, variables).await.error(), "ok", "{field}");
    }
}

/// With OAuth off a browser isn't sent to a provider, and one that comes back lands on the app's page with the reason.
#[tokio::test]
async fn a_browser_under_way_lands_on_the_failure_page() {
    let provider = Provider::start().await;
    let app = TestApp::with(&with_project(&provider.settings(), "")).await;
    let mut visitor = browser(&app);
    let there = visitor.authorize("sessions", "fake").await;
    let back = provider.agree(&there);
    let cookie = visitor.cookies();
    let token = browser(&app).fetch_token(&provider, "fake").await;
    drop(visitor);
    let off = with_project(&provider.settings(), "auth.oauth = false");
    let app = app.restarted_with(&off).await;
    let mut visitor = browser(&app).with_cookies(cookie);

    let landed = visitor.get(back.as_str()).await;

    let page = landed.header("location").parse().unwrap();
    assert_eq!(error_of(&page), OFF);
    assert!(page.as_str().starts_with("https://app.example.com/out"), "{page}");
    let again = visitor.get(back.as_str()).await;
    assert_eq!(again.request_error(), "501 user_auth_method_unsupported");
    assert_eq!(guest(&app).run("accountCreateSession", token).await.error(), OFF);
}
