//! Budgets in a database. Embedded, in a file of their own, so that counting a call needs no disk flush;
//! on PostgreSQL, in the common database.

use std::path::Path;
use std::path::PathBuf;

use entity::Timestamp;
use entity::rate_limit;
use migration::LimitsMigrator;
use sea_orm::ActiveModelTrait;
use sea_orm::ColumnTrait;
use sea_orm::EntityTrait;
use sea_orm::IntoActiveModel;
use sea_orm::QueryFilter;
use sea_orm::QuerySelect;
use sea_orm::QueryTrait;
use sea_orm::Set;
use sea_orm::sea_query::LockBehavior;
use sea_orm::sea_query::LockType;
use sea_orm::sea_query::OnConflict;

use super::Stored;
use super::Verdict;
use super::window::Calls;
use crate::db;
use crate::db::Only;
use crate::db::Pool;
use crate::db::Tx;
use crate::error::Result;
use crate::files;

/// Budgets as rows.
#[derive(Debug)]
pub(crate) struct Database(Pool);

impl Database {
    /// Opens the file `<name>-limits.db` beside an embedded database. Calls in it survive the death of the
    /// process; a power cut may cost the last seconds of them.
    pub(super) async fn beside(file: &Path, db: &db::Db) -> anyhow::Result<Self> {
        let file = file_beside(file);
        files::create_private(&file)?;
        let pool = db::open_scratch(&file, db.disk_failure()).await?;
        db::apply::<LimitsMigrator>(&pool.for_maintenance()).await?;
        Ok(Self(pool))
    }

    /// Uses the common database.
    pub(super) async fn within(db: &db::Db) -> anyhow::Result<Self> {
        db::apply::<LimitsMigrator>(&db.writer().for_maintenance()).await?;
        Ok(Self(db.writer().clone()))
    }

    pub(super) async fn charge(&self, budgets: &[Stored<'_>], now: Timestamp) -> Result<Verdict> {
        let tx = Tx::begin(&self.0).await?;
        let mut rows = Vec::with_capacity(budgets.len());
        for (key, budget) in budgets {
            let row = lock(&tx, key, now).await?;
            let mut calls = Calls::parse(&row.calls);
            let has_room = calls.has_room(budget, now);
            rows.push((row, calls, budget, has_room));
        }
        let allowed = rows.iter().all(|(.., has_room)| *has_room);
        let mut balances = Vec::with_capacity(rows.len());
        for (row, mut calls, budget, _) in rows {
            if allowed {
                calls.add(now);
                let mut row = row.into_active_model();
                row.calls = Set(calls.to_text());
                row.expires_at = Set(now + budget.window);
                row.update(&tx).await?;
            }
            balances.push(calls.balance(budget, now));
        }
        tx.commit().await?;
        Verdict::over(allowed, balances)
            .ok_or_else(|| anyhow::anyhow!("no budget was named").into())
    }

    pub(super) async fn reset(&self, budgets: &[Stored<'_>]) -> Result<()> {
        let tx = Tx::begin(&self.0).await?;
        // One by one: a single statement would lock them in an order of its own.
        for (key, _) in budgets {
            rate_limit::Entity::delete_by_id(key.as_str()).exec(&tx).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Deletes the budgets of which no call counts any more; the ones in use wait for the next time, so that
    /// this never waits for a call while calls wait for it.
    pub(super) async fn purge(&self, now: Timestamp) -> Result<()> {
        let expired = rate_limit::Entity::find()
            .select_only()
            .column(rate_limit::Column::Key)
            .filter(rate_limit::Column::ExpiresAt.lte(now))
            .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
            .into_query();
        rate_limit::Entity::delete_many()
            .filter(rate_limit::Column::Key.in_subquery(expired))
            .exec(&self.0)
            .await?;
        Ok(())
    }
}

/// The file with the limits of an embedded database.
pub(crate) fn file_beside(database: &Path) -> PathBuf {
    let mut name = database.file_stem().unwrap_or_default().to_owned();
    name.push("-limits.db");
    database.with_file_name(name)
}

/// The row of a budget, kept from other calls until the end of the transaction; made if there is none.
async fn lock(tx: &Tx, key: &str, now: Timestamp) -> Result<rate_limit::Model> {
    let find = || rate_limit::Entity::find_by_id(key).lock_exclusive();
    if let Some(row) = find().only(tx).await? {
        return Ok(row);
    }
    let row = rate_limit::Model { key: key.to_owned(), calls: String::new(), expires_at: now };
    rate_limit::Entity::insert(row.into_active_model())
        // A row that another call has just made is locked by this update; left alone, it could be deleted at once.
        .on_conflict(
            OnConflict::column(rate_limit::Column::Key)
                .update_column(rate_limit::Column::Key)
                .to_owned(),
        )
        .exec_without_returning(tx)
        .await?;
    let row = find().only(tx).await?;
    row.ok_or_else(|| anyhow::anyhow!("the row of a budget vanished").into())
}
