//! SQLite's errors, in the form that sqlx gives to those of PostgreSQL: one type for all that ask for a code or a kind.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use sea_orm::sqlx::error::{DatabaseError, ErrorKind};
use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr, SqlxError};

/// SQLite's code of an error without a code of its own.
const SQLITE_ERROR: i32 = 1;

/// An error of SQLite.
#[derive(Debug)]
pub(in crate::db) struct SqliteError {
    /// The extended code.
    pub(in crate::db) code: i32,
    message: String,
}

impl fmt::Display for SqliteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SQLite: {} (code {})", self.message, self.code)
    }
}

impl StdError for SqliteError {}

impl DatabaseError for SqliteError {
    fn message(&self) -> &str {
        &self.message
    }

    fn code(&self) -> Option<Cow<'_, str>> {
        Some(self.code.to_string().into())
    }

    fn as_error(&self) -> &(dyn StdError + Send + Sync + 'static) {
        self
    }

    fn as_error_mut(&mut self) -> &mut (dyn StdError + Send + Sync + 'static) {
        self
    }

    fn into_error(self: Box<Self>) -> Box<dyn StdError + Send + Sync + 'static> {
        self
    }

    fn kind(&self) -> ErrorKind {
        match self.code {
            // Of a primary key, of another key, of a row id.
            1555 | 2067 | 2579 => ErrorKind::UniqueViolation,
            787 => ErrorKind::ForeignKeyViolation,
            1299 => ErrorKind::NotNullViolation,
            275 => ErrorKind::CheckViolation,
            _ => ErrorKind::Other,
        }
    }
}

/// An error of rusqlite as one of SeaORM.
pub(super) fn to_db_err(error: rusqlite::Error) -> DbErr {
    let (code, message) = match error {
        rusqlite::Error::SqliteFailure(code, message) => {
            (code.extended_code, message.unwrap_or_else(|| code.to_string()))
        }
        // Without the statement, which the default text repeats.
        rusqlite::Error::SqlInputError { error, msg, .. } => (error.extended_code, msg),
        other => (SQLITE_ERROR, other.to_string()),
    };
    let error = SqlxError::Database(Box::new(SqliteError { code, message }));
    DbErr::Query(RuntimeErr::SqlxError(Arc::new(error)))
}

/// The error if there is no connection, or none any more.
pub(super) fn closed() -> DbErr {
    DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed)
}

/// The error of changes that have waited too long.
pub(super) fn timed_out() -> DbErr {
    DbErr::ConnectionAcquire(ConnAcquireErr::Timeout)
}
