//! Opens the connections of the pool, and decides which may be used again.

use std::fmt;
use std::io;
use std::pin::pin;

use deadpool::managed::{
    Manager, Metrics, Object, Pool, PoolError, QueueMode, RecycleError, RecycleResult,
};
use sea_orm::SqlxError;
use sea_orm::sqlx::postgres::PgConnectOptions;
use sea_orm::sqlx::{Connection, PgConnection};
use tokio::time::{Duration, Instant, sleep, timeout};

use super::availability::Availability;

/// How many connections the pool has.
const CONNECTIONS: usize = 10;
/// How long a request waits for a free connection (AV-3).
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(2);
/// How long a connection may have been unused to be used untested.
const FRESH: Duration = Duration::from_secs(1);
/// How long a connection may have been unused at all: firewalls forget it without a word.
const MAX_IDLE: Duration = Duration::from_mins(5);
/// How long PostgreSQL may take to say that a connection is good.
const PING_TIMEOUT: Duration = Duration::from_millis(300);
/// How long to wait after a refused connection before the next attempt, at first and at most.
const PAUSES: [Duration; 2] = [Duration::from_millis(10), Duration::from_millis(200)];
/// How old a connection may be: what PostgreSQL keeps for one grows with time.
const MAX_AGE: Duration = Duration::from_mins(30);
/// How long PostgreSQL may be silent before it counts as away: 503 is answered within a second (AV-4).
const SILENCE_TIMEOUT: Duration = Duration::from_millis(900);

/// Opens connections.
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

// The options have the password.
impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connector").finish_non_exhaustive()
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
        if metrics.age() > MAX_AGE || metrics.last_used() > MAX_IDLE {
            return Err(RecycleError::message("the connection is too old"));
        }
        if metrics.last_used() > FRESH {
            let ping = timeout(PING_TIMEOUT, connection.ping()).await;
            ping.map_err(|_| RecycleError::message("PostgreSQL doesn't answer"))??;
        }
        Ok(())
    }
}

/// Takes a free connection, or opens one. If PostgreSQL refuses it for now, tries again.
pub(super) async fn get(pool: &Pool<Connector>) -> Result<Pooled, PoolError<SqlxError>> {
    let [mut pause, longest] = PAUSES;
    loop {
        match pool.get().await {
            Err(PoolError::Backend(error)) if is_passing(&error) => {
                sleep(pause).await;
                pause = longest.min(pause.saturating_mul(2));
            }
            taken => return taken,
        }
    }
}

/// Whether PostgreSQL takes no connections for now: it starts, or others have too many.
fn is_passing(error: &SqlxError) -> bool {
    match error {
        SqlxError::Io(error) => error.kind() == io::ErrorKind::ConnectionRefused,
        SqlxError::Database(error) => matches!(error.code().as_deref(), Some("57P03" | "53300")),
        _ => false,
    }
}

/// Waits for a free connection to PostgreSQL, or a new one: up to two seconds while the server answers others, less long
/// while it answers nobody.
pub(super) async fn acquire(
    pool: &Pool<Connector>,
    availability: &Availability,
    began: Instant,
) -> Result<Pooled, SqlxError> {
    let mut acquire = pin!(timeout(ACQUIRE_TIMEOUT, get(pool)));
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
