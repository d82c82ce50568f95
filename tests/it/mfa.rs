//! Second factors.

use std::time::Duration;

use entity::Timestamp;
use serde_json::{Value, json};
use totp_rs::{Builder, Secret, Totp};

use crate::support::{Answer, Caller, PASSWORD, TestApp, none};

mod authenticators;
mod challenges;
mod gate;
mod guesses;
mod lockout;
mod notices;
mod paths;
mod races;
mod recovery_codes;
mod servers;
mod stale;

const ADA: &str = "ada@example.com";
const PHONE: &str = "+12065550100";
const URL: &str = "https://app.example.com/";
const HALF_OPEN: &str = "user_more_factors_required 401";
const WRONG: &str = "user_invalid_token 401";

/// An authenticator app.
#[derive(Clone)]
struct Phone {
    totp: Totp,
}

impl Phone {
    fn new(enrolment: &Value) -> Self {
        let secret = Secret::try_from_base32(enrolment["secret"].as_str().unwrap()).unwrap();
        Self { totp: Builder::new().with_secret(secret).build().unwrap() }
    }

    /// The code that it shows at a time.
    fn code_at(&self, time: Timestamp) -> String {
        self.totp.generate(u64::try_from(time.seconds()).unwrap()).to_string()
    }

    /// The code that it shows now.
    fn code(&self, app: &TestApp) -> String {
        self.code_at(app.clock.now())
    }

    /// A code that it shows neither now nor a step before or after.
    fn wrong_code(&self, app: &TestApp) -> String {
        let now = app.clock.now();
        let near = [-30_i64, 0, 30];
        let near = near.map(|s| self.code_at(Timestamp::from_millis(now.millis() + s * 1000)));
        let codes = ["000000", "111111", "222222", "333333"];
        (*codes.iter().find(|code| !near.contains(&(**code).to_owned())).unwrap()).to_owned()
    }
}

/// Adds an authenticator app and verifies it. The clock then goes on to its next code.
async fn enrol(app: &TestApp, caller: &Caller) -> Phone {
    let enrolment = caller.run("accountCreateMFAAuthenticator", json!({"type": "totp"})).await;
    let phone = Phone::new(&enrolment.field());
    let variables = json!({"type": "totp", "otp": phone.code(app)});
    caller.run("accountUpdateMFAAuthenticator", variables).await.data();
    app.advance(Duration::from_secs(30));
    phone
}

async fn switch(caller: &Caller, on: bool) -> Answer {
    caller.run("accountUpdateMFA", json!({"mfa": on})).await
}

/// Signs up with an authenticator app, and turns second factors on.
async fn protected(app: &TestApp, email: &str) -> (Caller, Phone) {
    let user = app.user(email).await;
    let phone = enrol(app, &user).await;
    switch(&user, true).await.data();
    (user, phone)
}

async fn create(caller: &Caller, factor: &str) -> Answer {
    caller.run("accountCreateMFAChallenge", json!({"factor": factor})).await
}

/// The id of a new challenge.
async fn challenge(caller: &Caller, factor: &str) -> Value {
    create(caller, factor).await.field()["_id"].clone()
}

async fn answer(caller: &Caller, id: &Value, otp: &str) -> Answer {
    caller.run("accountUpdateMFAChallenge", json!({"challengeId": id, "otp": otp})).await
}

/// Passes a new challenge with a code of the app.
async fn pass(app: &TestApp, caller: &Caller, phone: &Phone) -> Value {
    let id = challenge(caller, "totp").await;
    answer(caller, &id, &phone.code(app)).await.field()
}

async fn verify_email(app: &TestApp, caller: &Caller, email: &str) {
    caller.run("accountCreateVerification", json!({"url": URL})).await.data();
    let mail = app.newest(email).await;
    let variables = json!({"userId": mail["userId"], "secret": mail["secret"]});
    caller.run("accountUpdateVerification", variables).await.data();
}

async fn verify_phone(app: &TestApp, caller: &Caller) {
    let variables = json!({"phone": PHONE, "password": PASSWORD});
    caller.run("accountUpdatePhone", variables).await.data();
    let token = caller.run("accountCreatePhoneVerification", none()).await.field();
    let message = app.newest(PHONE).await;
    let variables = json!({"userId": token["userId"], "secret": message["code"]});
    caller.run("accountUpdatePhoneVerification", variables).await.data();
    // Another message to the number may be sent only after a while.
    app.advance(Duration::from_mins(2));
}

async fn get(caller: &Caller) -> String {
    caller.run("accountGet", none()).await.error()
}

/// Configuration of a project: a change of the password or of factors leaves other sessions.
const KEEPS_SESSIONS: &str = "[[projects]]\nid = \"kept\"\n[projects.security]\nend_other_sessions_on_password_change = false";

/// Signs in to a project of its own.
async fn sign_in_to(app: &TestApp, project: &str, email: &str) -> Caller {
    let guest = app.guest().with("x-appwrite-project", project);
    let variables = json!({"email": email, "password": PASSWORD});
    let session = guest.run("accountCreateEmailPasswordSession", variables).await.field();
    guest.with_session(session["secret"].as_str().unwrap())
}

/// Signs up and in to a project of its own.
async fn user_of(app: &TestApp, project: &str, email: &str) -> Caller {
    let guest = app.guest().with("x-appwrite-project", project);
    let variables = json!({"userId": "unique()", "email": email, "password": PASSWORD});
    guest.run("accountCreate", variables).await.data();
    sign_in_to(app, project, email).await
}

/// Signs in with a code by e-mail.
async fn sign_in_by_mail(app: &TestApp, email: &str) -> Caller {
    let guest = app.guest();
    let ask = json!({"userId": "unique()", "email": email});
    let token = guest.run("accountCreateEmailToken", ask).await.field();
    let mail = app.newest(email).await;
    let variables = json!({"userId": token["userId"], "secret": mail["code"]});
    let session = guest.run("accountCreateSession", variables).await.field();
    guest.with_session(session["secret"].as_str().unwrap())
}
