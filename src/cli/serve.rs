//! `accountd serve`: a server for production.

use super::server;
use crate::config::Config;

pub(super) async fn run(config: Config) -> anyhow::Result<()> {
    config.check()?;
    server::run(config).await
}
