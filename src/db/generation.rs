//! Generations: how a server notices that an older copy of its database was put in place.
//!
//! An older copy brings back sessions that were signed out, users that were blocked, old passwords and used secrets.
//! `accountd restore` ends what it can of that. This module notices a copy that came by another way.
//!
//! An embedded database has one row in `generations`, and beside it lies a note, `<database>.generation`, with the
//! generation that was served last. Each start, each orderly stop, and every ten minutes in between begin a new
//! generation with a random id, so that a copy is soon out of date, whichever way it was made. The steps are:
//!
//! 1. At start, before anything is changed, the row is compared with the note. The database is the one that was served
//!    last if the row has the noted id, or names it as the previous one. Everything else was put in place by hand.
//! 2. The new generation is committed to the database, with the noted id as the previous one.
//! 3. The note is replaced and flushed. Only then does the server answer.
//!
//! A crash between 2 and 3 leaves a row whose previous id is the noted one, which step 1 lets pass: however often that
//! happens, the next generation names the noted one. A crash before 2 changes nothing. So a crash is never a false alarm.
//!
//! A copy by `accountd backup` also has the time of the backup in its row, which no served database has: it is noticed
//! on another machine, too, where there is no note. Never noticed: a snapshot of the whole folder, whose note is as old
//! as its database; a plain copy where there is no note; and after a crash a plain copy that is younger than the last
//! change of generations. PostgreSQL has a way of its own (`generation/dump.rs`).

use std::path::Path;

use anyhow::bail;
use entity::{Timestamp, generation};
use sea_orm::sea_query::Expr;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr, EntityTrait, IntoActiveModel};
use tracing::{info, warn};

use super::after_restore::{Revoked, Sessions};
use super::sqlite::file;
use super::sqlite::file::Access;
use super::store::Store;
use super::tx::Tx;
use super::{after_restore, copy};
use crate::config::Config;
use crate::files;
use crate::random::Random;

pub(crate) mod dump;
mod note;

use note::{Note, NoteFile};

/// The row of a database, and what is noted beside it.
#[derive(Debug)]
pub(crate) struct Found {
    row: Option<generation::Model>,
    note: Option<Note>,
    /// Whether there are tables; a file without any has nothing that could come back.
    has_rows: bool,
}

impl Found {
    /// Looks at the database in a file, and changes nothing.
    pub(crate) async fn at(database: &Path, access: Access) -> anyhow::Result<Self> {
        check_companions(database)?;
        let note = NoteFile::beside(database).read()?;
        let db = file::open(database, access).await?;
        let has_rows = copy::has_table(&db, "users").await?;
        let row = find(&db).await?;
        db.close().await?;
        Ok(Self { row, note, has_rows })
    }

    /// Says in which generation the database is.
    pub(crate) fn generation(&self) -> String {
        match &self.row {
            Some(row) => format!("{}, since {}", row.number, row.created_at),
            None => "none yet".to_owned(),
        }
    }

    /// Says why this can't be the database that was served last; nothing if it is.
    pub(crate) fn fault(&self) -> Option<String> {
        if !self.has_rows {
            return None;
        }
        if let Some(row) = &self.row
            && let Some(time) = row.backed_up_at
        {
            return Some(format!("it is a backup of {time} (generation {})", row.number));
        }
        let note = self.note.as_ref()?;
        let number = match &self.row {
            Some(row) if row.id == note.id || row.previous == note.id => return None,
            Some(row) => row.number.to_string(),
            None => "0".to_owned(),
        };
        let Note { number: served, created_at, .. } = note;
        Some(format!(
            "it is in generation {number}, and the one served here last is another: {served}, of {created_at}"
        ))
    }
}

/// Refuses an embedded database that was put in place by hand, unless the operator accepts it; answers whether that is
/// so.
pub(crate) async fn check(config: &Config) -> anyhow::Result<bool> {
    let Some(database) = config.database.file() else { return Ok(false) };
    let found = Found::at(&database, Access::Write).await?;
    let Some(fault) = found.fault() else {
        if config.accept_restored {
            info!("this database was served here last: there is nothing to accept");
        }
        return Ok(false);
    };
    let database = database.display();
    if config.accept_restored {
        warn!("{database} was put in place by hand: {fault}");
        return Ok(true);
    }
    bail!(
        "{database} was put in place by hand: {fault}; start once with --accept-restored, which ends all sessions and \
         one-time secrets in it, and revokes its API keys"
    )
}

