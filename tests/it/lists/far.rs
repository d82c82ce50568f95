//! Many users who all come at the end of a list: they are found without reading all those before them, in order, and none is
//! left out.

use serde_json::{Value, json};

use super::pages::add_many_with_labels;
use super::{filter, listed};
use crate::support::TestApp;

/// How many users come first, by creation and by name, and how many are looked for.
const OTHERS: usize = 9_000;
const WANTED: usize = 4_500;

/// What the rows of a list are compared by.
type Key = fn(usize) -> String;

fn id(n: usize) -> String {
    format!("many{n}")
}

fn orders() -> [(Vec<Value>, Key, bool); 7] {
    let order = |method: &str, attribute: &str| vec![filter(method, attribute, json!([]))];
    let by_creation: Key = |n| format!("{n:05}");
    let by_name: Key = |n| format!("zoe quillon {n}");
    [
        (vec![], by_creation, false),
        (order("orderDesc", ""), by_creation, true),
        (order("orderAsc", "$id"), id, false),
        (order("orderAsc", "name"), by_name, false),
        (order("orderDesc", "name"), by_name, true),
        (order("orderDesc", "email"), id, true),
        // All have the same, so the order is that of creation.
        (order("orderAsc", "accessedAt"), by_creation, false),
    ]
}

/// AV-11: whatever finds them, and in whichever order.
#[tokio::test]
async fn users_at_the_end_are_found() {
    let app = TestApp::new().await;
    let is_wanted = format!("n > {OTHERS}");
    let name = format!("CASE WHEN {is_wanted} THEN 'Zoe Quillon ' ELSE 'Ada Lovelace ' END || n");
    let labels = format!("CASE WHEN {is_wanted} THEN '[\"late\",\"vip\"]' ELSE '[\"early\"]' END");
    let count = u32::try_from(OTHERS + WANTED).unwrap();
    add_many_with_labels(&app, count, &name, &labels).await;
    let late = filter("contains", "labels", json!(["late"]));
    let verified = filter("equal", "emailVerification", json!([true]));
    let finds = [
        (vec![], Some("zoe")),
        (vec![], Some("zoe quillon")),
        (vec![], Some("z many quillon")),
        (vec![], Some("label:late")),
        (vec![], Some("label:vip zoe")),
        (vec![late.clone()], None),
        (vec![late, verified], Some("label:vip")),
        (vec![filter("startsWith", "name", json!(["Zoe"]))], None),
    ];

    for (queries, search) in finds {
        for (order, key, is_descending) in orders() {
            let mut expected: Vec<_> = (OTHERS + 1..=OTHERS + WANTED).collect();
            expected.sort_by_key(|n| key(*n));
            if is_descending {
                expected.reverse();
            }
            let expected: Vec<_> = expected.into_iter().map(id).collect();
            let page = async |more: Value| {
                let limit = filter("limit", "", json!([40]));
                let queries = [&queries[..], &order, &[limit, more]].concat();
                let (total, ids) = listed(&app, &queries, search).await.unwrap();
                assert_eq!(total, WANTED as u64, "{search:?} {queries:?}");
                ids
            };
            let context = format!("{search:?} {queries:?} {order:?}");

            assert_eq!(page(filter("offset", "", json!([0]))).await, expected[..40], "{context}");
            let skipped = page(filter("offset", "", json!([4_480]))).await;
            assert_eq!(skipped, expected[4_480..], "{context}");
            let after = page(filter("cursorAfter", "", json!([expected[2_000]]))).await;
            assert_eq!(after, expected[2_001..2_041], "{context}");
            let before = page(filter("cursorBefore", "", json!([expected[30]]))).await;
            assert_eq!(before, expected[..30], "{context}");
        }
    }
}
