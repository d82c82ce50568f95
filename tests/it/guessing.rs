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
