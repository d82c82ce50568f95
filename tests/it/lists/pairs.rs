//! Searches for several words, and words together with filters: both are answered by the table of words alone.

use std::collections::BTreeSet;
use std::slice::from_ref;

use entity::user_word;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};

use super::pages::add_many;
use super::{add, filter, listed, run};
use crate::support::TestApp;

/// Users whose ids begin like no word that is searched for.
async fn various() -> TestApp {
    let app = TestApp::new().await;
    let many =
        format!("'Ada Lovelace {}'", ('a'..='z').map(|c| format!("{c}{c} ")).collect::<String>());
    let names = [
        "'Ada Lovelace'",
        "'Lovelace, Ada'",
        "'Adam Lovett'",
        "'Ada'",
        "'Ada Ada'",
        "'Ödön von Ada'",
        "'ödön Love'",
        "'ÖDÖN ÁDÁM'",
        "'Анна-Мария Иванова'",
        "'иванова анна'",
        "'Jean-Luc O''Neil'",
        "'Luc Jean'",
        "'label:vip ada'",
        "'Lab Ada'",
        "'+49 Ada'",
        "'王 小明'",
        "'A L'",
        "'100% a_b'",
        many.as_str(),
        "''",
    ];
    for (name, n) in names.into_iter().zip(0..) {
        let [email, phone] = [format!("'love{n}@example.com'"), format!("'+4917{n:03}'")];
        let mut columns = vec![("name", name)];
        if n % 2 == 0 {
            columns.push(("email", email.as_str()));
        }
        if n % 3 == 0 {
            columns.push(("phone", phone.as_str()));
        }
        if n % 4 == 0 {
            columns.push(("labels", "'[\"vip\",\"ada\"]'"));
        }
        if n % 5 != 0 {
            columns.push(("email_verified", "TRUE"));
        }
        if n % 7 == 0 {
            columns.push(("enabled", "FALSE"));
        }
        add(&app, &format!("zz{n}"), 1_000 + n, &columns).await;
    }
    app
}

fn of(ids: &[&str]) -> BTreeSet<String> {
    ids.iter().map(|&id| id.to_owned()).collect()
}

async fn found(app: &TestApp, queries: &[Value], text: &str) -> BTreeSet<String> {
    let all = [queries, &[filter("limit", "", json!([100]))]].concat();
    let (total, ids) = listed(app, &all, Some(text)).await.unwrap();
    assert_eq!(total, ids.len() as u64, "{text} {queries:?}");
    let found: BTreeSet<_> = ids.iter().cloned().collect();
    assert_eq!(found.len(), ids.len(), "{text} {queries:?}: {ids:?}");
    found
}

/// Whoever is found by each of two words alone is found by both, and nobody else.
#[tokio::test]
async fn two_words_find_who_has_both() {
    let app = various().await;
    let words = [
        "a",
        "ad",
        "ada",
        "adam",
        "l",
        "la",
        "lab",
        "love",
        "lovelace",
        "love1",
        "ö",
        "ödön",
        "ád",
        "ива",
        "анна",
        "анна-м",
        "мария",
        "luc",
        "jean",
        "jean-l",
        "o'n",
        "neil",
        "label:vip",
        "label:ada",
        "+49",
        "+49170",
        "王",
        "小",
        "100%",
        "a_b",
        "b",
        "zz",
        "qq",
        "mm",
    ];
    let mut alone = Vec::new();
    for word in words {
        alone.push((word, found(&app, &[], word).await));
    }
    let mut some = 0;
    for (one, with_one) in &alone {
        for (other, with_other) in &alone {
            // An id is no word among others.
            if [one, other].contains(&&"zz") {
                continue;
            }
            let both = found(&app, &[], &format!("{one} {other}")).await;

            assert_eq!(both, with_one & with_other, "{one} {other}");
            some += usize::from(!both.is_empty());
        }
    }
    assert!(some > 200, "{some}");
    assert_eq!(found(&app, &[], "ada love aa qq").await.len(), 1);
    assert_eq!(
        found(&app, &[], "ada love label:vip").await,
        &found(&app, &[], "ada love").await & &found(&app, &[], "label:vip").await
    );
    assert!(found(&app, &[], "zz1 love").await.is_empty());
    // But a label is no word that an id could be beside of.
    assert_eq!(found(&app, &[], "zz1 label:vip").await, of(&["zz12", "zz16"]));
    assert_eq!(
        found(&app, &[filter("contains", "labels", json!(["vip"]))], "zz4").await,
        of(&["zz4"])
    );
    assert_eq!(found(&app, &[], "zz label:vip ada").await, of(&[]));
    add(&app, "ada", 1, &[("name", "'Ada Lovelace'")]).await;
    assert!(found(&app, &[], "ada lovelace").await.contains("ada"));
}

