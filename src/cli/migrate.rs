//! `accountd migrate`: brings the database's schema up to date, ahead of a start.

use crate::config::Config;
use crate::db;

pub(super) async fn run(config: Config) -> anyhow::Result<()> {
    db::migrate(&config).await?;
    println!("the database is up to date");
    Ok(())
}
