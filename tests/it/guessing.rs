//! Guessing passwords and codes: how much of it there can be, and whom that must not hinder.

use std::net::IpAddr;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Answer, PASSWORD, TestApp};

const ADA: &str = "ada@example.com";
const PHONE: &str = "+12065550100";
const LIMITED: &str = "general_rate_limit_exceeded 429";
const WRONG: &str = "user_invalid_credentials 401";

async fn sign_in(app: &TestApp, ip: IpAddr, email: &str, password: &str) -> Answer {
    let variables = json!({"email": email, "password": password});
    app.guest_at(ip).run("accountCreateEmailPasswordSession", variables).await
}

/// An address of the network 192.0.2.0/24.
fn address(n: usize) -> IpAddr {
    [192, 0, 2, n as u8].into()
}

/// RL-12: fifty addresses that guess for an hour lock nobody out who comes from where he came from before.
#[tokio::test]
async fn guessing_is_no_weapon() {
    let app = TestApp::new().await;
    let home: IpAddr = [198, 51, 100, 7].into();
    let ada = json!({"userId": "unique()", "email": ADA, "password": PASSWORD});
    app.guest_at(home).run("accountCreate", ada).await.data();
    let mut compared = 0;
    for n in 0..500 {
        let guess = sign_in(&app, address(n % 50), ADA, "nope nope").await;
        compared += usize::from(guess.error() == WRONG);
        if n % 5 == 0 {
            assert_eq!(sign_in(&app, home, ADA, PASSWORD).await.error(), "ok", "{n}");
            app.advance(Duration::from_secs(36));
        }
    }

    assert!((100..=101).contains(&compared), "{compared}");
}

/// A hundred wrong passwords for one account an hour are possible from unknown IPs, however many there are
/// (D4); an unknown address looks the same.
#[tokio::test]
async fn unknown_ips_have_a_hundred_guesses_in_all() {
    let app = TestApp::new().await;
    app.sign_up(ADA).await;
    for email in [ADA, "nobody@example.com"] {
        for n in 0..100 {
            let wrong = sign_in(&app, address(n), email, "nope nope").await;
            assert_eq!(wrong.error(), WRONG);
        }

        assert_eq!(sign_in(&app, address(200), email, PASSWORD).await.error(), LIMITED);
    }
    app.advance(Duration::from_hours(1));
    assert_eq!(sign_in(&app, address(200), ADA, PASSWORD).await.error(), "ok");
}

async fn ask(app: &TestApp, create: &str, id: &str) -> Value {
    let variables = json!({"userId": id, "phone": PHONE});
    app.guest().run(create, variables).await.data();
    app.newest(PHONE).await["code"].clone()
}

async fn redeem(app: &TestApp, operation: &str, id: &str, code: &Value) -> Answer {
    app.guest().run(operation, json!({"userId": id, "secret": code})).await
}

/// OT-6: ten tries an hour are compared with the codes of one number, whatever ids they were asked for under.
#[tokio::test]
async fn another_id_is_no_other_quota() {
    let app = TestApp::with("sms.seconds_between = 0").await;
    let mut outcomes = Vec::new();
    for n in 0..4 {
        let id = format!("id{n}");
        ask(&app, "accountCreatePhoneToken", &id).await;
        for _ in 0..3 {
            outcomes.push(redeem(&app, "accountCreateSession", &id, &json!("x")).await.error());
        }
    }

    let (compared, refused) = outcomes.split_at(10);
    assert!(compared.iter().all(|outcome| outcome == "user_invalid_token 401"), "{compared:?}");
    assert_eq!(refused, [LIMITED, LIMITED]);
}

/// OT-6: of the codes that sign in with one number only the newest counts, whichever field has sent it.
#[tokio::test]
async fn one_code_signs_in_at_a_time() {
    let app = TestApp::with("sms.seconds_between = 0").await;
    let first = ask(&app, "accountCreatePhoneSession", "ada").await;
    let second = ask(&app, "accountCreatePhoneToken", "ada").await;

    let old = redeem(&app, "accountUpdatePhoneSession", "ada", &first).await;
    let new = redeem(&app, "accountCreateSession", "ada", &second).await;

    assert_eq!(old.error(), "user_invalid_token 401");
    assert_eq!(new.error(), "ok");
}

/// RL-15: a client that waits as long as it is told is served: a part of a second counts as a whole one.
#[tokio::test]
async fn waits_are_rounded_up() {
    let app = TestApp::new().await;
    app.sign_up(ADA).await;
    for _ in 0..10 {
        sign_in(&app, address(1), ADA, "nope nope").await;
    }
    app.advance(Duration::from_millis(500));

    let refused = sign_in(&app, address(1), ADA, "nope nope").await;
    assert_eq!(refused.json()["errors"][0]["extensions"]["retryAfter"], 3_600);
    assert_eq!(refused.header("retry-after"), "3600");
    assert_eq!(refused.header("ratelimit-reset"), "3600");
    let at: i64 = refused.header("x-ratelimit-reset").parse().unwrap();
    app.advance(Duration::from_millis(3_599_500) - Duration::from_millis(1));
    assert_eq!(sign_in(&app, address(1), ADA, PASSWORD).await.error(), LIMITED);
    app.advance(Duration::from_millis(1));
    assert!(at * 1_000 >= app.clock.now().millis(), "{at}");
    assert_eq!(sign_in(&app, address(1), ADA, PASSWORD).await.error(), "ok");
}

/// A success resets the failures, and the answer tells what is left after that: all of them, or what another limit leaves.
#[tokio::test]
async fn a_success_tells_the_full_budget() {
    let app = TestApp::new().await;
    app.sign_up(ADA).await;
    let guest = app.guest();
    let mut told = Vec::new();
    for password in ["nope nope", "nope nope", PASSWORD, "nope nope"] {
        let body = json!({"email": ADA, "password": password});
        let answer = guest.rest("POST", "/v1/account/sessions/email", body).await;
        let header = |name| answer.header(name).to_owned();
        told.push([header("ratelimit-limit"), header("ratelimit-remaining")].join(" "));
        if password == PASSWORD {
            assert_eq!(answer.header("ratelimit-reset"), "0");
        }
    }
    assert_eq!(told, ["10 9", "10 8", "10 10", "10 9"]);

    let variables = json!({"email": ADA, "password": PASSWORD});
    let answer = guest.run("accountCreateEmailPasswordSession", variables).await;
    let told = &answer.json()["extensions"]["rateLimit"]["accountCreateEmailPasswordSession"];
    assert_eq!(told, &json!({"limit": 10, "remaining": 10, "reset": 0}));
    for _ in 0..90 {
        let body = json!({"email": ADA, "password": PASSWORD});
        guest.rest("POST", "/v1/account/sessions/email", body).await;
    }
    let body = json!({"email": ADA, "password": PASSWORD});
    let answer = guest.rest("POST", "/v1/account/sessions/email", body).await;
    // 96 sign-ins of 100 from this network.
    assert_eq!(
        (answer.header("ratelimit-limit"), answer.header("ratelimit-remaining")),
        ("100", "4")
    );
}
