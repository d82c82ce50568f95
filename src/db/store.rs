//! Where rows are: in a file of this process, or on a server.

use std::path::Path;

use anyhow::Context;
use sea_orm::prelude::async_trait::async_trait;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, DbErr, ExecResult, QueryResult, Statement,
};
use url::Url;

use super::postgres::Postgres;
use super::sqlite::{DiskFailure, Durability, Sqlite};
use super::usage::Pool;
use crate::config::database::sqlite_file;

/// A database. A statement that is run on it is a transaction of its own.
#[derive(Clone, Debug)]
pub enum Store {
    /// An SQLite file. Queries read beside each other; all else is done in turns.
    Sqlite(Sqlite),
    /// A database on a PostgreSQL server.
    Postgres(Postgres),
}

impl Store {
    /// Opens the database that `url` names. I/O errors of SQLite are recorded in `disk_failure`.
    pub(super) async fn open(url: &Url, disk_failure: &DiskFailure) -> anyhow::Result<Self> {
        let opened = match sqlite_file(url) {
            Some(file) => {
                Sqlite::open(&file, Durability::Full, disk_failure).await.map(Self::Sqlite)
            }
            None => Box::pin(Postgres::open(url.as_str())).await.map(Self::Postgres),
        };
        opened.context("the database can't be opened")
    }

    /// Opens an SQLite file whose writes survive the death of the process, but not always a power cut.
    pub(crate) async fn open_scratch(
        file: &Path,
        disk_failure: &DiskFailure,
    ) -> anyhow::Result<Self> {
        let opened = Sqlite::open(file, Durability::Process, disk_failure).await;
        opened.map(Self::Sqlite).context("the rate limits can't be opened")
    }

    /// Fails when the database may lose what it has acknowledged. SQLite is set by us.
    pub(super) async fn check_durability(&self) -> anyhow::Result<()> {
        match self {
            Self::Sqlite(_) => Ok(()),
            Self::Postgres(postgres) => postgres.check_durability().await,
        }
    }

    /// Connections of SeaORM's own, without time limits: for migrations and other steps while nothing is served.
    pub async fn for_maintenance(&self) -> anyhow::Result<DatabaseConnection> {
        match self {
            Self::Sqlite(sqlite) => sqlite.for_maintenance().await,
            Self::Postgres(postgres) => Ok(postgres.for_maintenance()),
        }
    }

    /// The pools of connections.
    pub(super) fn pools(&self) -> Vec<Pool> {
        match self {
            Self::Sqlite(sqlite) => sqlite.pools(),
            Self::Postgres(postgres) => vec![postgres.pool()],
        }
    }

    /// Whether the last write found the disk full.
    pub(crate) fn is_full(&self) -> bool {
        match self {
            Self::Sqlite(sqlite) => sqlite.is_full(),
            Self::Postgres(_) => false,
        }
    }

    /// Moves what was committed from the log of an SQLite file into the file, as far as no reader needs the old pages.
    pub(crate) async fn checkpoint(&self) -> Result<(), DbErr> {
        match self {
            Self::Sqlite(sqlite) => sqlite.checkpoint().await,
            Self::Postgres(_) => Ok(()),
        }
    }

    /// Whether it is certain, without waiting, that kept accounts are as in the file.
    pub(super) fn look(&self) -> bool {
        match self {
            Self::Sqlite(sqlite) => sqlite.look(),
            Self::Postgres(_) => false,
        }
    }

    /// Closes the connections, once each is given back.
    pub(super) async fn close(&self) {
        match self {
            Self::Sqlite(sqlite) => sqlite.close().await,
            Self::Postgres(postgres) => postgres.close().await,
        }
    }
}

#[async_trait]
impl ConnectionTrait for Store {
    fn get_database_backend(&self) -> DbBackend {
        match self {
            Self::Sqlite(_) => DbBackend::Sqlite,
            Self::Postgres(_) => DbBackend::Postgres,
        }
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        match self {
            Self::Sqlite(sqlite) => Ok(sqlite.execute(statement).await?.into()),
            Self::Postgres(postgres) => postgres.lease().await?.execute(statement).await,
        }
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        match self {
            Self::Sqlite(sqlite) => Ok(sqlite.execute_text(sql).await?.into()),
            Self::Postgres(postgres) => postgres.lease().await?.execute_text(sql).await,
        }
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        match self {
            Self::Sqlite(sqlite) => {
                Ok(sqlite.query(statement, 1).await?.pop().map(QueryResult::from))
            }
            Self::Postgres(postgres) => postgres.lease().await?.query_one(statement).await,
        }
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        match self {
            Self::Sqlite(sqlite) => {
                let rows = sqlite.query(statement, usize::MAX).await?;
                Ok(rows.into_iter().map(QueryResult::from).collect())
            }
            Self::Postgres(postgres) => postgres.lease().await?.query_all(statement).await,
        }
    }
}
