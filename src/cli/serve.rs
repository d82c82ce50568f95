//! `accountd serve`: a server for production.

use super::{check, server};
use crate::config::Config;

pub(super) async fn run(config: Config) -> anyhow::Result<()> {
    check(&config)?;
    server::run(config).await
}
