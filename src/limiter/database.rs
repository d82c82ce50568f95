//! Quotas in a database. With SQLite, in a separate file, so that counting a call needs no disk flush; with
//! PostgreSQL, in the common database.

use std::path::{Path, PathBuf};

use anyhow::Context;
use entity::{Timestamp, rate_limit};
use migration::LimitsMigrator;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect, Set};

use super::window::Calls;
use super::{Balance, Decision, Stored};
use crate::clock::Clock;
use crate::db::{AsIs, FindUnique, Store, Tx, batch};
use crate::error::Result;
use crate::{db, files};

mod time;

use time::Time;

/// Quotas as rows.
#[derive(Debug)]
pub(crate) struct Database {
    store: Store,
    time: Time,
}

impl Database {
    /// Opens the file `<name>-limits.db` beside an embedded database. Its calls survive the death of the
    /// process; a power cut may lose the last seconds.
    pub(super) async fn beside(file: &Path, db: &db::Db, clock: &Clock) -> anyhow::Result<Self> {
        let file = file_beside(file);
        files::create_private(&file)?;
        let store = Store::open_scratch(&file, db.disk_failure()).await?;
        db::apply::<LimitsMigrator>(&store.for_maintenance().await?).await?;
        let time = Time::of_process(&store, clock).await?;
        Ok(Self { store, time })
    }

    /// Uses the common database.
    pub(super) async fn within(db: &db::Db, clock: &Clock) -> anyhow::Result<Self> {
        db::apply::<LimitsMigrator>(&db.writer().for_maintenance().await?).await?;
        Ok(Self { store: db.writer().clone(), time: Time::OfStore(clock.clone()) })
    }

    /// Reads first, and writes only allowed calls: a flood of refused calls writes nothing (RL-14).
    pub(super) async fn charge(&self, quotas: &[Stored<'_>], now: Timestamp) -> Result<Decision> {
        if let Some(refused) = self.find_refused(quotas, now).await? {
            return Ok(refused);
        }
        let tx = Tx::begin(&self.store).await?;
        let mut rows = Vec::with_capacity(quotas.len());
        for (key, quota) in quotas {
            let row = lock(&tx, key).await?;
            rows.push((Calls::parse(&row.calls), row, quota));
        }
        // Read after the rows are locked: a call's time is not before that of calls it has waited for.
        let time = self.time.read(&tx).await?;
        let is_set_back = rows.iter().any(|(calls, ..)| calls.are_ahead(time));
        let mut allowed = true;
        for (calls, _, quota) in &mut rows {
            allowed &= calls.has_room(quota, time);
        }
        let mut balances = Vec::with_capacity(rows.len());
        for (mut calls, row, quota) in rows {
            if allowed {
                calls.add(time);
            }
            // After the clock was set back, future calls are stored as current ones. Otherwise they would
            // never leave the window.
            if allowed || is_set_back {
                let mut row = row.into_active_model();
                row.calls = Set(calls.to_text());
                row.expires_at = Set(time + quota.window);
                row.update_as_is(&tx).await?;
            }
            balances.push(calls.balance(quota, time));
        }
        if allowed || is_set_back {
            self.time.note(&tx, time).await?;
            tx.commit().await?;
        } else {
            tx.roll_back().await;
        }
        decision(allowed, balances, time, now)
    }

    /// The decision if a quota is already used up.
    async fn find_refused(
        &self,
        quotas: &[Stored<'_>],
        now: Timestamp,
    ) -> Result<Option<Decision>> {
        let keys = quotas.iter().map(|(key, _)| key.as_str());
        let rows = rate_limit::Entity::find().filter(rate_limit::Column::Key.is_in(keys));
        let rows = rows.all(&self.store).await?;
        let calls_of = |key: &str| {
            let row = rows.iter().find(|row| row.key == key);
            row.map(|row| Calls::parse(&row.calls)).unwrap_or_default()
        };
        if !quotas.iter().any(|(key, quota)| calls_of(key).reach(quota)) {
            return Ok(None);
        }
        let time = self.time.read(&self.store).await?;
        let mut allowed = true;
        let mut balances = Vec::with_capacity(quotas.len());
        for (key, quota) in quotas {
            let mut calls = calls_of(key);
            if calls.are_ahead(time) {
                return Ok(None);
            }
            allowed &= calls.has_room(quota, time);
            balances.push(calls.balance(quota, time));
        }
        if allowed { Ok(None) } else { decision(false, balances, time, now).map(Some) }
    }

    pub(super) async fn reset(&self, quotas: &[Stored<'_>]) -> Result<()> {
        let tx = Tx::begin(&self.store).await?;
        // One by one: a single statement would lock them in another order.
        for (key, _) in quotas {
            rate_limit::Entity::delete_by_id(key.as_str()).exec(&tx).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Fails if the last write found the disk full and another write still does. A commit proves that there
    /// is room.
    pub(super) async fn check(&self) -> Result<()> {
        if self.store.is_full() {
            let tx = Tx::begin(&self.store).await?;
            let time = self.time.read(&tx).await?;
            self.time.write(&tx, time).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Whether the last write found the disk full.
    pub(super) fn is_full(&self) -> bool {
        self.store.is_full()
    }

    /// Checkpoints the WAL of an SQLite file.
    pub(super) async fn checkpoint(&self) -> Result<()> {
        Ok(self.store.checkpoint().await?)
    }

    /// Deletes quotas without calls in their window. Locked ones are skipped, so that this never waits for a
    /// call.
    pub(super) async fn purge(&self) -> Result<()> {
        let time = self.time.read(&self.store).await?;
        self.time.note(&self.store, time).await?;
        let expired = rate_limit::Column::ExpiresAt.lte(time);
        batch::delete::<rate_limit::Entity>(&self.store, rate_limit::Column::Key, expired).await?;
        Ok(())
    }
}

/// The file with the limits of an embedded database.
pub(crate) fn file_beside(database: &Path) -> PathBuf {
    let mut name = database.file_stem().unwrap_or_default().to_owned();
    name.push("-limits.db");
    database.with_file_name(name)
}

fn decision(
    allowed: bool,
    balances: Vec<Balance>,
    time: Timestamp,
    now: Timestamp,
) -> Result<Decision> {
    let decision = Decision::over(allowed, balances).context("no quota was named")?;
    Ok(decision.moved(time, now))
}

/// Locks the row of a quota until the end of the transaction; creates it if needed.
async fn lock(tx: &Tx, key: &str) -> Result<rate_limit::Model> {
    let find = || rate_limit::Entity::find_by_id(key).lock_exclusive();
    if let Some(row) = find().find_unique(tx).await? {
        return Ok(row);
    }
    let expires_at = Timestamp::from_millis(0);
    let row = rate_limit::Model { key: key.to_owned(), calls: String::new(), expires_at };
    rate_limit::Entity::insert(row.into_active_model())
        // This update locks a row that another call has just created; otherwise it could be deleted at once.
        .on_conflict(
            OnConflict::column(rate_limit::Column::Key)
                .update_column(rate_limit::Column::Key)
                .to_owned(),
        )
        .exec_without_returning(tx)
        .await?;
    let row = find().find_unique(tx).await?;
    row.ok_or_else(|| anyhow::anyhow!("the row of a quota vanished").into())
}
