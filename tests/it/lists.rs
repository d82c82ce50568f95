//! Lists of users and identities: filters, orders, cursors, search.

use accountd::Result;
use accountd::query::ReadLimit;
use accountd::users::list;
use accountd::users::list::Wanted;
use entity::ProjectId;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use crate::support::TestApp;

mod far;
mod filters;
mod identities;
mod pages;
mod pairs;
mod random;
mod read_limit;
mod search;
mod totals;

/// Writes a user into the project `default`.
async fn add(app: &TestApp, id: &str, created_at: i64, columns: &[(&str, &str)]) {
    add_to(app, "default", id, created_at, columns).await;
}

/// Writes a user, with these columns in SQL instead of their defaults.
async fn add_to(app: &TestApp, project: &str, id: &str, created_at: i64, columns: &[(&str, &str)]) {
    let mut all = vec![
        ("project_id", format!("'{project}'")),
        ("id", format!("'{id}'")),
        ("created_at", created_at.to_string()),
        ("updated_at", "0".to_owned()),
        ("accessed_at", "0".to_owned()),
        ("name", "''".to_owned()),
        ("email_verified", "FALSE".to_owned()),
        ("phone_verified", "FALSE".to_owned()),
        ("enabled", "TRUE".to_owned()),
        ("prefs", "'{}'".to_owned()),
        ("prefs_revision", "0".to_owned()),
    ];
    all.retain(|(name, _)| !columns.iter().any(|(other, _)| name == other));
    all.extend(columns.iter().map(|(name, value)| (*name, (*value).to_owned())));
    let names: Vec<_> = all.iter().map(|(name, _)| *name).collect();
    let values: Vec<_> = all.iter().map(|(_, value)| value.as_str()).collect();
    run(app, &format!("INSERT INTO users ({}) VALUES ({})", names.join(", "), values.join(", ")))
        .await;
}

async fn run(app: &TestApp, statement: &str) {
    app.app.db.writer().execute_unprepared(statement).await.unwrap();
}

/// Five users: in the order of their creation ada, bob, carol, dan, eve.
async fn with_five() -> TestApp {
    let app = TestApp::new().await;
    #[expect(clippy::type_complexity, reason = "a table")]
    let users: [(&str, i64, &[(&str, &str)]); 5] = [
        (
            "ada",
            1_000,
            &[
                ("name", "'Ada Lovelace'"),
                ("email", "'ada@example.com'"),
                ("email_verified", "TRUE"),
                ("password_updated_at", "1767225600000"),
                ("labels", "'[\"vip\",\"Admin\"]'"),
            ],
        ),
        ("bob", 2_000, &[("name", "'bob'"), ("email", "'bob@example.org'"), ("enabled", "FALSE")]),
        ("carol", 3_000, &[("phone", "'+49170123'"), ("phone_verified", "TRUE")]),
        ("dan", 3_000, &[("name", "'Dan 100%'"), ("email", "'dan@example.com'")]),
        ("eve", 4_000, &[("name", "'ADA Bloom'"), ("accessed_at", "5"), ("labels", "'[\"vip\"]'")]),
    ];
    for (id, created_at, columns) in users {
        add(&app, id, created_at, columns).await;
    }
    // Of another project.
    let columns = [("name", "'Ada'"), ("email", "'ada@example.com'"), ("labels", "'[\"vip\"]'")];
    add_to(&app, "other", "zoe", 500, &columns).await;
    app
}

/// The total and the ids of a list of users.
async fn listed(
    app: &TestApp,
    queries: &[Value],
    search: Option<&str>,
) -> Result<(u64, Vec<String>)> {
    let queries: Vec<_> = queries.iter().map(|query| Some(query.to_string())).collect();
    let read_limit = ReadLimit::default();
    let wanted = Wanted {
        queries: &queries,
        search,
        total: true,
        with_hashes: false,
        read_limit: &read_limit,
    };
    let (total, users) = list::run(&app.app, &ProjectId::new("default"), wanted).await?;
    Ok((total, users.into_iter().map(|user| user.id.to_string()).collect()))
}

/// The ids of a list that is complete.
async fn ids(app: &TestApp, queries: &[Value]) -> Vec<String> {
    let (total, ids) = listed(app, queries, None).await.unwrap();
    assert_eq!(total, ids.len() as u64, "{queries:?}");
    ids
}

#[expect(clippy::needless_pass_by_value, reason = "calls are shorter")]
fn filter(method: &str, attribute: &str, values: Value) -> Value {
    json!({"method": method, "attribute": attribute, "values": values})
}
