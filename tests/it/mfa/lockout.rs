//! Whoever knows only the password must not keep the user out.

use std::net::IpAddr;
use std::time::Duration;

use serde_json::{Value, json};

use super::notices::kinds;
use super::{ADA, HALF_OPEN, Phone, WRONG, answer, challenge, create, enrol, get, pass, switch};
use crate::support::{Caller, PASSWORD, TestApp, none};

const LIMITED: &str = "general_rate_limit_exceeded 429";
/// Where the user has set up an app.
const HOME: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(198, 51, 100, 7));
/// Where the user has not been before.
const HOTEL: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(203, 0, 113, 9));

/// An address of the network 192.0.2.0/24.
fn elsewhere(n: usize) -> IpAddr {
    [192, 0, 2, n as u8].into()
}

async fn sign_in_at(app: &TestApp, ip: IpAddr) -> Caller {
    let guest = app.guest_at(ip);
    let variables = json!({"email": ADA, "password": PASSWORD});
    let session = guest.run("accountCreateEmailPasswordSession", variables).await.field();
    guest.with_session(session["secret"].as_str().unwrap())
}

/// Signs up, and sets up an app at home.
async fn start(app: &TestApp) -> (Caller, Phone) {
    app.sign_up(ADA).await;
    let ada = sign_in_at(app, HOME).await;
    let phone = enrol(app, &ada).await;
    switch(&ada, true).await.data();
    (ada, phone)
}

async fn recovery_code(ada: &Caller) -> Value {
    ada.run("accountCreateMFARecoveryCodes", none()).await.field()["recoveryCodes"][0].clone()
}

/// OA-8, RL-12: wrong codes from unknown IPs, however many, use up ten attempts an hour together. Where the user has
/// shown a factor before, and with a recovery code, the user comes in all the same.
#[tokio::test]
async fn a_guesser_locks_nobody_out() {
    let app = TestApp::new().await;
    let (ada, phone) = start(&app).await;
    let code = recovery_code(&ada).await;
    let mut compared = 0;
    for n in 0..20 {
        app.advance(Duration::from_secs(1));
        let thief = sign_in_at(&app, elsewhere(n)).await;
        let begun = create(&thief, "totp").await;
        if begun.error() == LIMITED {
            continue;
        }
        let id = &begun.field()["_id"];
        let guess = answer(&thief, id, &phone.wrong_code(&app)).await.error();
        assert!(guess == WRONG || guess == LIMITED, "{guess}");
        compared += usize::from(guess == WRONG);
    }
    assert_eq!(compared, 10);

    // At an address that is not known, a code of the app has to wait.
    app.advance(Duration::from_secs(1));
    let hotel = sign_in_at(&app, HOTEL).await;
    assert_eq!(create(&hotel, "totp").await.error(), LIMITED);
    // At home it counts.
    pass(&app, &sign_in_at(&app, HOME).await, &phone).await;
    // A recovery code counts everywhere, and makes the address a known one.
    let id = challenge(&hotel, "recoverycode").await;
    answer(&hotel, &id, code.as_str().unwrap()).await.data();
    app.advance(Duration::from_secs(30));
    pass(&app, &sign_in_at(&app, HOTEL).await, &phone).await;
}

/// OA-8: recovery codes can't be guessed, so wrong ones use up no tries of the user; a challenge still allows five.
#[tokio::test]
async fn wrong_recovery_codes_use_up_nothing() {
    let app = TestApp::new().await;
    let (ada, phone) = start(&app).await;
    recovery_code(&ada).await;
    for _ in 0..3 {
        let half = sign_in_at(&app, HOME).await;
        let id = challenge(&half, "recoveryCode").await;
        for _ in 0..6 {
            assert_eq!(answer(&half, &id, "0000-0000-0000-0000").await.error(), WRONG);
        }
    }

    pass(&app, &sign_in_at(&app, HOME).await, &phone).await;
}

/// OA-8: a wrong code of another kind is a guess, whatever the challenge is for.
#[tokio::test]
async fn a_challenge_for_a_recovery_code_is_no_way_around() {
    let app = TestApp::new().await;
    let (ada, phone) = start(&app).await;
    recovery_code(&ada).await;
    for _ in 0..2 {
        let half = app.sign_in(ADA).await;
        let id = challenge(&half, "recoveryCode").await;
        for _ in 0..5 {
            assert_eq!(answer(&half, &id, &phone.wrong_code(&app)).await.error(), WRONG);
        }
    }

    let half = app.sign_in(ADA).await;
    let id = challenge(&half, "totp").await;
    assert_eq!(answer(&half, &id, &phone.code(&app)).await.error(), LIMITED);
}

