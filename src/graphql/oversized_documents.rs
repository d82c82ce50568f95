//! The rate limit of documents that exceed the limits on documents.

use std::time::Duration;

use crate::app::App;
use crate::client::Client;
use crate::error::Result;
use crate::limiter::NetworkQuota;

/// How many such documents a network may send in a minute.
const MAX_PER_MINUTE: u32 = 60;

/// Rejected documents count against the client's network, so probing the limits isn't free (RL-3).
pub async fn charge(app: &App, client: &Client) -> Result<()> {
    let limit = (MAX_PER_MINUTE, Duration::from_mins(1));
    app.limiter
        .charge_network(client, NetworkQuota::OversizedDocuments, limit, app.clock.now())
        .await
}
