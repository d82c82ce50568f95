//! Nothing reveals who has an account.

use std::time::Duration;

use axum::http::header::CONTENT_LENGTH;
use entity::message;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};

use crate::support::{Answer, PASSWORD, TestApp, none, rounds};

const URL: &str = "https://app.example.com/";

/// A server with a user of each kind: verified, unverified and blocked, each with a number of its own.
async fn start(settings: &str) -> TestApp {
    let app = TestApp::with(settings).await;
    for (name, phone) in
        [("known", "+12065550101"), ("blocked", "+12065550102"), ("verified", "+12065550103")]
    {
        let user = app.user(&format!("{name}@example.com")).await;
        user.run("accountUpdatePhone", json!({"phone": phone, "password": PASSWORD})).await.data();
        match name {
            "blocked" => drop(user.run("accountUpdateStatus", none()).await.data()),
            "verified" => {
                user.run("accountCreateVerification", json!({"url": URL})).await.data();
                let mail = app.newest("verified@example.com").await;
                let variables = json!({"userId": mail["userId"], "secret": mail["secret"]});
                user.run("accountUpdateVerification", variables).await.data();
            }
            _ => {}
        }
    }
    app
}

/// All of an answer that a client can see, with generated ids and phrases made alike.
pub(crate) fn seen(answer: &Answer) -> (u16, Vec<(String, String)>, String, usize) {
    // Each request has an id of its own.
    let headers = answer.headers.iter().filter(|(name, _)| *name != "x-request-id");
    let mut headers: Vec<_> = headers
        // It counts the phrase; the length without it is compared below.
        .filter(|(name, _)| *name != CONTENT_LENGTH)
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    headers.sort();
    let mut json = answer.json();
    let mut phrase_length = 0;
    for token in json["data"].as_object_mut().unwrap().values_mut() {
        for id in ["_id", "userId"] {
            let text = token[id].as_str().unwrap_or_default();
            let is_generated =
                text.len() == 20 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
            token[id] = json!(if is_generated { "generated" } else { text });
        }
        phrase_length += token["phrase"].as_str().map_or(0, str::len);
        token["phrase"] = json!(token["phrase"].as_str().map(str::is_empty));
    }
    (answer.status.as_u16(), headers, json.to_string(), answer.text.len() - phrase_length)
}

/// The fields that send a secret without a sign-in.
const CREATES: [&str; 7] = [
    "accountCreateRecovery",
    "accountCreateRecoveryOTP",
    "accountCreateMagicURLSession",
    "accountCreateMagicURLToken",
    "accountCreateEmailToken",
    "accountCreatePhoneSession",
    "accountCreatePhoneToken",
];

/// Asks for a secret for each of the users, and for one that isn't there: all get the same answer.
async fn assert_alike(app: &TestApp, create: &str, id: &str) {
    let ask = async |name: &str, phone: &str| {
        let email = format!("{name}@example.com");
        let variables = json!({
            "userId": id, "email": email, "phone": phone, "url": URL, "phrase": true,
        });
        seen(&app.guest().run(create, variables).await)
    };
    let known = ask("known", "+12065550101").await;
    for (name, phone) in
        [("blocked", "+12065550102"), ("verified", "+12065550103"), ("unknown", "+12065550104")]
    {
        assert_eq!(ask(name, phone).await, known, "{create} {name}");
    }
}

/// EN-1: a known, an unverified, a blocked and an unknown address get the same answer, header for header, ten times each
/// (60 times in the slow job).
#[tokio::test]
async fn answers_are_equal_for_all_addresses() {
    let app = start("limits.rates = false").await;
    for create in CREATES {
        for round in 0..rounds(10, 60) {
            assert_alike(&app, create, if round % 2 == 0 { "unique()" } else { "chosen" }).await;
        }
    }
}

/// EN-1: so they do with what the headers say of the limits, down to the refusal.
#[tokio::test]
async fn quotas_are_equal_for_all_addresses() {
    let app = start("").await;
    for create in CREATES {
        for _ in 0..11 {
            app.advance(Duration::from_secs(30));
            assert_alike(&app, create, "unique()").await;
        }
        app.advance(Duration::from_hours(2));
    }
}

/// D6, EN-3: behind the equal answers stands equal work: as many rows for an unknown address as for a known one.
#[tokio::test]
async fn an_unknown_address_costs_as_many_rows() {
    use sea_orm::{EntityTrait, PaginatorTrait};

    let app = start("limits.rates = false").await;
    let rows = async || {
        let db = app.app.db.read();
        [
            entity::token::Entity::find().count(db).await.unwrap(),
            entity::message::Entity::find().count(db).await.unwrap(),
            entity::security_log::Entity::find().count(db).await.unwrap(),
        ]
    };
    for create in
        ["accountCreateRecovery", "accountCreateRecoveryOTP", "accountCreateMagicURLSession"]
    {
        let mut costs = Vec::new();
        for email in ["verified@example.com", "unknown@example.com", "blocked@example.com"] {
            let before = rows().await;
            let variables = json!({"userId": "unique()", "email": email, "url": URL});
            app.guest().run(create, variables).await.data();
            let after = rows().await;
            costs.push([after[0] - before[0], after[1] - before[1], after[2] - before[2]]);
        }
        assert_eq!(costs[0], costs[1], "{create}");
        assert_eq!(costs[0], costs[2], "{create}");
    }
}

