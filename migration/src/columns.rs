//! The kinds of columns that every table uses.

use sea_orm_migration::prelude::*;

/// A text that is always there.
pub(crate) fn text(name: impl IntoIden) -> ColumnDef {
    ColumnDef::new(name).string().not_null().take()
}

/// A text that may be absent.
pub(crate) fn optional_text(name: impl IntoIden) -> ColumnDef {
    ColumnDef::new(name).string().null().take()
}

/// A text of any length, on PostgreSQL of the type `text`.
pub(crate) fn long_text(name: impl IntoIden) -> ColumnDef {
    ColumnDef::new(name).text().not_null().take()
}

/// Yes or no.
pub(crate) fn flag(name: impl IntoIden) -> ColumnDef {
    ColumnDef::new(name).boolean().not_null().take()
}

/// A point in time: milliseconds since 1970.
pub(crate) fn timestamp(name: impl IntoIden) -> ColumnDef {
    ColumnDef::new(name).big_integer().not_null().take()
}

/// A point in time that may be absent.
pub(crate) fn optional_timestamp(name: impl IntoIden) -> ColumnDef {
    ColumnDef::new(name).big_integer().null().take()
}

/// The key from a table's `project_id` and `user_id` to its user, whose rows go with the user.
pub(crate) fn user_key(table: impl IntoTableRef) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .from(table, ("project_id", "user_id"))
        .to("users", ("project_id", "id"))
        .on_update(ForeignKeyAction::Cascade)
        .on_delete(ForeignKeyAction::Cascade)
        .take()
}
