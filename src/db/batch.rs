//! Deletes or changes many rows a few at a time: calls come in between, and each statement ends within its time limit.

use sea_orm::sea_query::{Expr, IntoCondition, LockBehavior, LockType};
use sea_orm::{
    ColumnTrait, DbErr, EntityTrait, ModelTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};

use super::Db;
use super::store::Store;

/// How many rows are deleted or read at a time.
const BATCH: u64 = 1_000;

/// Deletes the rows that meet `condition`, found by their primary key `key`. Rows that others have locked stay for the next time.
pub(crate) async fn delete<E: EntityTrait>(
    store: &Store,
    key: E::Column,
    condition: impl IntoCondition,
) -> Result<(), DbErr> {
    let condition = condition.into_condition();
    loop {
        let batch = E::find()
            .select_only()
            .column(key)
            .filter(condition.clone())
            .limit(BATCH)
            .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
            .into_query();
        let deleted = E::delete_many().filter(key.in_subquery(batch)).exec(store).await?;
        if deleted.rows_affected < BATCH {
            return Ok(());
        }
    }
}

/// Gives the column `text` of all rows the value that `renew` has for it. A row without one stays, and so does one that is
/// changed meanwhile. Returns how many were changed. `key` is the primary key, or unique like it.
pub(crate) async fn rewrite<E: EntityTrait>(
    db: &Db,
    (key, text): (E::Column, E::Column),
    renew: impl Fn(&E::Model) -> Option<String>,
) -> Result<u64, DbErr>
where
    E::Model: ModelTrait<Entity = E>,
{
    let mut changed: u64 = 0;
    let mut last = None;
    loop {
        let mut query = E::find().filter(text.ne("")).order_by_asc(key).limit(BATCH);
        if let Some(last) = last {
            query = query.filter(key.gt(last));
        }
        let rows = query.all(db.read()).await?;
        for row in &rows {
            let Some(new) = renew(row) else { continue };
            let done = E::update_many()
                .col_expr(text, Expr::value(new))
                .filter(key.eq(row.get(key)))
                .filter(text.eq(row.get(text)))
                .exec(db.writer());
            changed = changed.saturating_add(done.await?.rows_affected);
        }
        last = match rows.last() {
            Some(row) => Some(row.get(key)),
            None => return Ok(changed),
        };
    }
}