/// EN-6: an unknown user and a wrong, used or expired secret are refused alike, by every operation that redeems.
#[tokio::test]
async fn rejections_are_equal() {
    let app = start("limits.rates = false").await;
    for update in [
        "accountUpdateRecovery",
        "accountUpdateRecoveryOTP",
        "accountUpdateVerification",
        "accountUpdateEmailVerification",
        "accountUpdateEmailVerificationOTP",
        "accountUpdatePhoneVerification",
        "accountUpdateMagicURLSession",
        "accountUpdatePhoneSession",
        "accountCreateSession",
    ] {
        let mut answers = Vec::new();
        for user_id in ["nobody", "known", "x"] {
            for secret in ["f".repeat(64), "123456".to_owned(), "nonsense".to_owned()] {
                let variables = json!({"userId": user_id, "secret": secret, "password": "another good password"});
                let answer = app.guest().run(update, variables).await;
                assert_eq!(answer.error(), "user_invalid_token 401");
                answers.push((answer.status, answer.text));
            }
        }
        assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{update}");
    }
}

/// EN-5: where the project hides them, a taken address answers as a free one, and its owner gets a mail.
#[tokio::test]
async fn a_taken_address_may_be_hidden() {
    let app = TestApp::with(
        "limits.rates = false\n[[projects]]\nid = \"strict\"\nsecurity.hide_taken_addresses = true",
    )
    .await;
    let sign_up = async |id: &str, email: &str| {
        let variables = json!({"userId": id, "email": email, "password": PASSWORD, "name": "Eve"});
        let caller = app.guest().with("x-appwrite-project", "strict");
        caller.run("accountCreate", variables).await
    };
    sign_up("ada", "ada@example.com").await.data();

    let taken = sign_up("unique()", "ada@example.com").await;
    let free = sign_up("unique()", "new@example.com").await;

    let alike = |answer: &Answer, email: &str| {
        let (status, headers, text, length) = seen(answer);
        (status, headers, text.replace(email, "*"), length)
    };
    assert_eq!(alike(&taken, "ada@example.com"), alike(&free, "new@example.com"));
    // Ids are not chosen there: whether one is taken would reveal what became of the call before.
    // As many rows are written for both (EN-3).
    let rows = async |address: &str| {
        let rows = message::Entity::find().filter(message::Column::Recipient.eq(address));
        rows.all(app.app.db.read()).await.unwrap().len()
    };
    assert_eq!((rows("ada@example.com").await, rows("new@example.com").await), (2, 1));
    let third = sign_up("ada", "third@example.com").await.field();
    assert_ne!(third["_id"], "ada");
    let document = "{ devInbox(to: \"ada@example.com\") { kind } }";
    let caller = app.guest().with("x-appwrite-project", "strict");
    assert_eq!(caller.query(document).await.field()["kind"], "address_taken");
    // The password of the second try is nobody's.
    let variables = json!({"email": "new@example.com", "password": PASSWORD});
    assert_eq!(caller.run("accountCreateEmailSession", variables).await.error(), "ok");
}

/// NW-5: a mail goes to the stored address, and no look-alike of it reaches another account.
#[tokio::test]
async fn look_alikes_reach_nobody() {
    let app = TestApp::with("limits.rates = false").await;
    app.sign_up("mike@example.com").await;
    let lookalikes = [
        "m\u{131}ke@example.com",
        "mi\u{212a}e@example.com",
        "mike\u{ff20}example.com",
        "m\u{ed}ke@example.com",
        "m\u{456}ke@example.com",
        "ｍike@example.com",
        "mike@example\u{3002}com\u{3002}evil.test",
        "mike@examp\u{200b}le.com.evil.test",
        "mike@example.com\u{0}",
        "mike@example.com,eve@evil.test",
        "mike@example.com eve@evil.test",
        "mike@example.com\r\nBcc: eve@evil.test",
        "\"mike\"@example.com",
        "mike(comment)@example.com",
    ];
    for email in lookalikes {
        let variables = json!({"email": email, "url": URL});
        let answer = app.guest().run("accountCreateRecovery", variables).await;
        assert!(
            ["ok", "general_argument_invalid 400"].contains(&answer.error().as_str()),
            "{email}"
        );
    }
    assert_eq!(app.newest("mike@example.com").await, Value::Null);

    let variables = json!({"email": "MIKE@EXAMPLE.COM", "url": URL});
    app.guest().run("accountCreateRecovery", variables).await.data();

    assert_eq!(app.newest("mike@example.com").await["to"], "mike@example.com");
}
