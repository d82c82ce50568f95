//! The cost of rejecting a request: processor time, of the thread that does the work.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use serde_json::{Value, json};

use crate::support::{Caller, PASSWORD, TestApp, operation};

/// The most that a rejection may cost. A build for debugging is only measured roughly.
const MAX: Duration = Duration::from_millis(if cfg!(debug_assertions) { 250 } else { 5 });

/// The processor time that this thread has had.
fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.try_into().unwrap(), time.tv_nsec.try_into().unwrap())
}

/// Sends a request five times, and answers the least time that it took: in it the machine has no part.
async fn least(caller: &Caller, body: &Value, kind: &str) -> Duration {
    let mut least = Duration::MAX;
    for _ in 0..5 {
        let started = processor_time();
        let answer = caller.send(body).await;
        least = least.min(processor_time() - started);
        assert_eq!(answer.error().split(' ').next(), Some(kind), "{:.200}", answer.text);
    }
    least
}

/// Fragments `f0` to `f{levels}` in a chain, each spread `times` in the one before.
fn chain(levels: usize, times: usize) -> String {
    let fragment = |level: usize| {
        let spreads = format!("...f{} ", level + 1).repeat(times);
        format!("fragment f{level} on Query {{ {spreads} }} ")
    };
    let fragments: String = (0..levels).map(fragment).collect();
    format!("{{ ...f0 }} {fragments} fragment f{levels} on Query {{ __typename }}")
}

/// GQ-1, GQ-2, N-74, N-75, N-78: documents that grow while they are read are refused within 5 ms.
#[tokio::test]
async fn documents_are_refused_cheaply() {
    let app = TestApp::with("limits.rates = false").await;
    let guest = app.guest();
    let nested = |open: &str, close: &str, depth: usize| {
        let value = format!("{}{}", open.repeat(depth), close.repeat(depth));
        format!("mutation {{ accountUpdatePrefs(prefs: {value}) {{ _id }} }}")
    };
    let cycle = "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }".to_owned();
    for (name, document) in [
        ("2,000 lists", nested("[", "]", 2_000)),
        ("2,000 objects", nested("{a:", "}", 2_000)),
        ("24 fragments, twice", chain(24, 2)),
        ("31 fragments, twice", chain(31, 2)),
        ("8 fragments, 20 times", chain(8, 20)),
        ("a cycle", cycle),
    ] {
        let cost = least(&guest, &json!({"query": document}), "general_argument_invalid").await;
        assert!(cost < MAX, "{name}: {cost:?}");
    }
}

/// N-08: a JWT of 64 KiB is refused within 5 ms, whatever it begins with.
#[tokio::test]
async fn long_tokens_are_refused_cheaply() {
    let app = TestApp::with("limits.rates = false").await;
    let jwt = app.user("ada@example.com").await.jwt().await;
    let body = json!({"query": operation("accountGet")});
    for token in ["x".repeat(64 * 1024), format!("{jwt}{}", "x".repeat(63 * 1024))] {
        let cost = least(&app.guest().with_jwt(&token), &body, "user_jwt_invalid").await;
        assert!(cost < MAX, "{cost:?}");
    }
}

/// PW-2: a password of 257 bytes, or of 250 KiB, is refused within 5 ms, and not hashed.
#[tokio::test]
async fn long_passwords_are_refused_cheaply() {
    let app = TestApp::with("limits.rates = false").await;
    let ada = app.user("ada@example.com").await;
    let hashes = app.app.passwords.hashes();
    for length in [257, 250 * 1024] {
        for name in ["accountCreate", "accountCreateEmailSession", "accountUpdatePassword"] {
            let variables = json!({
                "userId": "unique()", "email": "eve@example.com", "oldPassword": PASSWORD,
                "password": "x".repeat(length),
            });
            let body = json!({"query": operation(name), "variables": variables});
            let cost = least(&ada, &body, "general_argument_invalid").await;
            assert!(cost < MAX, "{name} {length}: {cost:?}");
        }
    }
    assert_eq!(app.app.passwords.hashes(), hashes);
}
