//! Steps of migrations that don't block servers on PostgreSQL; on SQLite no server runs meanwhile.
//!
//! A migration with such steps returns `Some(false)` from `use_transaction`, because PostgreSQL builds and
//! drops indexes `CONCURRENTLY` only outside of transactions. It isn't recorded in one transaction with its
//! effects, and may run again after a kill, so each step must be repeatable.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{DbBackend, QueryResult, Statement};

/// Builds an index. An unfinished one of a killed start is rebuilt.
pub(crate) async fn create_index(
    manager: &SchemaManager<'_>,
    name: &str,
    mut index: IndexCreateStatement,
) -> Result<(), DbErr> {
    index.name(name).if_not_exists();
    if manager.get_database_backend() == DbBackend::Postgres {
        drop_unfinished(manager, name).await?;
        index.concurrently();
    }
    manager.create_index(index).await
}

/// Builds an index of what `on` has: a table with its columns and expressions, `users (project_id, lower(name))`.
pub(crate) async fn create_index_on(
    manager: &SchemaManager<'_>,
    name: &str,
    on: &str,
) -> Result<(), DbErr> {
    let mut concurrently = "";
    if manager.get_database_backend() == DbBackend::Postgres {
        drop_unfinished(manager, name).await?;
        concurrently = "CONCURRENTLY ";
    }
    let create = format!("CREATE INDEX {concurrently}IF NOT EXISTS \"{name}\" ON {on}");
    manager.get_connection().execute_unprepared(&create).await.map(drop)
}

/// Drops an index.
pub(crate) async fn drop_index(manager: &SchemaManager<'_>, name: &str) -> Result<(), DbErr> {
    let mut index = Index::drop();
    index.name(name).if_exists();
    if manager.get_database_backend() == DbBackend::Postgres {
        index.concurrently();
    }
    manager.drop_index(index).await
}

/// Adds a column in a short transaction, which fails instead of waiting long for the table: statements of
/// servers queue behind it. The migration is then retried.
pub(crate) async fn add_column(
    manager: &SchemaManager<'_>,
    table: &'static str,
    column: ColumnDef,
) -> Result<(), DbErr> {
    let is_postgres = manager.get_database_backend() == DbBackend::Postgres;
    if is_postgres && manager.has_column(table, column.get_column_name()).await? {
        return Ok(());
    }
    let addition = Table::alter().table(table).add_column(column).take();
    if !is_postgres {
        return manager.alter_table(addition).await;
    }
    let tx = begin_short(manager).await?;
    tx.alter_table(addition).await?;
    tx.commit().await
}

/// Changes rows on PostgreSQL in a short transaction, which fails instead of waiting long for a row: servers wait for those
/// that it has locked already. The migration is then retried, so it must skip what was done before.
async fn change_rows(
    manager: &SchemaManager<'_>,
    statement: Statement,
) -> Result<Option<QueryResult>, DbErr> {
    let tx = begin_short(manager).await?;
    let row = tx.get_connection().query_one_raw(statement).await?;
    tx.commit().await?;
    Ok(row)
}

/// Fills rows of users in on PostgreSQL, a few users at a time. The statement takes the project and the id of a user, changes those
/// that come next, and returns the last one; none if no user is left.
pub(crate) async fn fill_users(manager: &SchemaManager<'_>, fill: &str) -> Result<(), DbErr> {
    let (mut project, mut user) = (String::new(), String::new());
    loop {
        let values = [project.as_str().into(), user.as_str().into()];
        let next = Statement::from_sql_and_values(DbBackend::Postgres, fill, values);
        let Some(last) = change_rows(manager, next).await? else { return Ok(()) };
        (project, user) = (last.try_get("", "project_id")?, last.try_get("", "id")?);
    }
}

/// Changes the schema on PostgreSQL in a short transaction, which fails instead of waiting long for a table. The migration is
/// then retried.
pub(crate) async fn change_in_short(
    manager: &SchemaManager<'_>,
    statements: &[String],
) -> Result<(), DbErr> {
    let tx = begin_short(manager).await?;
    for statement in statements {
        tx.get_connection().execute_unprepared(statement).await?;
    }
    tx.commit().await
}

/// Begins a transaction on PostgreSQL that waits for no lock for long.
async fn begin_short(manager: &SchemaManager<'_>) -> Result<SchemaManager<'static>, DbErr> {
    let tx = manager.begin().await?;
    tx.get_connection().execute_unprepared("SET LOCAL lock_timeout = '100ms'").await?;
    Ok(tx)
}

/// Drops an index that a killed start has left unfinished.
pub(crate) async fn drop_unfinished(manager: &SchemaManager<'_>, name: &str) -> Result<(), DbErr> {
    if is_unfinished(manager, name).await? { drop_index(manager, name).await } else { Ok(()) }
}

/// Whether an index is unfinished: writers maintain it, but no query uses it.
async fn is_unfinished(manager: &SchemaManager<'_>, name: &str) -> Result<bool, DbErr> {
    let query = Statement::from_sql_and_values(
        DbBackend::Postgres,
        "SELECT 1 FROM pg_index WHERE indexrelid = to_regclass(quote_ident($1)) AND NOT indisvalid",
        [name.into()],
    );
    Ok(manager.get_connection().query_one_raw(query).await?.is_some())
}
