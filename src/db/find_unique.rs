//! Reading single rows.

use sea_orm::{ConnectionTrait, DbErr, EntityTrait, Select, SelectTwoRequired};

/// Reads the only row that a query by a unique key can find.
///
/// SeaORM's own `one` binds a `LIMIT`, for which SQLite compiles the statement anew at every execution: a sixth of the
/// time of a read (bench/README.md).
pub(crate) trait FindUnique<M> {
    /// The row, if there is one.
    async fn find_unique(self, db: &impl ConnectionTrait) -> std::result::Result<Option<M>, DbErr>;
}

impl<E: EntityTrait> FindUnique<E::Model> for Select<E> {
    async fn find_unique(
        self,
        db: &impl ConnectionTrait,
    ) -> std::result::Result<Option<E::Model>, DbErr> {
        Ok(self.all(db).await?.pop())
    }
}

impl<E: EntityTrait, F: EntityTrait> FindUnique<(E::Model, F::Model)> for SelectTwoRequired<E, F> {
    async fn find_unique(
        self,
        db: &impl ConnectionTrait,
    ) -> std::result::Result<Option<(E::Model, F::Model)>, DbErr> {
        Ok(self.all(db).await?.pop())
    }
}
