//! Every filter keeps the users that it should.

use accountd::query::ReadLimit;
use serde_json::json;

use super::{filter, ids, listed, with_five};

/// Each method, on attributes of each type. Who has no value meets no comparison, and no negated one either.
#[tokio::test]
async fn filters_keep_matching_users() {
    let app = with_five().await;

    for (query, expected) in [
        (filter("equal", "$id", json!(["eve", "ada", "nobody"])), vec!["ada", "eve"]),
        (filter("equal", "email", json!(["ADA@example.com"])), vec!["ada"]),
        (filter("equal", "name", json!(["ADA LOVELACE"])), vec!["ada"]),
        (filter("equal", "name", json!(["bob", "dan 100%"])), vec!["bob", "dan"]),
        (filter("equal", "phone", json!(["+49170123"])), vec!["carol"]),
        (filter("equal", "status", json!([false])), vec!["bob"]),
        (
            filter("equal", "status", json!([true, false])),
            vec!["ada", "bob", "carol", "dan", "eve"],
        ),
        (filter("equal", "emailVerification", json!([true])), vec!["ada"]),
        (filter("equal", "phoneVerification", json!([false])), vec!["ada", "bob", "dan", "eve"]),
        (filter("equal", "$createdAt", json!(["1970-01-01T00:00:03Z"])), vec!["carol", "dan"]),
        (filter("notEqual", "email", json!(["ada@example.com"])), vec!["bob", "dan"]),
        (filter("notEqual", "status", json!([true])), vec!["bob"]),
        (filter("lessThan", "$createdAt", json!(["1970-01-01T00:00:02Z"])), vec!["ada"]),
        (
            filter("lessThanEqual", "registration", json!(["1970-01-01T00:00:02Z"])),
            vec!["ada", "bob"],
        ),
        (filter("greaterThan", "$createdAt", json!(["1970-01-01T00:00:03Z"])), vec!["eve"]),
        (filter("greaterThanEqual", "name", json!(["B"])), vec!["bob", "dan"]),
        (filter("greaterThan", "accessedAt", json!(["1970-01-01"])), vec!["eve"]),
        (filter("lessThan", "passwordUpdate", json!(["2030-01-01"])), vec!["ada"]),
        (filter("lessThan", "email", json!(["b"])), vec!["ada"]),
        (filter("between", "name", json!(["ada b", "ada m"])), vec!["ada", "eve"]),
        (filter("notBetween", "email", json!(["a", "c"])), vec!["dan"]),
        (filter("isNull", "email", json!([])), vec!["carol", "eve"]),
        (filter("isNotNull", "phone", json!([])), vec!["carol"]),
        (filter("isNull", "passwordUpdate", json!([])), vec!["bob", "carol", "dan", "eve"]),
        (filter("isNull", "accessedAt", json!([])), vec!["ada", "bob", "carol", "dan"]),
        (filter("isNotNull", "accessedAt", json!([])), vec!["eve"]),
        (filter("lessThan", "accessedAt", json!(["2030-01-01"])), vec!["eve"]),
        (filter("notEqual", "accessedAt", json!(["2030-01-01T00:00:00Z"])), vec!["eve"]),
        (filter("isNull", "$createdAt", json!([])), vec![]),
        (filter("startsWith", "name", json!(["aDa "])), vec!["ada", "eve"]),
        (filter("startsWith", "email", json!(["dan@"])), vec!["dan"]),
        (filter("startsWith", "$id", json!(["ca"])), vec!["carol"]),
        (filter("startsWith", "phone", json!(["+49"])), vec!["carol"]),
        (filter("startsWith", "email", json!([""])), vec!["ada", "bob", "dan"]),
        (filter("notStartsWith", "email", json!(["dan@"])), vec!["ada", "bob"]),
        (filter("endsWith", "email", json!(["@example.com"])), vec!["ada", "dan"]),
        (filter("endsWith", "name", json!(["BLOOM"])), vec!["eve"]),
        (filter("notEndsWith", "email", json!(["@example.com"])), vec!["bob"]),
        // A percent sign and an underscore are nothing special.
        (filter("contains", "name", json!(["100%"])), vec!["dan"]),
        (filter("contains", "name", json!(["a_a", "%"])), vec!["dan"]),
        (filter("endsWith", "name", json!(["_"])), vec![]),
        (filter("contains", "email", json!(["example.org", "ada"])), vec!["ada", "bob"]),
        (filter("containsAll", "email", json!(["example", "dan"])), vec!["dan"]),
        (filter("notContains", "email", json!(["org"])), vec!["ada", "dan"]),
        (filter("contains", "labels", json!(["vip"])), vec!["ada", "eve"]),
        (filter("contains", "labels", json!(["admin"])), vec![]),
        (filter("containsAny", "labels", json!(["Admin", "x"])), vec!["ada"]),
        (filter("containsAll", "labels", json!(["vip", "Admin"])), vec!["ada"]),
        (filter("contains", "labels", json!(["vip\",\"Admin"])), vec![]),
        (filter("notContains", "labels", json!(["vip"])), vec!["bob", "carol", "dan"]),
        (filter("isNull", "labels", json!([])), vec![]),
    ] {
        assert_eq!(ids(&app, std::slice::from_ref(&query)).await, expected, "{query}");
    }
}

