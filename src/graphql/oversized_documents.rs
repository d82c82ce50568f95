//! The budget of documents that ask for more than the server takes.

use std::time::Duration;

use crate::app::App;
use crate::client::Client;
use crate::error::Result;
use crate::limiter::NetworkQuota;

/// How many documents beyond the limits a network may send in a minute.
const EXCESSES: u32 = 60;

/// Counts a document that asks for more than the server takes: it runs nothing, and yet it is no free try
/// (RL-3).
pub async fn charge(app: &App, client: &Client) -> Result<()> {
    let limit = (EXCESSES, Duration::from_mins(1));
    app.limiter
        .admit_network(client, NetworkQuota::OversizedDocuments, limit, app.clock.now())
        .await
}