/// Words and labels are found together with what the table of words has of a user.
#[tokio::test]
async fn words_are_found_with_filters() {
    let app = various().await;
    let filters = [
        filter("equal", "status", json!([false])),
        filter("equal", "status", json!([true])),
        filter("notEqual", "status", json!([true])),
        filter("equal", "emailVerification", json!([true])),
        filter("equal", "phoneVerification", json!([false])),
        filter("greaterThan", "$createdAt", json!(["1970-01-01T00:00:01.005Z"])),
        filter(
            "between",
            "registration",
            json!(["1970-01-01T00:00:01.003Z", "1970-01-01T00:00:01.009Z"]),
        ),
        json!({"method": "or", "values": [
            filter("equal", "status", json!([false])), filter("equal", "emailVerification", json!([false]))]}),
        filter("contains", "name", json!(["a"])),
        filter("startsWith", "email", json!(["love1"])),
        filter("contains", "labels", json!(["vip"])),
        filter("contains", "labels", json!(["vip", "ada"])),
        filter("containsAll", "labels", json!(["vip", "ada"])),
    ];
    let everybody = |queries: Vec<Value>| {
        let app = &app;
        async move {
            let all = [queries, vec![filter("limit", "", json!([100]))]].concat();
            listed(app, &all, None).await.unwrap().1.into_iter().collect::<BTreeSet<_>>()
        }
    };
    for one in &filters {
        for other in &filters {
            let queries = vec![one.clone(), other.clone()];
            let with_both =
                &everybody(vec![one.clone()]).await & &everybody(vec![other.clone()]).await;

            assert_eq!(everybody(queries.clone()).await, with_both, "{queries:?}");
            for text in ["ada", "l", "label:vip", "ada love", "label:ada ad"] {
                let expected = &with_both & &found(&app, &[], text).await;
                assert_eq!(found(&app, &queries, text).await, expected, "{text} {queries:?}");
            }
        }
    }
}

/// Blocking and verifying a user changes the words, whoever does it; a sign-in or new preferences don't.
#[tokio::test]
async fn words_follow_flags() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let id = ada.query("{ accountGet { _id } }").await.field()["_id"].clone();
    let blocked = filter("equal", "status", json!([false]));
    let verified = filter("equal", "emailVerification", json!([true]));
    let server = app.server();
    assert!(found(&app, from_ref(&blocked), "ada").await.is_empty());
    assert!(found(&app, from_ref(&verified), "ada").await.is_empty());

    server
        .run("usersUpdateEmailVerification", json!({"userId": id, "emailVerification": true}))
        .await
        .data();
    assert_eq!(found(&app, from_ref(&verified), "ada").await.len(), 1);
    server.run("usersUpdateStatus", json!({"userId": id, "status": false})).await.data();
    assert_eq!(found(&app, &[blocked.clone(), verified], "ada").await.len(), 1);
    server.run("usersUpdateStatus", json!({"userId": id, "status": true})).await.data();
    assert!(found(&app, &[blocked], "ada").await.is_empty());

    let mark = "UPDATE user_words SET phone_verified = TRUE";
    run(&app, mark).await;
    let ada = app.sign_in("ada@example.com").await;
    ada.run("accountUpdatePrefs", json!({"prefs": "{\"a\":1}"})).await.data();
    let changed = user_word::Entity::find().filter(user_word::Column::PhoneVerified.eq(false));
    assert_eq!(changed.count(&app.outside().await).await.unwrap(), 0);
}

