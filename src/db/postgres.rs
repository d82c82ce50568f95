//! PostgreSQL by way of sqlx: a pool of connections, which answers or fails in time.

use std::pin::pin;
use std::str::FromStr;
use std::sync::Arc;

use anyhow::{Context, bail};
use sea_orm::sqlx::pool::PoolConnection;
use sea_orm::sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sea_orm::sqlx::{ConnectOptions, Connection, PgPool, Postgres as Driver};
use sea_orm::{ConnAcquireErr, DatabaseConnection, DbBackend, DbErr, SqlxError, Statement};
use tokio::time::{Duration, Instant, timeout};

use super::failure::{DbFailure, to_db_err};
use super::usage::{Pool, Usage};

mod availability;
mod lease;

use availability::Availability;
pub(super) use lease::Lease;

/// How many connections the pool has.
const CONNECTIONS: u32 = 10;
/// How long a request waits for a free connection (AV-3).
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(2);
/// How long a connection may have been idle to be used untested.
const FRESH: Duration = Duration::from_secs(1);
/// How long PostgreSQL may be silent before it counts as away: 503 is answered within a second (AV-4).
const SILENCE_TIMEOUT: Duration = Duration::from_millis(900);

/// A database on a PostgreSQL server.
#[derive(Clone, Debug)]
pub struct Postgres {
    pool: PgPool,
    availability: Arc<Availability>,
    usage: Arc<Usage>,
}

impl Postgres {
    /// Connects to `url`.
    pub(super) async fn open(url: &str) -> anyhow::Result<Self> {
        let options = PgConnectOptions::from_str(url)?.application_name("accountd").options([
            ("statement_timeout", "2500"),
            ("lock_timeout", "1000"),
            ("idle_in_transaction_session_timeout", "10000"),
        ]);
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .test_before_acquire(false)
            .before_acquire(|connection, meta| {
                Box::pin(async move {
                    // One that was used a moment ago was tested when it was given back.
                    if meta.idle_for > FRESH {
                        connection.ping().await?;
                    }
                    Ok(true)
                })
            })
            .connect_with(options.disable_statement_logging())
            .await?;
        Ok(Self { pool, availability: Arc::default(), usage: Arc::default() })
    }

    /// Fails when PostgreSQL is set to lose what it has acknowledged (DU-3).
    pub(super) async fn check_durability(&self) -> anyhow::Result<()> {
        for setting in ["fsync", "synchronous_commit"] {
            let query = format!("SELECT current_setting('{setting}') AS value");
            let row = self
                .lease()
                .await?
                .query_one(Statement::from_string(DbBackend::Postgres, query))
                .await?;
            let value: String =
                row.with_context(|| format!("{setting} is unknown"))?.try_get("", "value")?;
            if value == "off" {
                bail!(
                    "PostgreSQL has {setting} = off, so that it may lose what it has acknowledged: turn it on, \
                     or set database.allow_data_loss"
                );
            }
        }
        Ok(())
    }

    /// Takes a free connection. Fails after a second or two, and at once while the server is known not to answer.
    pub(super) async fn lease(&self) -> Result<Lease, DbErr> {
        let began = Instant::now();
        if !self.availability.admits(began) {
            return Err(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout));
        }
        let is_used_up = self.pool.num_idle() == 0 && self.pool.size() >= CONNECTIONS;
        let wait = is_used_up.then(|| self.usage.wait());
        let connection = acquire(&self.pool, &self.availability, began).await.map_err(to_db_err);
        drop(wait);
        let connection = connection.inspect_err(|error| {
            self.availability.record(began, Instant::now(), Some(DbFailure::of(error)));
        })?;
        Ok(Lease::new(connection, Arc::clone(&self.availability), Arc::clone(&self.usage)))
    }

    /// Begins a transaction on a connection of its own.
    pub(super) async fn begin(&self) -> Result<Lease, DbErr> {
        let mut lease = self.lease().await?;
        lease.begin().await?;
        Ok(lease)
    }

    /// The connections.
    pub(super) fn pool(&self) -> Pool {
        let open = usize::try_from(self.pool.size()).unwrap_or(usize::MAX);
        let idle = self.pool.num_idle();
        let max = usize::try_from(CONNECTIONS).unwrap_or(usize::MAX);
        self.usage.pool("postgres", (open.saturating_sub(idle), idle, max))
    }

    /// The same connections as SeaORM's own, without time limits: for migrations and other steps while nothing is served.
    pub(super) fn for_maintenance(&self) -> DatabaseConnection {
        self.pool.clone().into()
    }

    /// Closes the connections, once each is given back.
    pub(super) async fn close(&self) {
        self.pool.close().await;
    }
}

/// Waits for a free connection to PostgreSQL, or a new one: as long as the pool lets it while the server answers others,
/// less long while it answers nobody.
async fn acquire(
    pool: &PgPool,
    availability: &Availability,
    began: Instant,
) -> Result<PoolConnection<Driver>, SqlxError> {
    let mut acquire = pin!(pool.acquire());
    match timeout(SILENCE_TIMEOUT, &mut acquire).await {
        Ok(acquired) => acquired,
        Err(_) if availability.has_answered_since(began) => acquire.await,
        Err(_) => Err(SqlxError::PoolTimedOut),
    }
}
