//! Totals at their bound, whichever way the rows are counted.

use serde_json::{Value, json};

use super::pages::{add_many, add_many_with_labels};
use super::{filter, listed, run};
use crate::support::TestApp;

/// Sets a column of the users of [`add_many`] with these numbers, a few at a time: a statement has its time limit.
async fn set(app: &TestApp, numbers: std::ops::RangeInclusive<u32>, set: &str) {
    for first in numbers.clone().step_by(100) {
        let last = (*numbers.end()).min(first + 99);
        let range = format!("created_at BETWEEN {} AND {}", 10_000 + first, 10_000 + last);
        run(app, &format!("UPDATE users SET {set} WHERE project_id = 'default' AND {range}")).await;
    }
}

/// What many users meet: filters and a search.
type Kind = (Vec<Value>, Option<&'static str>);

/// One user more or less at the bound is counted, also of filters of which each is met by all users.
#[tokio::test]
async fn totals_are_exact_up_to_five_thousand() {
    let app = TestApp::new().await;
    add_many_with_labels(&app, 5_001, "'Ada Lovelace'", "'[\"beta\"]'").await;
    let label = || filter("contains", "labels", json!(["beta"]));
    let unverified = || filter("equal", "phoneVerification", json!([false]));
    let named = || filter("startsWith", "name", json!(["ada"]));
    let by_name = || filter("orderDesc", "name", json!([]));
    let one_of = || filter("contains", "labels", json!(["beta", "gamma"]));
    let kinds: [Kind; 9] = [
        (vec![named()], None),
        (vec![label()], None),
        (vec![one_of()], None),
        (vec![label(), unverified(), by_name()], None),
        (vec![named(), unverified()], None),
        (vec![], Some("ada")),
        (vec![], Some("ada love")),
        (vec![], Some("label:beta")),
        (vec![unverified()], Some("label:beta a")),
    ];

    for (gone, expected) in
        [(5_002, 5_000), (5_001, 5_000), (5_000, 4_999), (4_001, 4_000), (3_999, 3_998)]
    {
        set(&app, gone..=5_001, "name = 'Bob', labels = '[]'").await;
        for (queries, search) in &kinds {
            let (total, page) = listed(&app, queries, *search).await.unwrap();
            assert_eq!((total, page.len()), (expected, 25), "{queries:?} {search:?}");
        }
    }
}

/// A user who has many words that begin alike counts once.
#[tokio::test]
async fn repeated_words_count_once() {
    let app = TestApp::new().await;
    // In the index of words those of one user lie together.
    let words = ["", "a", "b", "c", "d", "e", "f"].map(|end| format!("'n' || n || '{end}'"));
    add_many(&app, 4_500, &words.join(" || ' ' || ")).await;
    let unverified = filter("equal", "emailVerification", json!([false]));

    assert_eq!(listed(&app, &[], Some("n")).await.unwrap().0, 4_500);
    assert_eq!(listed(&app, &[unverified], Some("n")).await.unwrap().0, 3);
    let verified = filter("equal", "emailVerification", json!([true]));
    assert_eq!(listed(&app, &[verified], Some("n")).await.unwrap().0, 4_497);
    let (total, page) = listed(&app, &[], Some("n12 n12c")).await.unwrap();
    assert_eq!((total, page.len()), (1, 1));
}

/// Filters of which each is met by many users, but few meet all: whom two indexes know is counted by the rows of one.
#[tokio::test]
async fn totals_of_a_label_and_a_flag() {
    let app = TestApp::new().await;
    let labels = "CASE WHEN n <= 4600 THEN '[\"beta\"]' ELSE '[]' END";
    add_many_with_labels(&app, 9_000, "'Ada'", labels).await;
    set(&app, 4_500..=9_000, "email_verified = FALSE").await;
    let label = filter("contains", "labels", json!(["beta"]));
    let verified = |is| filter("equal", "emailVerification", json!([is]));
    let by_name = filter("orderAsc", "name", json!([]));
    let limit = json!({"method": "limit", "values": [2]});

    let queries = [label.clone(), verified(false), by_name, limit.clone()];
    let (total, page) = listed(&app, &queries, None).await.unwrap();
    assert_eq!(total, 104);
    assert_eq!(page, ["many1", "many2"]);
    let last = json!({"method": "cursorAfter", "values": ["many3"]});
    let (total, page) =
        listed(&app, &[label.clone(), verified(false), limit, last], None).await.unwrap();
    assert_eq!(total, 104);
    assert_eq!(page, ["many4500", "many4501"]);
    assert_eq!(listed(&app, &[label, verified(true)], None).await.unwrap().0, 4_496);
}
