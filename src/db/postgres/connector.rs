//! Opens the connections of the pool, and decides which may be used again.

use std::pin::pin;

use deadpool::managed::{
    Manager, Metrics, Object, Pool, PoolError, QueueMode, RecycleError, RecycleResult,
};
use sea_orm::SqlxError;
use sea_orm::sqlx::postgres::PgConnectOptions;
use sea_orm::sqlx::{Connection, PgConnection};
use tokio::time::{Duration, Instant, timeout};

use super::availability::Availability;

/// How many connections the pool has.
const CONNECTIONS: usize = 10;
/// How long a request waits for a free connection (AV-3).
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(2);
/// How long a connection may have been unused to be used untested.
const FRESH: Duration = Duration::from_secs(1);
/// How old a connection may be: what PostgreSQL keeps for one grows with time.
const MAX_AGE: Duration = Duration::from_secs(30 * 60);
/// How long PostgreSQL may be silent before it counts as away: 503 is answered within a second (AV-4).
const SILENCE_TIMEOUT: Duration = Duration::from_millis(900);

/// Opens connections.
#[derive(Debug)]
pub(super) struct Connector {
    /// Where to, and how.
    pub(super) options: PgConnectOptions,
}

/// A connection that goes back to its pool when it is dropped.
pub(super) type Pooled = Object<Connector>;

impl Connector {
    /// A pool of connections, which are opened when they are needed.
    pub(super) fn pool(options: PgConnectOptions) -> anyhow::Result<Pool<Self>> {
        let pool = Pool::builder(Self { options }).max_size(CONNECTIONS);
        // Those that were used a moment ago need no test.
        Ok(pool.queue_mode(QueueMode::Lifo).build()?)
    }
}

impl Manager for Connector {
    type Type = PgConnection;
    type Error = SqlxError;

    async fn create(&self) -> Result<PgConnection, SqlxError> {
        PgConnection::connect_with(&self.options).await
    }

    async fn recycle(
        &self,
        connection: &mut PgConnection,
        metrics: &Metrics,
    ) -> RecycleResult<SqlxError> {
        if metrics.age() > MAX_AGE {
            return Err(RecycleError::message("the connection is too old"));
        }
        if metrics.last_used() > FRESH {
            connection.ping().await?;
        }
        Ok(())
    }
}

/// Waits for a free connection to PostgreSQL, or a new one: up to two seconds while the server answers others, less long
/// while it answers nobody.
pub(super) async fn acquire(
    pool: &Pool<Connector>,
    availability: &Availability,
    began: Instant,
) -> Result<Pooled, SqlxError> {
    let mut acquire = pin!(timeout(ACQUIRE_TIMEOUT, pool.get()));
    let acquired = match timeout(SILENCE_TIMEOUT, &mut acquire).await {
        Ok(acquired) => acquired,
        Err(_) if availability.has_answered_since(began) => acquire.await,
        Err(_) => return Err(SqlxError::PoolTimedOut),
    };
    acquired.map_err(|_| SqlxError::PoolTimedOut)?.map_err(|error| match error {
        PoolError::Backend(error) => error,
        PoolError::Closed => SqlxError::PoolClosed,
        PoolError::Timeout(_) | PoolError::NoRuntimeSpecified | PoolError::PostCreateHook(_) => {
            SqlxError::PoolTimedOut
        }
    })
}
