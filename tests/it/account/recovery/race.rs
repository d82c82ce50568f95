//! Many show one recovery secret at once.

use std::collections::HashMap;
use std::time::Duration;

use tokio::task::JoinSet;

use super::{ADA, can_sign_in, secret, update};
use crate::support::{TestApp, rounds};

/// Many show one secret at once, at three servers, each with another password: how many of them get which answer, and
/// the passwords of those who succeed.
async fn race(servers: &[TestApp; 3], callers: usize) -> (HashMap<String, usize>, Vec<String>) {
    // Messages of one moment have an order within one server only.
    servers[0].advance(Duration::from_millis(1));
    let (id, secret) = secret(&servers[0]).await;
    let mut calls = JoinSet::new();
    for n in 0..callers {
        let (app, id, secret) = (servers[n % 3].clone(), id.clone(), secret.clone());
        calls.spawn(async move {
            let password = format!("password number {n}");
            (update(&app, &id, &secret, &password).await.error(), password)
        });
    }
    let (mut counts, mut winners) = (HashMap::<String, usize>::new(), Vec::new());
    for (error, password) in calls.join_all().await {
        if error == "ok" {
            winners.push(password);
        }
        *counts.entry(error).or_default() += 1;
    }
    (counts, winners)
}

/// OT-1, MI-1: of a hundred who show one secret at once, one sets the password; five rounds (fifty of a thousand in the
/// slow job).
#[tokio::test(flavor = "multi_thread")]
async fn one_of_a_hundred_sets_the_password() {
    let servers = TestApp::with("limits.rates = false").await.three().await;
    servers[0].sign_up(ADA).await;
    let callers = rounds(100, 1_000);
    for _ in 0..rounds(5, 50) {
        let (counts, winners) = race(&servers, callers).await;

        assert_eq!(counts["ok"], 1, "{counts:?}");
        let refused = counts["user_invalid_token 401"];
        // On a machine under load some may find no connection in time, and change nothing.
        let busy = counts.get("general_server_busy 503").copied().unwrap_or_default();
        assert_eq!(refused + busy, callers - 1, "{counts:?}");
        assert!(can_sign_in(&servers[0], &winners[0]).await);
    }
}

/// OT-1: with limits on, at most ten of them are heard.
#[tokio::test(flavor = "multi_thread")]
async fn ten_of_a_hundred_are_answered() {
    let servers = TestApp::new().await.three().await;
    servers[0].sign_up(ADA).await;

    let (counts, winners) = race(&servers, 100).await;

    assert!(counts["general_rate_limit_exceeded 429"] >= 90, "{counts:?}");
    assert_eq!(winners.len(), 1);
    assert!(can_sign_in(&servers[0], &winners[0]).await);
}
