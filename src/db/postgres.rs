//! PostgreSQL by way of sqlx: a pool of connections, which answers or fails in time.

use std::str::FromStr;
use std::sync::Arc;

use anyhow::{Context, bail};
use sea_orm::sqlx::ConnectOptions;
use sea_orm::sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sea_orm::{ConnAcquireErr, DatabaseConnection, DbBackend, DbErr, Statement};
use tokio::time::{Duration, Instant, sleep, timeout};

use super::failure::{DbFailure, to_db_err};
use super::usage::{Pool, Usage};

mod availability;
mod connector;
mod lease;
mod session;

use availability::Availability;
use connector::{Connector, acquire};
pub(super) use lease::Lease;
pub(crate) use session::lock_user_of;

/// How long a server that starts waits for its first connection.
const OPEN_TIMEOUT: Duration = Duration::from_secs(5);

/// How often to look whether the last connection was given back.
const CLOSING_PAUSE: Duration = Duration::from_millis(10);

/// The use of a PostgreSQL server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// All.
    Primary,
    /// Lists are read from it. Whether it answers is logged by `replicas/replica.rs`.
    Replica,
}

/// A database on a PostgreSQL server.
#[derive(Clone, Debug)]
pub struct Postgres {
    role: Role,
    pool: deadpool::managed::Pool<Connector>,
    availability: Arc<Availability>,
    usage: Arc<Usage>,
}

impl Postgres {
    /// Connects to the primary at `url`.
    pub(super) async fn open(url: &str) -> anyhow::Result<Self> {
        let postgres = Self::prepare(url, Role::Primary)?;
        let first = timeout(OPEN_TIMEOUT, connector::get(&postgres.pool)).await;
        drop(first.context("PostgreSQL doesn't answer")??);
        Ok(postgres)
    }

    /// Connects to `url` when a connection is needed.
    pub(super) fn prepare(url: &str, role: Role) -> anyhow::Result<Self> {
        let options = PgConnectOptions::from_str(url)?.application_name("accountd").options([
            ("statement_timeout", "2500"),
            ("lock_timeout", "1000"),
            ("idle_in_transaction_session_timeout", "10000"),
        ]);
        let pool = Connector::pool(options.disable_statement_logging())?;
        let availability = Arc::new(Availability::new(role == Role::Primary));
        Ok(Self { role, pool, availability, usage: Arc::default() })
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
        let pool = self.pool.status();
        let is_used_up = pool.available == 0 && pool.size >= pool.max_size;
        let wait = is_used_up.then(|| self.usage.wait());
        let connection = acquire(&self.pool, &self.availability, began).await.map_err(to_db_err);
        drop(wait);
        let connection = connection.inspect_err(|error| {
            if !self.is_closed() {
                self.availability.record(began, Instant::now(), Some(DbFailure::of(error)));
            }
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
        let pool = self.pool.status();
        let in_use = pool.size.saturating_sub(pool.available);
        let name = match self.role {
            Role::Primary => "postgres",
            Role::Replica => "replicas",
        };
        self.usage.pool(name, (in_use, pool.available, pool.max_size))
    }

    /// Connections of SeaORM's own, without time limits: for migrations and other steps while nothing is served.
    pub(super) fn for_maintenance(&self) -> DatabaseConnection {
        let options = self.pool.manager().options.clone();
        PgPoolOptions::new().connect_lazy_with(options).into()
    }

    /// Closes the connections, once each is given back.
    pub(super) async fn close(&self) {
        self.pool.close();
        while self.pool.status().size > 0 {
            sleep(CLOSING_PAUSE).await;
        }
    }

    /// Whether the connections are closed, or are about to be.
    pub(super) fn is_closed(&self) -> bool {
        self.pool.is_closed()
    }
}
