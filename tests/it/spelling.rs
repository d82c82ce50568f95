//! Addresses, numbers and codes as people's keyboards and clipboards spell them.

use serde_json::{Value, json};

use crate::support::{Answer, Caller, PASSWORD, TestApp, none};

const ADA: &str = "ada@example.com";
const PHONE: &str = "+12065550100";
const URL: &str = "https://app.example.com/";
const LIMITED: &str = "general_rate_limit_exceeded 429";
const WRONG: &str = "user_invalid_token 401";

/// The characters around an address: before it, and behind it.
const AROUND: [(&str, &str); 6] = [
    ("", " "),
    (" ", ""),
    ("\t", "\r\n"),
    ("\u{a0}", "\u{a0}"),
    ("\u{200b}", "\u{feff}"),
    ("\u{202a}", "\u{202c}"),
];

fn spelled((before, behind): (&str, &str), text: &str) -> String {
    format!("{before}{text}{behind}")
}

async fn account(caller: &Caller) -> Value {
    caller.run("accountGet", none()).await.field()
}

/// C-35: every field that takes an address takes it with spaces around, and stores it without.
#[tokio::test]
async fn spaces_around_an_address_do_not_count() {
    for around in AROUND {
        let app = TestApp::with("limits.rates = false").await;
        let (email, other) =
            (spelled(around, "Ada@example.com"), spelled(around, "eve@example.com"));
        let guest = app.guest();
        let sign_up = json!({"userId": "unique()", "email": email, "password": PASSWORD});
        let user = guest.run("accountCreate", sign_up.clone()).await.field();
        assert_eq!(user["email"], ADA, "{around:?}");
        assert_eq!(guest.run("accountCreate", sign_up).await.error(), "user_already_exists 409");
        let ada = app.user_with(&email, PASSWORD).await;
        assert_eq!(account(&ada).await["email"], ADA);
        let link = json!({"userId": "unique()", "email": email, "url": URL});
        for (operation, variables) in [
            ("accountCreateEmailSession", json!({"email": email, "password": PASSWORD})),
            ("accountCreateRecovery", json!({"email": email, "url": URL})),
            ("accountCreateMagicURLSession", link.clone()),
            ("accountCreateMagicURLToken", link.clone()),
            ("accountCreateEmailToken", json!({"userId": "unique()", "email": email})),
        ] {
            assert_eq!(
                guest.run(operation, variables).await.error(),
                "ok",
                "{around:?} {operation}"
            );
        }
        let sent = app.count_messages(ADA).await;
        assert!(sent >= 4, "{around:?}: {sent}");
        let change = json!({"email": other, "password": PASSWORD});
        let user = ada.run("accountUpdateEmail", change).await.field();
        assert_eq!(user["email"], "eve@example.com");
        let body = json!({"email": other, "password": PASSWORD});
        assert_eq!(guest.rest("POST", "/v1/account/sessions/email", body).await.status, 201);
        assert_eq!(app.newest(&other).await["to"], Value::Null);
        assert_eq!(app.newest(&email).await["to"], ADA);
    }
}

/// C-35: so do numbers.
#[tokio::test]
async fn spaces_around_a_number_do_not_count() {
    for around in AROUND {
        let app = TestApp::with("limits.rates = false\nsms.seconds_between = 0").await;
        let phone = spelled(around, PHONE);
        let ada = app.user(ADA).await;
        let change = json!({"phone": phone, "password": PASSWORD});
        assert_eq!(ada.run("accountUpdatePhone", change).await.field()["phone"], PHONE);
        for operation in ["accountCreatePhoneSession", "accountCreatePhoneToken"] {
            let variables = json!({"userId": "unique()", "phone": phone});
            assert_eq!(app.guest().run(operation, variables).await.error(), "ok", "{around:?}");
        }
        assert_eq!(app.newest(&phone).await["to"], PHONE);
    }
}

/// C-35, RL-5: all spellings of an address draw on one quota.
#[tokio::test]
async fn spellings_share_a_quota() {
    let app = TestApp::new().await;
    app.sign_up(ADA).await;
    for n in 0..11 {
        let email = spelled(AROUND[n % AROUND.len()], ADA);
        let caller = app.guest_at([192, 0, 2, n as u8].into());
        let answer = caller.run("accountCreateRecovery", json!({"email": email, "url": URL})).await;
        assert_eq!(answer.error(), if n < 10 { "ok" } else { LIMITED }, "{n}");
    }
}

