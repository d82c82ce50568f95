//! The database, for lists and logs: from a replica, if there is a good one.

use std::sync::atomic::{AtomicBool, Ordering};

use sea_orm::prelude::async_trait::async_trait;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, Statement};

use super::Db;
use super::replicas::Replica;
use super::store::Store;

/// The database for lists, logs and their totals, whose answers may be some seconds old.
///
/// Nothing is decided by what is read here: no caller, session, secret or rate. One operation has one of it, so that its
/// statements read from one place; after a failure of the replica, that is the primary.
#[derive(Debug)]
pub struct Lists<'a> {
    primary: &'a Store,
    replica: Option<&'a Replica>,
    /// Whether the primary is read from here on.
    is_left: AtomicBool,
}

impl Db {
    /// The database, to read lists and logs from.
    pub fn lists(&self) -> Lists<'_> {
        let is_left = AtomicBool::new(false);
        Lists { primary: &self.store, replica: self.replicas.choose(), is_left }
    }

    /// The same without replicas, for lists with secrets.
    pub fn lists_with_secrets(&self) -> Lists<'_> {
        Lists { primary: &self.store, replica: None, is_left: AtomicBool::new(true) }
    }
}

impl Lists<'_> {
    /// The replica, as long as it is read.
    fn replica(&self) -> Option<&Replica> {
        self.replica.filter(|_| !self.is_left.load(Ordering::Relaxed))
    }

    /// Reads from the primary from here on. Returns whether a replica was read before, which may not have known a row.
    pub fn leave_replica(&self) -> bool {
        !self.is_left.swap(true, Ordering::Relaxed) && self.replica.is_some()
    }
}

#[async_trait]
impl ConnectionTrait for Lists<'_> {
    fn get_database_backend(&self) -> DbBackend {
        self.primary.get_database_backend()
    }

    async fn execute_raw(&self, _: Statement) -> Result<ExecResult, DbErr> {
        Err(only_reads())
    }

    async fn execute_unprepared(&self, _: &str) -> Result<ExecResult, DbErr> {
        Err(only_reads())
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        if let Some(replica) = self.replica() {
            if let Some(found) = replica.query_one(statement.clone()).await {
                return found;
            }
            self.leave_replica();
        }
        self.primary.query_one_raw(statement).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        if let Some(replica) = self.replica() {
            if let Some(found) = replica.query_all(statement.clone()).await {
                return found;
            }
            self.leave_replica();
        }
        self.primary.query_all_raw(statement).await
    }
}

fn only_reads() -> DbErr {
    DbErr::Custom("lists only read".to_owned())
}
