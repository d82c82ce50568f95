//! Rules of the schema that a write breaks.

use sea_orm::DbErr;
use sea_orm::sqlx::error::ErrorKind;

use super::failure::as_database_error;
use crate::error::{Error, Result};

/// Turns a broken unique key into an error of the user, at the write that broke it.
pub trait OnUnique<T> {
    /// Answers `error` when the write broke a unique key.
    fn on_unique(self, error: Error) -> Result<T>;
}

impl<T> OnUnique<T> for std::result::Result<T, DbErr> {
    fn on_unique(self, error: Error) -> Result<T> {
        self.map_err(|cause| match broken_rule(&cause) {
            Some(ErrorKind::UniqueViolation) => error,
            _ => cause.into(),
        })
    }
}

/// The rule of the schema that a write broke. SeaORM's own `sql_err` knows the errors of its own drivers only.
pub(crate) fn broken_rule(error: &DbErr) -> Option<ErrorKind> {
    Some(as_database_error(error)?.kind())
}
