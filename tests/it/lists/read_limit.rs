//! How much one operation may read.

use serde_json::{Value, json};

use super::pages::add_many;
use super::{add, filter, ids, listed, run, with_five};
use crate::support::TestApp;

/// A limit as a query in a document.
fn limited(rows: u32) -> String {
    format!("queries: [\"limit({rows})\"]")
}

/// Users `a000`, `a001`… with preferences of 65,000 bytes.
async fn with_large(count: usize) -> TestApp {
    let app = TestApp::new().await;
    let prefs = format!("'{{\"text\":\"{}\"}}'", "x".repeat(65_000));
    for number in 0..count {
        add(&app, &format!("a{number:03}"), 1_000, &[("prefs", &prefs)]).await;
    }
    app
}

/// DL: what the fields of an operation may return in total is counted before anything is read.
#[tokio::test]
async fn all_lists_of_an_operation_share_a_limit() {
    let app = with_five().await;
    let server = app.server();
    let users = |alias: &str, rows| format!("{alias}: usersList({}) {{ total }} ", limited(rows));

    let fits = format!("{{ {}{} }}", users("a", 2_500), users("b", 2_500));
    assert_eq!(server.query(&fits).await.error(), "ok");

    for other in [
        users("b", 2_501),
        format!("usersListIdentities({}) {{ total }}", limited(2_501)),
        format!("messagesList({}) {{ total }}", limited(2_501)),
        format!("usersListLogs(userId: \"ada\", {}) {{ total }}", limited(2_501)),
        "b: usersExport { last } c: usersExport { last } d: usersExport { last }".to_owned(),
    ] {
        let answer = server.query(&format!("{{ {}{other} }}", users("a", 2_500))).await;
        assert_eq!(answer.error(), "general_argument_invalid 400", "{other}");
        assert!(answer.text.contains("more than 5000 rows in total"), "{}", answer.text);
    }
}

/// DL: a page of users with large preferences has a bound in bytes.
#[tokio::test]
async fn a_page_has_a_bound_in_bytes() {
    let app = with_large(260).await;
    let limit = |rows: u32| json!({"method": "limit", "values": [rows]});

    let (_, page) = listed(&app, &[limit(250)], None).await.unwrap();
    let error = listed(&app, &[limit(5_000)], None).await.unwrap_err();
    let pages = "{ a: usersList(queries: [\"limit(150)\"]) { users { _id } } \
                   b: usersList(queries: [\"limit(150)\"]) { users { _id } } }";
    let pages = app.server().query(pages).await;

    assert_eq!(page.len(), 250);
    assert_eq!(error.wire(), ("general_argument_invalid", 400));
    assert!(error.to_string().contains("more than 16 MiB"), "{error}");
    assert_eq!(pages.error(), "general_argument_invalid 400");
}

/// An export goes on where a page was cut because of its bytes.
#[tokio::test]
async fn an_export_of_large_users_has_short_pages() {
    let app = with_large(210).await;
    let server = app.server();
    let (mut after, mut sizes) = (Value::Null, Vec::new());
    loop {
        let page = server.run("usersExport", json!({"after": after})).await.field();
        sizes.push(page["rows"].as_array().unwrap().len());
        if page["last"].is_null() {
            break;
        }
        after = page["last"].clone();
    }

    assert_eq!(sizes, [100, 100, 10, 0]);
}

/// A long page is read in parts, in every order and direction, and is the same as the short ones together.
#[tokio::test]
async fn a_long_page_is_whole() {
    let app = TestApp::new().await;
    add_many(&app, 620, "CASE n % 3 WHEN 0 THEN 'Ada' ELSE 'Bob' END").await;
    run(&app, "UPDATE users SET accessed_at = created_at % 7").await;
    let query = |method: &str, value: Value| json!({"method": method, "values": [value]});
    let limit = query("limit", json!(5_000));

    for order in [
        filter("orderAsc", "$createdAt", json!([])),
        filter("orderDesc", "name", json!([])),
        filter("orderAsc", "accessedAt", json!([])),
    ] {
        let whole = ids(&app, &[order.clone(), limit.clone()]).await;
        let mut short = Vec::new();
        for offset in (0..620).step_by(100) {
            let page = [order.clone(), query("limit", json!(100)), query("offset", json!(offset))];
            short.extend(listed(&app, &page, None).await.unwrap().1);
        }
        let before = [order.clone(), limit.clone(), query("cursorBefore", json!(whole[600]))];
        let after =
            [order.clone(), query("cursorAfter", json!(whole[9])), query("limit", json!(600))];
        let skipped = [order.clone(), limit.clone(), query("offset", json!(20))];

        assert_eq!(whole, short, "{order}");
        assert_eq!(listed(&app, &before, None).await.unwrap().1, whole[..600], "{order}");
        assert_eq!(listed(&app, &after, None).await.unwrap().1, whole[10..610], "{order}");
        assert_eq!(listed(&app, &skipped, None).await.unwrap().1, whole[20..], "{order}");
        let found = [order.clone(), limit.clone(), filter("startsWith", "name", json!(["bob"]))];
        assert_eq!(listed(&app, &found, None).await.unwrap().1.len(), 414, "{order}");
    }
}
