//! `accountd migrate`: migrates the database before a start.

use super::output::print;
use crate::clock::Clock;
use crate::config::Config;
use crate::db::Db;
use crate::db::lock_file::LockFile;
use crate::files;
use crate::limiter::Store;

pub(super) async fn run(config: Config) -> anyhow::Result<()> {
    let database = config.database.file();
    database.as_deref().map_or(Ok(()), files::check_owner)?;
    let _lock = LockFile::acquire(database)?;
    let db = Db::open(config.database.url.expose().as_str()).await?;
    Store::open(&config, &db, &Clock::system()).await?;
    print("the database is up to date")
}
