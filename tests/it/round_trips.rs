//! How often a call waits for PostgreSQL: over a network, that is most of its time.

use serde_json::{Value, json};

use crate::support::{Caller, Proxy, none};

/// How many round trips a call takes once its statements are prepared.
async fn count(proxy: &Proxy, caller: &Caller, field: &str, variables: Value) -> usize {
    caller.run(field, variables.clone()).await.data();
    let before = proxy.round_trips();
    caller.run(field, variables).await.data();
    proxy.round_trips() - before
}

/// A read of the account is one statement. A write is five: the caller; BEGIN; the caller again, with a lock; the change with its row
/// in the log; COMMIT.
#[tokio::test(flavor = "multi_thread")]
async fn calls_take_few_round_trips() {
    let Some((app, proxy)) = Proxy::before_postgres().await else { return };
    let ada = app.user("ada@example.com").await;
    let by_jwt = app.guest().with_jwt(&ada.jwt().await);
    let prefs = json!({"prefs": "{}"});

    for caller in [by_jwt, ada] {
        assert_eq!(count(&proxy, &caller, "accountGet", none()).await, 1);
        assert_eq!(count(&proxy, &caller, "accountUpdatePrefs", prefs.clone()).await, 5);
        assert_eq!(count(&proxy, &caller, "accountUpdateName", json!({"name": "A"})).await, 5);
    }
}
