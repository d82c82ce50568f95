//! Deletes many rows a few at a time: calls come in between, and each statement ends within its time limit.

use sea_orm::sea_query::{IntoCondition, LockBehavior, LockType};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QuerySelect, QueryTrait};

use super::store::Store;

/// How many rows are deleted at a time.
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
