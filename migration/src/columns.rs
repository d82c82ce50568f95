//! The types of columns that all tables use, and indexes of new tables.

use sea_orm_migration::prelude::*;

/// A required text.
pub(crate) fn text(name: impl IntoIden) -> ColumnDef {
    ColumnDef::new(name).string().not_null().take()
}

/// An optional text.
pub(crate) fn optional_text(name: impl IntoIden) -> ColumnDef {
    ColumnDef::new(name).string().null().take()
}

/// A text of any length, on PostgreSQL of the type `text`.
pub(crate) fn long_text(name: impl IntoIden) -> ColumnDef {
    ColumnDef::new(name).text().not_null().take()
}

/// A Boolean.
pub(crate) fn flag(name: impl IntoIden) -> ColumnDef {
    ColumnDef::new(name).boolean().not_null().take()
}

/// A required timestamp: milliseconds since 1970.
pub(crate) fn timestamp(name: impl IntoIden) -> ColumnDef {
    ColumnDef::new(name).big_integer().not_null().take()
}

/// An optional timestamp.
pub(crate) fn optional_timestamp(name: impl IntoIden) -> ColumnDef {
    ColumnDef::new(name).big_integer().null().take()
}

/// The foreign key from `project_id` and `user_id` to the user; rows are deleted with the user.
pub(crate) fn user_key(table: impl IntoTableRef) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .from(table, ("project_id", "user_id"))
        .to("users", ("project_id", "id"))
        .on_update(ForeignKeyAction::Cascade)
        .on_delete(ForeignKeyAction::Cascade)
        .take()
}

/// Creates an index of a table that is new, named after its columns.
pub(crate) async fn create_index(
    manager: &SchemaManager<'_>,
    table: &'static str,
    columns: &[&'static str],
    unique: bool,
) -> Result<(), DbErr> {
    let mut index = Index::create();
    index.name(format!("idx-{table}-{}", columns.join("-"))).table(table).if_not_exists();
    for column in columns {
        index.col(*column);
    }
    if unique {
        index.unique();
    }
    manager.create_index(index).await
}
