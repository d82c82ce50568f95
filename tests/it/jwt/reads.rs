//! Reads of the keys that overlap.

use std::sync::Arc;
use std::time::Duration;

use entity::ProjectId;
use sea_orm::prelude::async_trait::async_trait;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, Statement};
use tokio::sync::Notify;
use tokio::time::timeout;

use super::*;

/// A connection whose answers arrive late: they are of the time of the question.
struct Late {
    app: TestApp,
    is_asked: Notify,
    may_arrive: Notify,
}

#[async_trait]
impl ConnectionTrait for Late {
    fn get_database_backend(&self) -> DbBackend {
        self.app.app.db.read().get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.app.app.db.read().execute_raw(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.app.app.db.read().execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.app.app.db.read().query_one_raw(statement).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let rows = self.app.app.db.read().query_all_raw(statement).await;
        self.is_asked.notify_one();
        self.may_arrive.notified().await;
        rows
    }
}

/// SJ-8: of two reads of the keys, the older one's answer arrives last. It doesn't take a new key away again.
#[tokio::test]
async fn an_old_answer_does_not_replace_a_newer_one() {
    let app = TestApp::new().await;
    let late =
        Arc::new(Late { app: app.clone(), is_asked: Notify::new(), may_arrive: Notify::new() });
    let older = tokio::spawn({
        let late = Arc::clone(&late);
        async move { late.app.app.jwt.load(late.as_ref()).await }
    });
    late.is_asked.notified().await;
    signing_key::Entity::delete_many().exec(app.app.db.writer()).await.unwrap();
    let mut newer = tokio::spawn({
        let app = app.clone();
        async move { app.app.jwt.load(app.app.db.read()).await }
    });

    // It may wait for the older one. If it doesn't, it is done first.
    let is_first = timeout(Duration::from_millis(300), &mut newer).await.is_ok();
    late.may_arrive.notify_one();
    older.await.unwrap().unwrap();
    if !is_first {
        newer.await.unwrap().unwrap();
    }

    let ring = app.app.jwt.ring(&ProjectId::new("default")).unwrap();
    assert_eq!(ring.keys(app.app.clock.now()).count(), 0);
}
