//! The database: one pool for reading, one door for writing.

use std::ops::Deref;
use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use anyhow::bail;
use entity::Timestamp;
use entity::security_log;
use entity::session;
use entity::user;
use migration::Migrate;
use migration::Migrator;
use sea_orm::ActiveModelTrait;
use sea_orm::ConnectOptions;
use sea_orm::ConnectionTrait;
use sea_orm::Database;
use sea_orm::DatabaseConnection;
use sea_orm::DatabaseTransaction;
use sea_orm::DbBackend;
use sea_orm::EntityTrait;
use sea_orm::QuerySelect;
use sea_orm::Set;
use sea_orm::SqliteTransactionMode;
use sea_orm::Statement;
use sea_orm::TransactionOptions;
use sea_orm::TransactionTrait;
use sea_orm::sqlx::sqlite::SqliteJournalMode;
use sea_orm::sqlx::sqlite::SqliteSynchronous;

use crate::auth::caller::SignedIn;
use crate::client::Client;
use crate::config::Config;
use crate::data_lock::DataLock;
use crate::error::Error;
use crate::error::Result;
use crate::limiter::Store;

/// How many connections read an SQLite database at once.
const SQLITE_READERS: u32 = 4;
/// How many connections a PostgreSQL pool has.
const POSTGRES_CONNECTIONS: u32 = 10;
/// How long a request waits for a free connection (security.md AV-3).
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(2);
/// The advisory lock under which instances migrate one after the other.
const MIGRATION_LOCK: i64 = 0x6163_636f_756e_7464;

/// The database of all rows. SQLite has one writing connection and several that read;
/// on PostgreSQL both are the same pool.
#[derive(Clone, Debug)]
pub struct Db {
    read: DatabaseConnection,
    write: DatabaseConnection,
}

impl Db {
    /// Opens the database that `url` names (`sqlite:///path`, `postgres://…`) and brings its schema up to date.
    pub async fn open(url: &str) -> anyhow::Result<Self> {
        let write = connect(url, 1).await?;
        apply::<Migrator>(&write).await.context("the database can't be migrated")?;
        let read = match write.get_database_backend() {
            DbBackend::Sqlite => connect(url, SQLITE_READERS).await?,
            _ => write.clone(),
        };
        Ok(Self { read, write })
    }

    /// The connections that read.
    pub fn read(&self) -> &DatabaseConnection {
        &self.read
    }

    /// The connections that write: one on SQLite, the common pool on PostgreSQL. Changes go through [`Db::write`].
    pub fn writer(&self) -> &DatabaseConnection {
        &self.write
    }

    /// Carries out `change` in one transaction: all of it happens, with its rows in the security log, or nothing.
    ///
    /// Nothing slow belongs in here; passwords are hashed before.
    pub async fn write<T>(&self, change: impl AsyncFnOnce(&Tx) -> Result<T>) -> Result<T> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..Default::default()
        };
        let tx = Tx(self.write.begin_with_options(options).await?);
        let done = change(&tx).await?;
        tx.0.commit().await?;
        Ok(done)
    }

    /// Fails when the database doesn't answer.
    pub async fn ping(&self) -> Result<()> {
        Ok(self.read.ping().await?)
    }
}

/// An open transaction of the door: what a change may do besides its own statements.
#[derive(Debug)]
pub struct Tx(DatabaseTransaction);

impl Deref for Tx {
    type Target = DatabaseTransaction;

    fn deref(&self) -> &DatabaseTransaction {
        &self.0
    }
}

impl Tx {
    /// Reads a user and keeps other writers of the same user out until the end of the transaction.
    pub async fn lock_user(
        &self,
        key: (entity::ProjectId, entity::UserId),
    ) -> Result<Option<user::Model>> {
        Ok(user::Entity::find_by_id(key).lock_exclusive().one(&self.0).await?)
    }

    /// Reads the caller's user again, locked, after making sure that the session still stands.
    ///
    /// A change that began before its session was revoked, or its user blocked, ends here.
    pub async fn confirm(&self, caller: &SignedIn, now: Timestamp) -> Result<user::Model> {
        let Some(user) = self.lock_user(caller.user_key()).await? else {
            return Err(caller.refusal());
        };
        let session = session::Entity::find_by_id(caller.session.id.clone()).one(&self.0).await?;
        if session.is_none_or(|session| session.expires_at <= now) {
            return Err(caller.refusal());
        }
        if !user.enabled {
            return Err(Error::UserBlocked);
        }
        Ok(user)
    }

    /// Writes one row of the security log about `user`.
    pub async fn log(
        &self,
        event: &str,
        user: &user::Model,
        client: &Client,
        now: Timestamp,
    ) -> Result<()> {
        let row = security_log::ActiveModel {
            user_id: Set(Some(user.id.clone())),
            user_email: Set(user.email.clone().unwrap_or_default()),
            user_name: Set(user.name.clone()),
            ..log_row(event, client, now)
        };
        row.insert(&self.0).await?;
        Ok(())
    }

