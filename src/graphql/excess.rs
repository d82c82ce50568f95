//! The budget of documents that ask for more than the server takes.

use std::time::Duration;

use crate::app::App;
use crate::client::Client;
use crate::client::network::networks;
use crate::error::Result;
use crate::limiter::Budget;

/// How many documents beyond the limits a network may send in a minute.
const EXCESSES: u32 = 60;

/// Counts a document that asks for more than the server takes: it runs nothing, and yet it is no free try
/// (security.md RL-3).
pub async fn charge(app: &App, client: &Client) -> Result<()> {
    if !app.config.limits.rates {
        return Ok(());
    }
    let budget = Budget {
        key: format!("{}/excess", client.project.id),
        limit: EXCESSES,
        window: Duration::from_mins(1),
    };
    let networks = networks(client.ip).into_iter();
    let budgets: Vec<Budget> =
        networks.map(|(network, share)| budget.narrowed(&network, share)).collect();
    let now = app.clock.now();
    app.limiter.charge(&budgets, now).await?.check(now)
}
