//! usersDelete.

use entity::{ProjectId, UserId, security_log};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, Set};
use serde_json::json;

use crate::support::{START, TestApp};

const MANY: i64 = 2_500;

/// Writes a row with this number into the log of `ada`.
async fn log(app: &TestApp, number: i64) {
    let row = security_log::ActiveModel {
        project_id: Set(ProjectId::new("default")),
        user_id: Set(Some(UserId::new("ada"))),
        number: Set(number),
        event: Set("user.update.name".to_owned()),
        user_email: Set(String::new()),
        user_name: Set(String::new()),
        actor_kind: Set("user".to_owned()),
        actor_id: Set(String::new()),
        actor_name: Set(String::new()),
        ip: Set(String::new()),
        user_agent: Set(String::new()),
        country_code: Set("--".to_owned()),
        created_at: Set(START),
        ..Default::default()
    };
    row.insert(app.app.db.writer()).await.unwrap();
}

/// How many rows the log of `ada` has.
async fn logged(app: &TestApp) -> u64 {
    let of_ada = security_log::Column::UserId.eq("ada");
    security_log::Entity::find().filter(of_ada).count(app.app.db.read()).await.unwrap()
}

/// A long log is deleted in parts, but nothing of it before it is known that the user may be deleted.
#[tokio::test]
async fn a_refused_deletion_leaves_the_log() {
    let app = TestApp::new().await;
    for number in [1, 2, MANY] {
        log(&app, number).await;
    }

    let answer = app.server().run("usersDelete", json!({"userId": "ada"})).await;

    assert_eq!(answer.error(), "user_not_found 404");
    assert_eq!(logged(&app).await, 3);
}

#[tokio::test]
async fn a_long_log_is_deleted_with_its_user() {
    let app = TestApp::new().await;
    let server = app.server();
    server.run("usersCreate", json!({"userId": "ada"})).await.data();
    for number in 2..10 {
        log(&app, number).await;
    }
    log(&app, MANY).await;

    server.run("usersDelete", json!({"userId": "ada"})).await.data();

    // The row about the deletion.
    assert_eq!(logged(&app).await, 1);
}
