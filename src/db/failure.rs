//! Classifies errors of the database: whose fault it is, and what it means for the connection and the process.

use sea_orm::sqlx::error::DatabaseError;
use sea_orm::{DbErr, RuntimeErr, SqlxError, SqlxPostgresError};

use super::sqlite::SqliteError;
use crate::error::Error;

/// SQLite's code for a shared-memory file that can't grow: the disk is full.
const SQLITE_IOERR_SHMSIZE: i32 = 4874;

/// PostgreSQL's error for a commit that comes too late: a division by zero, see `postgres/lease.rs`.
const TOO_LATE: &str = "22012";

/// PostgreSQL's code for a statement that was given up after its time.
const STATEMENT_TIMEOUT: &str = "57014";

/// SQLite's code for the same.
const SQLITE_INTERRUPT: i32 = 9;

/// The kinds of errors that a database can answer with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DbFailure {
    /// The database gave up because of others at the same time. Nothing has changed; the same may succeed a moment later.
    Contended,
    /// Nobody answers, or not in time.
    Unreachable,
    /// PostgreSQL answers that it can't do this, whatever is asked: it has no space, takes no writes, or was asked too late.
    Refused,
    /// SQLite finds no space for what was to be written. Nothing has changed.
    DiskFull,
    /// SQLite could not read, write or flush its file. Nobody knows what the disk holds (DU-4).
    Io,
    /// The statement is at fault.
    Statement,
}

impl DbFailure {
    /// The kind of an error of SeaORM.
    pub(crate) fn of(error: &DbErr) -> Self {
        match error {
            DbErr::ConnectionAcquire(_) => Self::Unreachable,
            error => cause(error).map_or(Self::Statement, Self::of_sqlx),
        }
    }

    /// The kind of an error of sqlx.
    pub(super) fn of_sqlx(error: &SqlxError) -> Self {
        match error {
            SqlxError::Database(error) => Self::of_database(error.as_ref()),
            SqlxError::Io(_)
            | SqlxError::Tls(_)
            | SqlxError::Protocol(_)
            | SqlxError::PoolTimedOut
            | SqlxError::PoolClosed
            | SqlxError::WorkerCrashed
            | SqlxError::BeginFailed => Self::Unreachable,
            _ => Self::Statement,
        }
    }

    fn of_database(error: &(dyn DatabaseError + 'static)) -> Self {
        if let Some(error) = error.try_downcast_ref::<SqlxPostgresError>() {
            Self::of_postgres(error.code())
        } else if let Some(error) = error.try_downcast_ref::<SqliteError>() {
            Self::of_sqlite(error.code)
        } else {
            Self::Statement
        }
    }

    fn of_postgres(code: &str) -> Self {
        match code {
            // Serialization failure, deadlock, lock not available, statement time-out.
            "40001" | "40P01" | "55P03" | STATEMENT_TIMEOUT => Self::Contended,
            // A server that shuts down, has crashed or starts up.
            "57P01" | "57P02" | "57P03" => Self::Unreachable,
            // A transaction that took too long to be committed, or was idle for too long; a server that only reads.
            TOO_LATE | "25P03" | "25006" => Self::Refused,
            // No space, memory or connections at the server, which its operator sees.
            code if code.starts_with("53") => Self::Refused,
            code if code.starts_with("08") => Self::Unreachable,
            _ => Self::Statement,
        }
    }

    fn of_sqlite(code: i32) -> Self {
        // The lower byte has the kind, the others say more.
        match (code, code & 0xff) {
            // Busy, locked; interrupted after its time; no descriptor for another connection, or no sense of the others' locks.
            (_, 5 | 6 | SQLITE_INTERRUPT | 14 | 15) => Self::Contended,
            (SQLITE_IOERR_SHMSIZE, _) | (_, 13) => Self::DiskFull,
            (_, 10) => Self::Io,
            _ => Self::Statement,
        }
    }

    /// Whether the connection is as good as before: the database has answered, and knows what it is doing.
    pub(super) fn leaves_connection_whole(self) -> bool {
        match self {
            Self::Contended | Self::Statement => true,
            Self::Unreachable | Self::Refused | Self::DiskFull | Self::Io => false,
        }
    }
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        match DbFailure::of(&error) {
            // Of these the database's pool and the process's end say more (AV-3 to AV-5, DU-4).
            DbFailure::Contended
            | DbFailure::Unreachable
            | DbFailure::Refused
            | DbFailure::DiskFull
            | DbFailure::Io => Self::GeneralServerBusy,
            DbFailure::Statement => Self::Internal(error.into()),
        }
    }
}

/// The error of the driver behind one of SeaORM.
fn cause(error: &DbErr) -> Option<&SqlxError> {
    match error {
        DbErr::Exec(RuntimeErr::SqlxError(cause))
        | DbErr::Query(RuntimeErr::SqlxError(cause))
        | DbErr::Conn(RuntimeErr::SqlxError(cause)) => Some(cause),
        _ => None,
    }
}

/// The database's error, if it isn't one of SeaORM or the connection.
pub(super) fn as_database_error(error: &DbErr) -> Option<&(dyn DatabaseError + 'static)> {
    cause(error)?.as_database_error()
}

/// Whether the database has given a statement up because it took too long.
pub(crate) fn is_too_slow(error: &DbErr) -> bool {
    let Some(error) = as_database_error(error) else { return false };
    if let Some(error) = error.try_downcast_ref::<SqlxPostgresError>() {
        error.code() == STATEMENT_TIMEOUT
    } else if let Some(error) = error.try_downcast_ref::<SqliteError>() {
        error.code & 0xff == SQLITE_INTERRUPT
    } else {
        false
    }
}

/// An error of sqlx as one of SeaORM.
pub(super) fn to_db_err(error: SqlxError) -> DbErr {
    DbErr::Query(RuntimeErr::SqlxError(error.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_sqlite_are_distinguished() {
        for (code, kind) in [
            (5, DbFailure::Contended),
            (9, DbFailure::Contended),
            (517, DbFailure::Contended),
            (13, DbFailure::DiskFull),
            (4874, DbFailure::DiskFull),
            (10, DbFailure::Io),
            (778, DbFailure::Io),
            (1034, DbFailure::Io),
            (1555, DbFailure::Statement),
            (2067, DbFailure::Statement),
        ] {
            assert_eq!(DbFailure::of_sqlite(code), kind, "{code}");
        }
    }

    #[test]
    fn codes_of_postgres_are_distinguished() {
        for (code, kind) in [
            ("40P01", DbFailure::Contended),
            ("57014", DbFailure::Contended),
            ("57P01", DbFailure::Unreachable),
            ("57P03", DbFailure::Unreachable),
            ("53100", DbFailure::Refused),
            ("25006", DbFailure::Refused),
            ("08006", DbFailure::Unreachable),
            ("23505", DbFailure::Statement),
            ("42P01", DbFailure::Statement),
        ] {
            assert_eq!(DbFailure::of_postgres(code), kind, "{code}");
        }
    }
}