/// OA-8, RL-12: a sign-in by a password alone makes no address known, also not one from before second factors were on.
#[tokio::test]
async fn a_password_makes_no_address_known() {
    let app = TestApp::new().await;
    app.sign_up(ADA).await;
    let ada = sign_in_at(&app, HOME).await;
    for n in 0..4 {
        sign_in_at(&app, elsewhere(n)).await;
    }
    let phone = enrol(&app, &ada).await;
    switch(&ada, true).await.data();
    let mut compared = 0;
    for n in 0..4 {
        let thief = sign_in_at(&app, elsewhere(n)).await;
        let id = challenge(&thief, "totp").await;
        for _ in 0..4 {
            let guess = answer(&thief, &id, &phone.wrong_code(&app)).await.error();
            compared += usize::from(guess == WRONG);
        }
    }

    assert_eq!(compared, 10);
}

/// Guesses ten times within an hour, from addresses where the user has not been. Returns the errors.
async fn guess_for_an_hour(app: &TestApp, phone: &Phone) -> Vec<String> {
    let mut errors = Vec::new();
    for n in 0..2 {
        let thief = sign_in_at(app, elsewhere(n)).await;
        let id = challenge(&thief, "totp").await;
        for _ in 0..5 {
            errors.push(answer(&thief, &id, &phone.wrong_code(app)).await.error());
        }
    }
    app.advance(Duration::from_mins(61));
    errors
}

/// How many mails the user got about wrong codes.
async fn alerts(app: &TestApp) -> usize {
    kinds(app).await.iter().filter(|kind| *kind == "too_many_wrong_codes").count()
}

/// OA-8, OA-10: after a hundred wrong codes in a row in a day, no more are compared, and the user gets a mail. Where the user has shown
/// a factor before, and with a recovery code, the user comes in all the same.
#[tokio::test]
async fn a_hundred_wrong_codes_are_enough_for_a_day() {
    let app = TestApp::new().await;
    let (ada, phone) = start(&app).await;
    let code = recovery_code(&ada).await;
    for hour in 0..10 {
        assert_eq!(alerts(&app).await, 0, "{hour}");
        assert_eq!(guess_for_an_hour(&app, &phone).await, [WRONG; 10], "{hour}");
    }
    assert_eq!(alerts(&app).await, 1);

    let refused = guess_for_an_hour(&app, &phone).await;

    assert_eq!(refused, [LIMITED; 10]);
    assert_eq!(alerts(&app).await, 1);
    let hotel = sign_in_at(&app, HOTEL).await;
    let id = challenge(&hotel, "totp").await;
    assert_eq!(answer(&hotel, &id, &phone.code(&app)).await.error(), LIMITED);
    pass(&app, &sign_in_at(&app, HOME).await, &phone).await;
    let id = challenge(&hotel, "recoveryCode").await;
    answer(&hotel, &id, code.as_str().unwrap()).await.data();
    app.advance(Duration::from_hours(24));
    assert_eq!(guess_for_an_hour(&app, &phone).await, [WRONG; 10]);
}

/// OA-8: a success clears the wrong codes of the day.
#[tokio::test]
async fn a_success_clears_the_day() {
    let app = TestApp::new().await;
    let (_, phone) = start(&app).await;
    for _ in 0..9 {
        guess_for_an_hour(&app, &phone).await;
    }
    pass(&app, &sign_in_at(&app, HOTEL).await, &phone).await;

    for hour in 0..2 {
        assert_eq!(guess_for_an_hour(&app, &phone).await, [WRONG; 10], "{hour}");
    }
}

/// SJ-10, OA-6: five half-open sessions at most. Whoever signs in again and again with the password ends the own ones, neither
/// complete sessions nor the sign-in that the user is about to complete.
#[tokio::test]
async fn half_open_sessions_end_no_others() {
    let app = TestApp::with("limits.rates = false").await;
    let (ada, phone) = start(&app).await;
    let mut complete = vec![ada];
    for _ in 0..9 {
        let session = sign_in_at(&app, HOME).await;
        app.advance(Duration::from_secs(30));
        pass(&app, &session, &phone).await;
        complete.push(session);
    }
    let half = sign_in_at(&app, HOME).await;
    let mut thieves = Vec::new();
    for _ in 0..12 {
        thieves.push(sign_in_at(&app, elsewhere(1)).await);
    }

    let mut open = 0;
    for thief in &thieves {
        open += usize::from(get(thief).await == HALF_OPEN);
    }
    assert_eq!(open, 4);
    app.advance(Duration::from_secs(30));
    pass(&app, &half, &phone).await;
    assert_eq!(get(&half).await, "ok");
    // The oldest complete one made room for it.
    let mut kept = Vec::new();
    for session in &complete {
        kept.push(get(session).await == "ok");
    }
    assert_eq!(kept, [&[false][..], &[true; 9]].concat());
}

/// OA-6: from whatever addresses they come, only five are open at once: the oldest ends.
#[tokio::test]
async fn five_half_open_sessions_at_once() {
    let app = TestApp::with("limits.rates = false").await;
    start(&app).await;
    let mut opened = Vec::new();
    for n in 0..7 {
        opened.push(sign_in_at(&app, elsewhere(n)).await);
        app.advance(Duration::from_secs(1));
    }

    let mut open = Vec::new();
    for session in &opened {
        open.push(get(session).await == HALF_OPEN);
    }

    assert_eq!(open, [false, false, true, true, true, true, true]);
}
