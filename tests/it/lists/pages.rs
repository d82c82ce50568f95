//! Pages: by cursor in every order, both ways, and by offset.

use accountd::query::ReadLimit;
use accountd::users::list;
use accountd::users::list::Wanted;
use entity::ProjectId;
use serde_json::{Value, json};

use super::{add, filter, ids, listed, run, with_five};
use crate::support::TestApp;

fn limit(number: u64) -> Value {
    json!({"method": "limit", "values": [number]})
}

fn cursor(method: &str, id: &str) -> Value {
    json!({"method": method, "values": [id]})
}

#[tokio::test]
async fn users_come_in_the_order_of_their_creation() {
    let app = with_five().await;

    assert_eq!(ids(&app, &[]).await, ["ada", "bob", "carol", "dan", "eve"]);
    let newest = json!({"method": "orderDesc", "attribute": ""});
    assert_eq!(ids(&app, &[newest]).await, ["eve", "dan", "carol", "bob", "ada"]);
}

/// Users without a value come first in the rising order, as if it were an empty one.
#[tokio::test]
async fn orders_are_the_same_on_all_databases() {
    let app = with_five().await;

    for (attribute, expected) in [
        ("name", ["carol", "eve", "ada", "bob", "dan"]),
        ("email", ["carol", "eve", "ada", "bob", "dan"]),
        ("phone", ["ada", "bob", "dan", "eve", "carol"]),
        ("status", ["bob", "ada", "carol", "dan", "eve"]),
        ("emailVerification", ["bob", "carol", "dan", "eve", "ada"]),
        ("passwordUpdate", ["bob", "carol", "dan", "eve", "ada"]),
        ("accessedAt", ["ada", "bob", "carol", "dan", "eve"]),
        ("$id", ["ada", "bob", "carol", "dan", "eve"]),
    ] {
        let mut expected = expected.map(str::to_owned).to_vec();
        assert_eq!(ids(&app, &[filter("orderAsc", attribute, json!([]))]).await, expected);
        expected.reverse();
        assert_eq!(ids(&app, &[filter("orderDesc", attribute, json!([]))]).await, expected);
    }
}

/// Pages of two by cursor, forwards and backwards, have the same users as one long list: in every order, with and without
/// a filter.
#[tokio::test]
async fn cursors_walk_every_order() {
    let app = with_five().await;
    for n in 0..8 {
        let name = format!("'Ada {}'", n % 3);
        let email = format!("'{n}@example.com'");
        let columns = [("name", name.as_str()), ("email", &email), ("accessed_at", "7")];
        add(&app, &format!("n{n}"), 3_000 + n % 2, &columns).await;
    }
    let attributes = [
        "name",
        "email",
        "phone",
        "status",
        "accessedAt",
        "passwordUpdate",
        "$id",
        "$createdAt",
        "",
    ];
    let mut orders: Vec<Vec<Value>> = vec![vec![]];
    for attribute in attributes {
        for method in ["orderAsc", "orderDesc"] {
            orders.push(vec![filter(method, attribute, json!([]))]);
        }
    }
    // In opposite directions.
    orders
        .push(vec![filter("orderDesc", "name", json!([])), filter("orderAsc", "email", json!([]))]);
    let filters = [
        vec![],
        vec![filter("startsWith", "name", json!(["ada"]))],
        vec![filter("equal", "status", json!([true]))],
    ];
    for queries in orders
        .iter()
        .flat_map(|order| filters.iter().map(|filter| [order.clone(), filter.clone()].concat()))
    {
        let whole = ids(&app, &queries).await;
        let page = async |more: &[Value]| {
            let (total, ids) =
                listed(&app, &[queries.as_slice(), more].concat(), None).await.unwrap();
            assert_eq!(total, whole.len() as u64);
            ids
        };

        let mut forwards = page(&[limit(2)]).await;
        while forwards.len() < whole.len() {
            let last = forwards.last().unwrap().clone();
            let next = page(&[limit(2), cursor("cursorAfter", &last)]).await;
            assert!(!next.is_empty(), "{queries:?}: nothing after {last}");
            forwards.extend(next);
        }
        let mut backwards = vec![whole.last().unwrap().clone()];
        while backwards.len() < whole.len() {
            let before = page(&[limit(2), cursor("cursorBefore", &backwards[0])]).await;
            assert!(!before.is_empty(), "{queries:?}: nothing before {}", backwards[0]);
            backwards.splice(0..0, before);
        }

        assert_eq!(forwards, whole, "{queries:?}");
        assert_eq!(backwards, whole, "{queries:?}");
        assert!(page(&[cursor("cursorAfter", whole.last().unwrap())]).await.is_empty());
        assert!(page(&[cursor("cursorBefore", &whole[0])]).await.is_empty());
    }
}