/// Where many users have no pairs, words are looked for one by one.
#[tokio::test]
async fn many_long_names_are_found() {
    let app = TestApp::new().await;
    let words = ('a'..='w').map(|c| format!("{c}{c}{c}")).collect::<Vec<_>>().join(" ");
    add_many(&app, 1_100, &format!("'{words} ' || n")).await;
    add(&app, "short", 1_000, &[("name", "'Bbb Aaa'")]).await;
    let (total, _) = listed(&app, &[], Some("bbb aaa")).await.unwrap();
    assert_eq!(total, 1_101);
    assert_eq!(found(&app, &[], "aaa 1099").await, of(&["many1099"]));
    assert_eq!(found(&app, &[], "aaa bbb many7@").await, of(&["many7"]));
}

/// A name of very many words has no pairs, so that it doesn't cost a thousand rows.
#[tokio::test]
async fn a_long_name_has_few_rows() {
    let app = TestApp::new().await;
    let many: Vec<_> = (0..32).map(|n| format!("{}-{}", n % 10, n)).collect();
    add(&app, "long", 1_000, &[("name", &format!("'{}'", many.join(" ")))]).await;
    let few: Vec<_> = (10..25).map(|n| n.to_string()).collect();
    add(&app, "short", 1_000, &[("name", &format!("'{}'", few.join(" ")))]).await;

    let outside = app.outside().await;
    let rows = |id: &'static str| {
        user_word::Entity::find().filter(user_word::Column::UserId.eq(id)).count(&outside)
    };
    assert!(rows("long").await.unwrap() < 100);
    // The id, 15 words and their pairs.
    assert_eq!(rows("short").await.unwrap(), 1 + 15 + 15 * 14 / 2);
    assert_eq!(found(&app, &[], "0-0 9-2").await.len(), 1);
    assert_eq!(found(&app, &[], "24 11").await, of(&["long", "short"]));
}

/// Pages of a search lie where the same pages of all users lie, in each order that keys have, and in others.
#[tokio::test]
async fn pages_of_two_words_are_in_order() {
    let app = TestApp::new().await;
    add_many(&app, 600, "'Ada Lovelace ' || n").await;
    add(&app, "bob", 20_000, &[("name", "'Ada'")]).await;
    let every = filter("endsWith", "name", json!([""]));
    let orders = ["", "$createdAt", "$id", "name"]
        .iter()
        .flat_map(|by| ["orderAsc", "orderDesc"].map(|method| filter(method, by, json!([]))));
    for order in orders {
        for page in [
            vec![],
            vec![filter("offset", "", json!([590]))],
            vec![filter("limit", "", json!([600]))],
            vec![filter("limit", "", json!([300])), filter("offset", "", json!([7]))],
            vec![filter("cursorAfter", "", json!(["many300"]))],
            vec![filter("cursorBefore", "", json!(["many300"])), filter("limit", "", json!([260]))],
        ] {
            let queries = [
                vec![order.clone(), filter("startsWith", "name", json!(["ada l"])), every.clone()],
                page,
            ]
            .concat();
            let (_, expected) = listed(&app, &queries, None).await.unwrap();

            let (total, ids) = listed(&app, &queries, Some("love ada")).await.unwrap();
            assert_eq!((total, &ids), (600, &expected), "{queries:?}");
            let of_words: Vec<_> = queries
                .iter()
                .filter(|query| {
                    query["attribute"] != "name"
                        || query["method"].as_str().unwrap().starts_with("order")
                })
                .cloned()
                .collect();
            assert_eq!(
                listed(&app, &of_words, Some("love ada")).await.unwrap(),
                (600, expected),
                "{queries:?}"
            );
        }
    }
}
