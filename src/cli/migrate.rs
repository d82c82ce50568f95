//! `accountd migrate`: migrates the database before a start.

use crate::clock::Clock;
use crate::config::Config;
use crate::db::Db;
use crate::db::lock_file::LockFile;
use crate::limiter::Store;

pub(super) async fn run(config: Config) -> anyhow::Result<()> {
    let _lock = LockFile::acquire(config.database.file())?;
    let db = Db::open(config.database.url.expose().as_str()).await?;
    Store::open(&config, &db, &Clock::system()).await?;
    println!("the database is up to date");
    Ok(())
}