/// C-35: what isn't around an address counts, and so does all of a password.
#[tokio::test]
async fn other_spaces_count() {
    let app = TestApp::new().await;
    app.sign_up(ADA).await;
    for email in ["a da@example.com", "ada@exam ple.com", "ada @example.com", "ada@example.com\0"] {
        let variables = json!({"email": email, "password": PASSWORD});
        let answer = app.guest().run("accountCreateEmailPasswordSession", variables).await;
        assert_eq!(answer.error(), "general_argument_invalid 400", "{email:?}");
    }
    for password in [format!("{PASSWORD} "), format!(" {PASSWORD}"), format!("{PASSWORD}\n")] {
        let variables = json!({"email": ADA, "password": password});
        let answer = app.guest().run("accountCreateEmailPasswordSession", variables).await;
        assert_eq!(answer.error(), "user_invalid_credentials 401", "{password:?}");
    }
}

/// A code as somebody types or pastes it.
fn spellings(code: &str) -> Vec<String> {
    let (start, end) = code.split_at(3);
    vec![
        format!("{start} {end}"),
        format!("{start}-{end}"),
        format!("{start}\u{2013}{end}"),
        format!("{start}\u{a0}{end}"),
        format!(" {code}\n"),
        format!("\u{200e}{code}"),
    ]
}

async fn redeem(app: &TestApp, operation: &str, token: &Value, secret: &str) -> Answer {
    app.guest().run(operation, json!({"userId": token["userId"], "secret": secret})).await
}

/// C-35: a code counts however it is typed or pasted, at its first try, and also as the last of five.
#[tokio::test]
async fn a_code_counts_however_it_is_spelled() {
    let app = TestApp::with("limits.rates = false\nsms.seconds_between = 0").await;
    for spelling in 0..spellings("000000").len() {
        for (create, variables, to, operation) in [
            (
                "accountCreateEmailToken",
                json!({"userId": "unique()", "email": ADA}),
                ADA,
                "accountCreateSession",
            ),
            (
                "accountCreatePhoneToken",
                json!({"userId": "unique()", "phone": PHONE}),
                PHONE,
                "accountCreateSession",
            ),
            (
                "accountCreatePhoneSession",
                json!({"userId": "unique()", "phone": PHONE}),
                PHONE,
                "accountUpdatePhoneSession",
            ),
            (
                "accountCreateMagicURLSession",
                json!({"userId": "unique()", "email": ADA, "url": URL}),
                ADA,
                "accountUpdateMagicURLSession",
            ),
        ] {
            let token = app.guest().run(create, variables).await.field();
            let code = app.newest(to).await["code"].as_str().unwrap().to_owned();
            let wrong = if code == "111 112" { "222 222" } else { "111 112" };
            for _ in 0..4 {
                assert_eq!(redeem(&app, operation, &token, wrong).await.error(), WRONG);
            }
            let spelled = &spellings(&code)[spelling];
            assert_eq!(
                redeem(&app, operation, &token, spelled).await.error(),
                "ok",
                "{create} {spelled:?}"
            );
            assert_eq!(
                redeem(&app, operation, &token, spelled).await.error(),
                WRONG,
                "it is used up"
            );
        }
    }
}

/// C-35: a wrong code in any spelling is one try of five.
#[tokio::test]
async fn a_wrong_code_costs_one_try() {
    let app = TestApp::with("limits.rates = false").await;
    let token = app
        .guest()
        .run("accountCreateEmailToken", json!({"userId": "unique()", "email": ADA}))
        .await
        .field();
    let code = app.newest(ADA).await["code"].as_str().unwrap().to_owned();
    let wrong = if code == "111111" { "222222" } else { "111111" };
    for spelled in &spellings(wrong)[..5] {
        assert_eq!(redeem(&app, "accountCreateSession", &token, spelled).await.error(), WRONG);
    }

    assert_eq!(redeem(&app, "accountCreateSession", &token, &code).await.error(), WRONG);
}

/// C-35: the secret of a link counts with spaces and line breaks around it, for each of its uses.
#[tokio::test]
async fn a_pasted_link_secret_counts() {
    let app = TestApp::with("limits.rates = false").await;
    for (before, behind) in [("", "\n"), (" ", " "), ("\u{a0}", "\r\n"), ("\u{feff}", "")] {
        let link = json!({"userId": "unique()", "email": ADA, "url": URL});
        let token = app.guest().run("accountCreateMagicURLSession", link).await.field();
        let secret = app.newest(ADA).await["secret"].as_str().unwrap().to_owned();
        let pasted = format!("{before}{secret}{behind}");
        let session = redeem(&app, "accountUpdateMagicURLSession", &token, &pasted).await.field();
        let ada = app.guest().with_session(session["secret"].as_str().unwrap());

        let user_id = account(&ada).await["_id"].clone();
        app.guest().run("accountCreateRecovery", json!({"email": ADA, "url": URL})).await.data();
        let secret = app.newest(ADA).await["secret"].as_str().unwrap().to_owned();
        let variables = json!({
            "userId": user_id, "secret": format!("{before}{secret}{behind}"), "password": PASSWORD,
        });
        assert_eq!(app.guest().run("accountUpdateRecovery", variables).await.error(), "ok");
    }
}
