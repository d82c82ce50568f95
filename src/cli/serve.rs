//! `accountd serve`: a server for production.

use super::check;
use super::server;
use crate::config::Config;

pub(super) async fn run(config: Config) -> anyhow::Result<()> {
    check(&config)?;
    server::run(config).await
}