#[tokio::test]
async fn filters_are_combined() {
    let app = with_five().await;
    let by_name = filter("startsWith", "name", json!(["ada"]));
    let blocked = filter("equal", "status", json!([false]));
    let vip = filter("contains", "labels", json!(["vip"]));
    let verified = filter("equal", "emailVerification", json!([true]));
    let ada = json!({"method": "and", "values": [by_name, verified]});
    let either = json!({"method": "or", "values": [blocked, ada]});

    assert_eq!(ids(&app, &[by_name.clone(), verified]).await, ["ada"]);
    assert_eq!(ids(&app, std::slice::from_ref(&either)).await, ["ada", "bob"]);
    assert_eq!(ids(&app, &[either, vip]).await, ["ada"]);
    assert_eq!(ids(&app, &[by_name, blocked]).await, Vec::<String>::new());
}

/// The old form of queries, which old SDKs send.
#[tokio::test]
async fn old_queries_are_understood() {
    let app = with_five().await;
    let queries: Vec<_> =
        [r#"equal("email", ["ada@example.com", "bob@example.org"])"#, "limit(1)", "offset(1)"]
            .map(|query| Some(query.to_owned()))
            .into();
    let read_limit = ReadLimit::default();
    let wanted = super::Wanted {
        queries: &queries,
        search: None,
        total: false,
        with_hashes: false,
        read_limit: &read_limit,
    };

    let project = entity::ProjectId::new("default");
    let (total, users) = accountd::users::list::run(&app.app, &project, wanted).await.unwrap();

    assert_eq!((total, users.len(), users[0].id.as_str()), (0, 1, "bob"));
}

/// A cursor that is no user of the project, and queries that can't be run.
#[tokio::test]
async fn invalid_queries_are_refused() {
    let app = with_five().await;
    let refused = async |query| listed(&app, &[query], None).await.unwrap_err();

    for id in ["nobody", "zoe"] {
        let error = refused(json!({"method": "cursorAfter", "values": [id]})).await;
        assert_eq!(error.wire(), ("general_cursor_not_found", 400));
        assert_eq!(error.to_string(), format!("User '{id}' for the 'cursor' value not found."));
    }
    let error = refused(filter("search", "name", json!(["ada"]))).await;
    assert_eq!(error.wire(), ("general_query_invalid", 400));
    let error = refused(filter("equal", "password", json!(["x"]))).await;
    assert_eq!(error.wire(), ("general_argument_invalid", 400));
}
