//! The calls: what is sent, and what must come back.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, ensure};
use bench::clock::Time;
use bench::connection::Answer;
use bench::jwt::Jwt;
use bench::request::request;
use bench::user::User;
use memchr::memmem;
use serde_json::json;

use crate::Arguments;
use crate::scenario::{Credential, Operation, Scenario, Target};

/// Makes the calls of one scenario to one server.
#[derive(Debug)]
pub(crate) struct Work {
    target: Target,
    address: SocketAddr,
    scenario: Scenario,
    by: Credential,
    users: u32,
    sessions: u32,
    password: String,
    texts: u32,
    jwt: Jwt,
    /// All tokens are of this moment, as if their clients kept them.
    begun: Time,
    made: AtomicU32,
}

/// A request and its answer.
#[derive(Debug)]
pub(crate) struct Call {
    /// What is sent.
    pub(crate) request: Vec<u8>,
    /// What the answer holds.
    expected: [String; 2],
}

impl Work {
    /// Prepares what the command line asks for.
    pub(crate) fn new(arguments: &Arguments) -> anyhow::Result<Self> {
        ensure!(arguments.users > 0 && arguments.texts > 0, "there must be a user and a text");
        Ok(Self {
            target: arguments.target,
            address: arguments.address,
            scenario: arguments.scenario,
            by: arguments.by,
            users: arguments.users,
            sessions: arguments.sessions,
            password: arguments.password.clone(),
            texts: arguments.texts,
            jwt: Jwt::new(&arguments.master_secret)?,
            begun: Time::now(),
            made: AtomicU32::new(0),
        })
    }

    /// The next call, of a user and with a text that chance names.
    pub(crate) fn next(&self) -> anyhow::Result<Call> {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let operation = self.scenario.operation(number);
        let user = User(chance(number, 0, self.users)?);
        let text = chance(number, 1, self.texts)?;
        let shown = match (operation, self.by) {
            (Operation::SignIn, _) => None,
            (_, Credential::Token) => Some(("x-appwrite-jwt", user.token(&self.jwt, self.begun))),
            (_, Credential::Cookie) => {
                Some(("cookie", format!("a_session_default={}", user.cookie())))
            }
        };
        let mut headers = vec![("accept", "application/json")];
        headers.extend(shown.iter().map(|(name, value)| (*name, value.as_str())));
        let mark = format!("n{number:010}");
        let body = self.body(operation, user, text, &mark);
        Ok(Call {
            request: request(self.address, operation.start(self.target), &headers, &body),
            expected: self.expected(operation, user, mark),
        })
    }

    fn body(&self, operation: Operation, user: User, text: u32, mark: &str) -> String {
        let variables = match operation {
            Operation::Rest => return String::new(),
            Operation::Get | Operation::ListSessions => json!({}),
            Operation::UpdatePrefs => {
                json!({ "prefs": format!("{{\"theme\":\"dark\",\"seen\":\"{mark}\"}}") })
            }
            Operation::SignIn => json!({ "email": user.email(), "password": self.password }),
        };
        // The name of the operation makes it another text.
        let document = operation.document().replacen("Account", &format!("Account{text}"), 1);
        json!({ "query": document, "variables": variables }).to_string()
    }

    fn expected(&self, operation: Operation, user: User, mark: String) -> [String; 2] {
        let email = user.email();
        match operation {
            Operation::Get | Operation::Rest => {
                // By REST the key is `$id`.
                [format!("\"email\":\"{email}\""), format!("id\":\"{}\"", user.id())]
            }
            Operation::ListSessions => {
                [format!("\"providerUid\":\"{email}\""), format!("\"total\":{}", self.sessions)]
            }
            Operation::UpdatePrefs => [format!("\"email\":\"{email}\""), mark],
            Operation::SignIn => {
                [format!("\"providerUid\":\"{email}\""), format!("\"userId\":\"{}\"", user.id())]
            }
        }
    }
}

impl Call {
    /// Fails when the answer isn't the one that was to come.
    pub(crate) fn check(&self, Answer { status, body }: &Answer) -> anyhow::Result<()> {
        let text = || String::from_utf8_lossy(body);
        ensure!(*status == 200, "status {status}: {}", text());
        ensure!(memmem::find(body, b"\"errors\"").is_none(), "errors: {}", text());
        for expected in &self.expected {
            ensure!(memmem::find(body, expected.as_bytes()).is_some(), "no {expected}: {}", text());
        }
        Ok(())
    }
}

/// A number below `end`, by chance but the same in each run (splitmix64).
fn chance(call: u32, which: u64, end: u32) -> anyhow::Result<u32> {
    let seed = (u64::from(call) << 1 | which).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (seed ^ seed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    let below = (mixed ^ mixed >> 31).checked_rem(end.into()).context("nothing to choose from")?;
    Ok(u32::try_from(below)?)
}