    /// Writes one row of the security log about an account that doesn't exist.
    pub async fn log_nobody(&self, event: &str, client: &Client, now: Timestamp) -> Result<()> {
        let row = security_log::ActiveModel {
            user_id: Set(None),
            user_email: Set(String::new()),
            user_name: Set(String::new()),
            ..log_row(event, client, now)
        };
        row.insert(&self.0).await?;
        Ok(())
    }
}

/// What every row of the log says of its event and the client.
fn log_row(event: &str, client: &Client, now: Timestamp) -> security_log::ActiveModel {
    security_log::ActiveModel {
        project_id: Set(client.project.id.clone()),
        event: Set(event.to_owned()),
        ip: Set(client.ip.to_string()),
        user_agent: Set(client.user_agent.clone()),
        country_code: Set(client.country_code.clone()),
        created_at: Set(now),
        ..Default::default()
    }
}

/// Brings the schema of the configured database up to date, without serving it.
pub async fn migrate(config: &Config) -> anyhow::Result<()> {
    let _lock = DataLock::take(config.database.file())?;
    let db = Db::open(config.database.url.expose().as_str()).await?;
    Store::open(config, &db).await?;
    Ok(())
}

/// Connects to `url` with a pool; on SQLite with up to `connections`.
pub(crate) async fn connect(url: &str, connections: u32) -> anyhow::Result<DatabaseConnection> {
    let sqlite = url.starts_with("sqlite:");
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(if sqlite { connections } else { POSTGRES_CONNECTIONS })
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(|options| {
            options
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .foreign_keys(true)
                .busy_timeout(Duration::from_secs(10))
                .statement_cache_capacity(256)
        })
        .map_sqlx_postgres_opts(|options| {
            options.application_name("accountd").options([
                ("statement_timeout", "3000"),
                ("lock_timeout", "1000"),
                ("idle_in_transaction_session_timeout", "10000"),
            ])
        });
    let db = Database::connect(options).await.context("the database can't be opened")?;
    if sqlite {
        check_sqlite_version(&db).await?;
    }
    Ok(db)
}

/// Opens a database file whose writes survive the death of the process, but not always a power cut.
pub(crate) async fn open_scratch(file: &Path) -> anyhow::Result<DatabaseConnection> {
    let mut options = ConnectOptions::new(format!("sqlite://{}", file.display()));
    options.max_connections(1).sqlx_logging(false);
    let file = file.to_owned();
    options.map_sqlx_sqlite_opts(move |options| {
        options
            .filename(&file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
    });
    Database::connect(options).await.context("the rate limits can't be opened")
}

/// Applies the migrations of `M` that are missing, one process at a time, all of them or none.
pub(crate) async fn apply<M: Migrate>(db: &DatabaseConnection) -> anyhow::Result<()> {
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..Default::default()
    };
    let tx = db.begin_with_options(options).await?;
    if db.get_database_backend() == DbBackend::Postgres {
        tx.execute_unprepared("SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0")
            .await?;
        let lock = format!("SELECT pg_advisory_xact_lock({MIGRATION_LOCK})");
        tx.execute_unprepared(&lock).await?;
    }
    M::up(&tx, None).await?;
    tx.commit().await?;
    Ok(())
}

/// Refuses an SQLite that can lose committed writes (security.md DU-5: the WAL-reset race).
async fn check_sqlite_version(db: &DatabaseConnection) -> anyhow::Result<()> {
    let statement = Statement::from_string(DbBackend::Sqlite, "SELECT sqlite_version() AS version");
    let row = db.query_one_raw(statement).await?.context("SQLite doesn't tell its version")?;
    let version: String = row.try_get("", "version")?;
    if !is_safe_sqlite(&version) {
        bail!("SQLite {version} can lose committed writes; 3.51.3 or newer is needed");
    }
    Ok(())
}

/// Whether the WAL-reset race is mended in this version of SQLite.
fn is_safe_sqlite(version: &str) -> bool {
    let parts: Vec<u32> = version.split('.').map_while(|part| part.parse().ok()).collect();
    match parts.as_slice() {
        [3, 44, patch, ..] => *patch >= 6,
        [3, 50, patch, ..] => *patch >= 7,
        [3, 51, patch, ..] => *patch >= 3,
        [3, minor, ..] => *minor > 51,
        [major, ..] => *major > 3,
        [] => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// DU-5: 3.51.3 and later, and the two lines that were mended.
    #[test]
    fn only_a_mended_sqlite_is_safe() {
        for version in ["3.51.3", "3.52.0", "3.50.7", "3.44.6", "4.0.0"] {
            assert!(is_safe_sqlite(version), "{version}");
        }
        for version in ["3.51.2", "3.50.6", "3.46.0", "3.44.5", "3.7.0", ""] {
            assert!(!is_safe_sqlite(version), "{version}");
        }
    }
}
