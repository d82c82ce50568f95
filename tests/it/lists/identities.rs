//! The list of all identities of a project.

use accountd::Result;
use accountd::query::ReadLimit;
use accountd::users::list::Wanted;
use accountd::users::list_identities;
use entity::ProjectId;
use serde_json::{Value, json};

use super::{filter, run, with_five};
use crate::support::TestApp;

async fn with_identities() -> TestApp {
    let app = with_five().await;
    for (id, user, created_at, provider, subject, email) in [
        ("i1", "ada", 1, "google", "g1", "Ada@gmail.com"),
        ("i2", "bob", 2, "github", "7", "bob@example.org"),
        ("i3", "ada", 2, "github", "8", "ada@example.com"),
    ] {
        let statement = format!(
            "INSERT INTO identities (id, project_id, user_id, created_at, updated_at, provider, issuer, subject, email, \
             provider_tokens) VALUES ('{id}', 'default', '{user}', {created_at}, 0, '{provider}', '{provider}', '{subject}', '{email}', '')"
        );
        run(&app, &statement).await;
    }
    app
}

async fn list(
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
    let (total, rows) = list_identities::run(&app.app, &ProjectId::new("default"), wanted).await?;
    Ok((total, rows.into_iter().map(|row| row.id.to_string()).collect()))
}

#[tokio::test]
async fn identities_are_listed() {
    let app = with_identities().await;

    for (queries, expected) in [
        (vec![], vec!["i1", "i2", "i3"]),
        (vec![filter("orderDesc", "providerUid", json!([]))], vec!["i1", "i3", "i2"]),
        (vec![filter("equal", "userId", json!(["ada"]))], vec!["i1", "i3"]),
        (vec![filter("equal", "provider", json!(["github"]))], vec!["i2", "i3"]),
        (vec![filter("equal", "providerUid", json!(["7"]))], vec!["i2"]),
        (vec![filter("equal", "providerEmail", json!(["ada@gmail.com"]))], vec!["i1"]),
        (vec![filter("startsWith", "providerEmail", json!(["ADA@"]))], vec!["i1", "i3"]),
        (vec![filter("equal", "$id", json!(["i3"]))], vec!["i3"]),
        (
            vec![
                filter("equal", "provider", json!(["github"])),
                json!({"method": "cursorAfter", "values": ["i2"]}),
            ],
            vec!["i3"],
        ),
    ] {
        assert_eq!(list(&app, &queries, None).await.unwrap().1, expected, "{queries:?}");
    }
    assert_eq!(list(&app, &[], None).await.unwrap().0, 3);
}

#[tokio::test]
async fn identities_are_not_searched() {
    let app = with_identities().await;

    let searched = list(&app, &[], Some("ada")).await.unwrap_err();
    let expiry = filter("equal", "providerAccessTokenExpiry", json!(["2026-01-01"]));
    let expiry = list(&app, &[expiry], None).await.unwrap_err();
    let cursor = json!({"method": "cursorAfter", "values": ["i9"]});
    let cursor = list(&app, &[cursor], None).await.unwrap_err();

    assert_eq!(searched.wire(), ("general_query_invalid", 400));
    assert_eq!(expiry.wire(), ("general_argument_invalid", 400));
    assert_eq!(cursor.to_string(), "Identity 'i9' for the 'cursor' value not found.");
}