#[tokio::test]
async fn pages_have_a_limit_and_an_offset() {
    let app = with_five().await;
    let offset = |number: u64| json!({"method": "offset", "values": [number]});

    let (total, page) = listed(&app, &[limit(2), offset(1)], None).await.unwrap();
    assert_eq!((total, page), (5, vec!["bob".to_owned(), "carol".to_owned()]));
    let (total, page) = listed(&app, &[offset(5)], None).await.unwrap();
    assert_eq!((total, page.len()), (5, 0));
}

/// Writes many users into the project `default`, a thousand at a time: a statement has its time limit.
pub(super) async fn add_many(app: &TestApp, count: u32, name: &str) {
    add_many_with_labels(app, count, name, "'[]'").await;
}

/// The same with labels.
pub(super) async fn add_many_with_labels(app: &TestApp, count: u32, name: &str, labels: &str) {
    // A few at a time: a statement has its time limit.
    for first in (1..=count).step_by(250) {
        let last = count.min(first + 249);
        let numbers = if app.app.db.is_shared() {
            format!("SELECT n FROM generate_series({first}, {last}) AS n")
        } else {
            format!(
                "WITH RECURSIVE numbers(n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM numbers WHERE n < {last}) \
                 SELECT n FROM numbers"
            )
        };
        let statement = format!(
            "INSERT INTO users (project_id, id, created_at, updated_at, accessed_at, name, email, email_verified, \
             phone_verified, enabled, prefs, prefs_revision, labels) \
             SELECT 'default', 'many' || n, 10000 + n, 0, 0, {name}, 'many' || n || '@example.com', n > 3, FALSE, TRUE, '{{}}', 0, {labels} \
             FROM ({numbers}) AS numbers"
        );
        run(app, &statement).await;
    }
}

/// The total stops at 5,000, however the list is read.
#[tokio::test]
async fn totals_stop_at_five_thousand() {
    let app = TestApp::new().await;
    add_many(&app, 5_010, "'Ada Lovelace'").await;
    let total = async |queries: &[Value], search| listed(&app, queries, search).await.unwrap().0;

    let verified = |is| filter("equal", "emailVerification", json!([is]));
    let by_name = filter("startsWith", "name", json!(["ada"]));
    assert_eq!(total(&[], None).await, 5_000);
    assert_eq!(total(&[verified(true)], None).await, 5_000);
    assert_eq!(total(&[verified(false)], None).await, 3);
    assert_eq!(total(&[verified(true), by_name.clone()], None).await, 5_000);
    assert_eq!(total(&[verified(false), by_name.clone()], None).await, 3);
    assert_eq!(total(&[], Some("ada")).await, 5_000);
    assert_eq!(total(&[verified(false)], Some("ada")).await, 3);
    assert_eq!(total(&[], Some("many501 ada")).await, 2);
    let (_, first) = listed(&app, &[by_name, verified(true), limit(2)], None).await.unwrap();
    assert_eq!(first, ["many4", "many5"]);
}

/// Many rows meet each of two filters, and few or many meet both.
#[tokio::test]
async fn totals_of_filters_that_many_users_meet() {
    let app = TestApp::new().await;
    // The first name changes with each user, the last one with each hundredth.
    let name = "CASE WHEN n % 2 = 0 THEN 'Ada' ELSE 'Bob' END || CASE WHEN n % 100 < 98 THEN ' Lovelace' ELSE ' Bloom' END";
    add_many(&app, 9_000, name).await;
    let total = async |search| listed(&app, &[], Some(search)).await.unwrap().0;

    assert_eq!(total("ada love").await, 4_410);
    assert_eq!(total("love bob").await, 4_410);
    // Words of one name, of which all users have both.
    assert_eq!(total("love lovelace").await, 5_000);
    assert_eq!(total("ada bob").await, 0);
    // Of 4,500 Adas, each hundredth is a Bloom.
    assert_eq!(total("ada bloom").await, 90);
    let (_, page) = listed(&app, &[limit(2)], Some("ada love")).await.unwrap();
    assert_eq!(page, ["many2", "many4"]);
    let starts = filter("startsWith", "name", json!(["ada"]));
    assert_eq!(listed(&app, &[starts], Some("love")).await.unwrap().0, 4_410);
}

/// Nobody sees users of another project, whatever is asked for.
#[tokio::test]
async fn lists_are_of_one_project() {
    let app = with_five().await;
    let read_limit = ReadLimit::default();
    let wanted = Wanted {
        queries: &[],
        search: None,
        total: true,
        with_hashes: false,
        read_limit: &read_limit,
    };

    let (total, users) = list::run(&app.app, &ProjectId::new("other"), wanted).await.unwrap();

    assert_eq!((total, users.len(), users[0].id.as_str()), (1, 1, "zoe"));
    let vip = filter("contains", "labels", json!(["vip"]));
    assert_eq!(listed(&app, &[vip], None).await.unwrap().1, ["ada", "eve"]);
    assert_eq!(listed(&app, &[], Some("zoe")).await.unwrap().0, 0);
}
