//! A pool of connections, which answers or fails in time.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use sea_orm::prelude::async_trait::async_trait;
use sea_orm::sqlx::pool::PoolConnection;
use sea_orm::sqlx::{PgPool, Postgres, SqlitePool};
use sea_orm::{
    ConnAcquireErr, ConnectionTrait, DatabaseConnection, DbBackend, DbErr, ExecResult, QueryResult,
    SqlxError, Statement,
};
use tokio::time::{Instant, timeout};

use super::availability::Availability;
use super::disk::{Disk, DiskFailure};
use super::failure::{DbFailure, to_db_err};
use super::lease::Lease;

/// How long PostgreSQL may be silent before it counts as away: 503 is answered within a second (AV-4).
const SILENCE_TIMEOUT: Duration = Duration::from_millis(900);

/// Connections to one database. A statement that is run on the pool itself is a transaction of its own.
#[derive(Clone, Debug)]
pub struct Pool(Connections);

#[derive(Clone, Debug)]
enum Connections {
    Sqlite { pool: SqlitePool, disk: Disk },
    Postgres { pool: PgPool, availability: Arc<Availability> },
}

impl Pool {
    /// Takes connections to an SQLite file. I/O errors are recorded in `failure`.
    pub(super) fn of_sqlite(pool: SqlitePool, failure: DiskFailure) -> Self {
        Self(Connections::Sqlite { pool, disk: Disk::new(failure) })
    }

    /// Takes connections to PostgreSQL.
    pub(super) fn of_postgres(pool: PgPool) -> Self {
        Self(Connections::Postgres { pool, availability: Arc::default() })
    }

    /// The same connections as SeaORM's own, without time limits: for migrations and other steps while nothing is served.
    pub fn for_maintenance(&self) -> DatabaseConnection {
        match &self.0 {
            Connections::Sqlite { pool, .. } => pool.clone().into(),
            Connections::Postgres { pool, .. } => pool.clone().into(),
        }
    }

    /// Closes the connections, once each is given back.
    pub(crate) async fn close(&self) {
        match &self.0 {
            Connections::Sqlite { pool, .. } => pool.close().await,
            Connections::Postgres { pool, .. } => pool.close().await,
        }
    }

    /// Whether the last write found the disk full.
    pub(crate) fn is_full(&self) -> bool {
        match &self.0 {
            Connections::Sqlite { disk, .. } => disk.is_full(),
            Connections::Postgres { .. } => false,
        }
    }

    /// Moves what was committed from the log of an SQLite file into the file, as far as no reader needs the old pages.
    pub(crate) async fn checkpoint(&self) -> Result<(), DbErr> {
        match self.0 {
            Connections::Sqlite { .. } => {
                self.execute_unprepared("PRAGMA wal_checkpoint(PASSIVE)").await?;
                Ok(())
            }
            Connections::Postgres { .. } => Ok(()),
        }
    }

    /// Takes a free connection. Fails after a second or two, and at once while the database is known not to answer.
    pub(super) async fn lease(&self) -> Result<Lease, DbErr> {
        match &self.0 {
            Connections::Sqlite { pool, disk } => {
                if !disk.admits() {
                    return Err(DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed));
                }
                let connection = pool.acquire().await.map_err(to_db_err);
                let connection = connection.inspect_err(|error| disk.record(error))?;
                // The disk may have failed while this waited.
                if !disk.admits() {
                    return Err(DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed));
                }
                Ok(Lease::of_sqlite(connection, disk.clone()))
            }
            Connections::Postgres { pool, availability } => {
                let began = Instant::now();
                if !availability.admits(began) {
                    return Err(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout));
                }
                let connection = acquire(pool, availability, began).await.map_err(to_db_err);
                let connection = connection.inspect_err(|error| {
                    availability.record(began, Instant::now(), Some(DbFailure::of(error)));
                })?;
                Ok(Lease::of_postgres(connection, Arc::clone(availability)))
            }
        }
    }
}

/// Waits for a free connection to PostgreSQL, or a new one: as long as the pool lets it while the server answers others,
/// less long while it answers nobody.
async fn acquire(
    pool: &PgPool,
    availability: &Availability,
    began: Instant,
) -> Result<PoolConnection<Postgres>, SqlxError> {
    let mut acquire = pin!(pool.acquire());
    match timeout(SILENCE_TIMEOUT, &mut acquire).await {
        Ok(acquired) => acquired,
        Err(_) if availability.has_answered_since(began) => acquire.await,
        Err(_) => Err(SqlxError::PoolTimedOut),
    }
}

#[async_trait]
impl ConnectionTrait for Pool {
    fn get_database_backend(&self) -> DbBackend {
        match &self.0 {
            Connections::Sqlite { .. } => DbBackend::Sqlite,
            Connections::Postgres { .. } => DbBackend::Postgres,
        }
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.lease().await?.execute(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.lease().await?.execute_text(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.lease().await?.query_one(statement).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.lease().await?.query_all(statement).await
    }
}