/// Begins a generation of a database that is about to be served, of an accepted one with nobody signed in.
pub(crate) async fn start(
    db: &Store,
    config: &Config,
    is_accepted: bool,
    now: Timestamp,
    random: &Random,
) -> anyhow::Result<()> {
    let Some(database) = config.database.file() else {
        return dump::start(&db.for_maintenance().await?, config.accept_restored, now).await;
    };
    if is_accepted {
        let db = db.for_maintenance().await?;
        for line in accept(&db, &database, Sessions::Ended, now, random).await?.lines() {
            info!("{line}");
        }
        return Ok(());
    }
    advance(db, &database, now, random).await
}

/// Begins a new generation of the database in the file.
pub(crate) async fn advance(
    db: &Store,
    database: &Path,
    now: Timestamp,
    random: &Random,
) -> anyhow::Result<()> {
    let tx = Tx::begin(db).await?;
    let note = NoteFile::beside(database);
    let next = replace(&tx, note.read()?.as_ref(), now, random).await?;
    tx.commit().await?;
    note.write(&next)
}

/// Revokes what was signed in and sent out in a restored database, in one step with the new generation.
pub(crate) async fn accept(
    db: &DatabaseConnection,
    database: &Path,
    sessions: Sessions,
    now: Timestamp,
    random: &Random,
) -> anyhow::Result<Revoked> {
    let note = NoteFile::beside(database);
    let (revoked, next) = file::in_transaction(db, async |tx| {
        let revoked = after_restore::revoke(tx, sessions, now).await?;
        Ok((revoked, replace(tx, note.read()?.as_ref(), now, random).await?))
    })
    .await?;
    note.write(&next)?;
    Ok(revoked)
}

/// Revokes what was signed in and sent out in a copy that is about to be placed at `database`. The note there is left to
/// the first start.
pub(crate) async fn prepare(
    copy: &DatabaseConnection,
    database: &Path,
    sessions: Sessions,
    now: Timestamp,
    random: &Random,
) -> anyhow::Result<Revoked> {
    file::in_transaction(copy, async |tx| {
        let revoked = after_restore::revoke(tx, sessions, now).await?;
        replace(tx, NoteFile::beside(database).read()?.as_ref(), now, random).await?;
        Ok(revoked)
    })
    .await
}

/// Marks a copy as a backup. One of a database that was never served, or by an older accountd, stays without a mark.
pub(crate) async fn mark_backup(copy: &DatabaseConnection, now: Timestamp) -> anyhow::Result<()> {
    if copy::has_table(copy, "generations").await? {
        generation::Entity::update_many()
            .col_expr(generation::Column::BackedUpAt, Expr::value(now))
            .exec(copy)
            .await?;
    }
    Ok(())
}

/// The row of the database, if it has one.
pub(crate) async fn find(db: &impl ConnectionTrait) -> Result<Option<generation::Model>, DbErr> {
    if !copy::has_table(db, "generations").await? {
        return Ok(None);
    }
    generation::Entity::find().one(db).await
}

/// Replaces the row by that of the next generation, which names as its previous one the noted one; without a note, that
/// of the row.
async fn replace(
    tx: &impl ConnectionTrait,
    note: Option<&Note>,
    now: Timestamp,
    random: &Random,
) -> anyhow::Result<generation::Model> {
    let row = generation::Entity::find().one(tx).await?;
    let numbers = [row.as_ref().map(|row| row.number), note.map(|note| note.number)];
    let latest = numbers.into_iter().flatten().max().unwrap_or_default();
    let previous = note.map(|note| note.id.clone()).or(row.map(|row| row.id));
    let next = generation::Model {
        id: random.id(now),
        number: latest.saturating_add(1),
        previous: previous.unwrap_or_default(),
        created_at: now,
        backed_up_at: None,
    };
    generation::Entity::delete_many().exec(tx).await?;
    generation::Entity::insert(next.clone().into_active_model()).exec_without_returning(tx).await?;
    Ok(next)
}

/// Refuses a backup that was copied over a database whose log of changes still lies beside it: SQLite would write the
/// changes of the one into the other.
fn check_companions(database: &Path) -> anyhow::Result<()> {
    let log = files::with_suffix(database, "-wal");
    if copy::is_copy(database)? && log.metadata().is_ok_and(|log| log.len() > 0) {
        bail!(
            "{} was put in place by hand beside the {} of another database: move that away",
            database.display(),
            log.display()
        );
    }
    Ok(())
}
