//! `accountd serve`: a server for production.

use super::reload::Reload;
use super::server;
use crate::config::Config;

pub(super) async fn run(config: Config, reload: Reload) -> anyhow::Result<()> {
    server::run(config, Some(reload)).await
}
