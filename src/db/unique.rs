//! Unique keys that a write breaks.

use sea_orm::{DbErr, SqlErr};

use crate::error::{Error, Result};

/// Turns a broken unique key into an error of the user, at the write that broke it.
pub trait OnUnique<T> {
    /// Answers `error` when the write broke a unique key.
    fn on_unique(self, error: Error) -> Result<T>;
}

impl<T> OnUnique<T> for std::result::Result<T, DbErr> {
    fn on_unique(self, error: Error) -> Result<T> {
        self.map_err(|cause| match cause.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(_)) => error,
            _ => cause.into(),
        })
    }
}
