//! `accountd restore`: restores a backup, with all users signed out and the API keys revoked.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use clap::Args;
use migration::Migrator;
use sea_orm::DatabaseConnection;

use super::backup::without_password;
use super::data_source::DataSource;
use super::output::print;
use crate::clock::Clock;
use crate::config::Config;
use crate::db::after_restore::{Revoked, Sessions};
use crate::db::copy::Copy;
use crate::db::file::Access;
use crate::db::generation::Found;
use crate::db::lock_file::LockFile;
use crate::db::{Db, copy, file, generation, later};
use crate::random::Random;
use crate::{db, files};

#[derive(Args, Debug)]
pub(super) struct Restore {
    /// A file that `accountd backup` has written
    #[arg(required_unless_present = "in_place")]
    file: Option<PathBuf>,
    /// Accept the database that is already in place, for example from a dump or a snapshot; ends the same things in it
    #[arg(long, conflicts_with_all = ["file", "since"])]
    in_place: bool,
    /// Keep the sessions and API keys of the backup; users who have signed out since are then signed in again, and keys that
    /// were revoked since are valid again
    #[arg(long)]
    keep_sessions: bool,
    /// The database that the backup replaces: lists the users who were changed in it after the backup
    #[arg(long, value_name = "FILE")]
    since: Option<PathBuf>,
    #[command(flatten)]
    source: DataSource,
}

impl Restore {
    pub(super) async fn run(self, path: Option<&Path>) -> anyhow::Result<()> {
        let config = self.source.load_settings(path)?;
        let sessions = if self.keep_sessions { Sessions::Kept } else { Sessions::Ended };
        let Some(file) = &self.file else { return accept(&config, sessions).await };
        let Some(database) = config.database.file() else {
            bail!(
                "the rows are on PostgreSQL: fill an empty database with `pg_restore --no-owner --dbname={} {}`, then run \
                 `accountd restore --in-place` before a server starts",
                without_password(config.database.url.expose()),
                file.display()
            )
        };
        files::check_owner(&database)?;
        let _lock = LockFile::acquire_for_path(&database)?;
        check_empty(&database)?;
        let copy = read(file, &database).await?;
        let backup = generation::find(copy.db()).await?;
        db::apply::<Migrator>(copy.db()).await.context("the backup can't be migrated")?;
        let (now, random) = (Clock::system().now(), Random::System);
        let revoked = generation::prepare(copy.db(), &database, sessions, now, &random).await?;
        if let Some(old) = &self.since {
            list_changed(copy.db(), old).await?;
        }
        copy.persist().await?;
        match backup.and_then(|backup| backup.backed_up_at) {
            Some(time) => print(format_args!("restored {}, as of {time}", database.display())),
            None => print(format_args!("restored {}", database.display())),
        }?;
        report(&revoked)?;
        if self.since.is_none() {
            print(
                "users who were changed since: unknown; name the old database with --since to list them",
            )?;
        }
        Ok(())
    }
}

/// Ends the sessions and secrets in a database that is already in place.
async fn accept(config: &Config, sessions: Sessions) -> anyhow::Result<()> {
    let database = config.database.file();
    if let Some(database) = &database {
        ensure!(database.exists(), "there is no database at {}", database.display());
        files::check_owner(database)?;
    }
    let _lock = LockFile::acquire(database.clone())?;
    if let Some(database) = &database {
        // Fails if files of another database are beside it: they would be mixed.
        Found::at(database, Access::Write).await?;
    }
    let db = Db::open(config.database.url.expose().as_str()).await?;
    let (now, random) = (Clock::system().now(), Random::System);
    let rows = db.writer().for_maintenance().await?;
    let revoked = match &database {
        Some(database) => generation::accept(&rows, database, sessions, now, &random).await?,
        None => generation::dump::accept(&rows, sessions, now).await?,
    };
    drop(rows);
    db.close().await;
    print("accepted the database in place")?;
    report(&revoked)
}

fn report(revoked: &Revoked) -> anyhow::Result<()> {
    revoked.lines().into_iter().try_for_each(print)
}

/// Fails if a database or files of one are in place: SQLite would write their changes into the restored one.
fn check_empty(database: &Path) -> anyhow::Result<()> {
    for suffix in ["", "-wal", "-shm", "-journal"] {
        let path = files::with_suffix(database, suffix);
        let is_there = path.symlink_metadata().is_ok();
        ensure!(
            !is_there,
            "{} is in place: move it away, with its -wal, -shm and -journal files",
            path.display()
        );
    }
    Ok(())
}

/// Checks a backup, and copies it to its place.
async fn read(file: &Path, database: &Path) -> anyhow::Result<Copy> {
    let name = || format!("{} can't be restored", file.display());
    let source = file::open(file, Access::Read).await?;
    copy::check(&source).await.with_context(name)?;
    let copy = Copy::make(&source, database).await.with_context(name)?;
    source.close().await?;
    Ok(copy)
}

/// Prints a line for each user of the old database with a log row from after the backup.
async fn list_changed(backup: &DatabaseConnection, old: &Path) -> anyhow::Result<()> {
    let name = || format!("{} can't be read", old.display());
    let old = file::open(old, Access::Read).await?;
    let users = later::list(backup, &old).await.with_context(name)?;
    print(format_args!("users changed after the backup, whose changes are lost: {}", users.len()))?;
    users.iter().try_for_each(|user| print(format_args!("  {user}")))
}
