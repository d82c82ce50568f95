//! Reading single rows.

use sea_orm::{ConnectionTrait, DbBackend, DbErr, EntityTrait, QueryTrait, Select};

use super::sqlite;

/// Reads the only row that a query by a unique key can find.
///
/// SeaORM's own `one` binds a `LIMIT`, for which SQLite compiles the statement anew at every execution: a sixth of the
/// time of a read (bench/README.md).
pub(crate) trait FindUnique<M> {
    /// The row, if there is one. Fails if SQLite finds another than was asked for (DU-9).
    async fn find_unique(self, db: &impl ConnectionTrait) -> std::result::Result<Option<M>, DbErr>;
}

impl<E: EntityTrait> FindUnique<E::Model> for Select<E> {
    async fn find_unique(
        self,
        db: &impl ConnectionTrait,
    ) -> std::result::Result<Option<E::Model>, DbErr> {
        let backend = db.get_database_backend();
        let mut rows = if backend == DbBackend::Sqlite {
            sqlite::query_checked(self.build(backend), db).await?
        } else {
            self.all(db).await?
        };
        Ok(rows.pop())
    }
}
