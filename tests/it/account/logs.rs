//! accountListLogs.

use sea_orm::{ConnectionTrait, EntityTrait};
use serde_json::{Value, json};

use crate::support::{PASSWORD, TestApp, country_database, none};

const OPERATION: &str = "accountListLogs";

fn events(list: &Value) -> Vec<&str> {
    list["logs"].as_array().unwrap().iter().map(|log| log["event"].as_str().unwrap()).collect()
}

/// DL-1: every change has its row, written with it; failed sign-ins, too; failed changes have none.
#[tokio::test]
async fn every_change_is_logged_newest_first() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let wrong = json!({"email": "ada@example.com", "password": "nope nope"});
    app.guest().run("accountCreateEmailSession", wrong).await;
    ada.run("accountUpdateName", json!({"name": "x".repeat(129)})).await;
    ada.run("accountUpdateName", json!({"name": "Ada"})).await;
    ada.run("accountUpdateSession", json!({"sessionId": "current"})).await;
    ada.run("accountGet", none()).await;

    let list = ada.run(OPERATION, none()).await.field();

    assert_eq!(
        events(&list),
        [
            "session.update",
            "user.update",
            "session.create.failure",
            "session.create",
            "user.create"
        ]
    );
    assert_eq!(list["total"], 5);
    let update = &list["logs"][1];
    assert_eq!(
        [&update["userEmail"], &update["userName"], &update["mode"]],
        ["ada@example.com", "Ada", "default"]
    );
    assert_eq!(update["time"], "2026-11-23T12:00:00.000+00:00");
    assert!(update["ip"].as_str().unwrap().starts_with("10."));
}

/// DL-3: pages by limit and offset, in both grammars; 25 by default.
#[tokio::test]
async fn pages_are_cut_by_limit_and_offset() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    for n in 0..30 {
        ada.run("accountUpdateName", json!({"name": format!("Ada {n}")})).await.data();
    }
    let names = async |queries: Value| {
        let list = ada.run(OPERATION, json!({"queries": queries})).await.field();
        assert_eq!(list["total"], 32);
        let logs = list["logs"].as_array().unwrap().clone();
        logs.iter().map(|log| log["userName"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };

    assert_eq!(names(json!(null)).await.len(), 25);
    assert_eq!(names(json!(["limit(2)"])).await, ["Ada 29", "Ada 28"]);
    assert_eq!(names(json!(["limit(2)", "offset(3)"])).await, ["Ada 26", "Ada 25"]);
    let later = [r#"{"method":"limit","values":[1]}"#, r#"{"method":"offset","values":[29]}"#];
    assert_eq!(names(json!(later)).await, ["Ada 0"]);
    assert!(names(json!(["offset(1000)"])).await.is_empty());
}

/// N-17, N-18, N-19, N-20: nothing but limit and offset, within their ranges.
#[tokio::test]
async fn other_queries_are_refused() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    for query in [
        "limit(0)",
        "limit(-1)",
        "limit(5001)",
        "limit(1e9)",
        "offset(-1)",
        "offset(1); DROP TABLE users",
        r#"equal("userId", ["B"])"#,
    ] {
        let answer = ada.run(OPERATION, json!({"queries": [query]})).await;
        assert_eq!(answer.error(), "general_query_invalid 400", "{query}");
        assert_eq!(answer.argument(), "queries");
    }
    for queries in [vec!["limit(1)".to_owned(); 101], vec!["x".repeat(4_097)]] {
        let answer = ada.run(OPERATION, json!({"queries": queries})).await;
        assert_eq!(answer.error(), "general_argument_invalid 400");
        assert_eq!(answer.argument(), "queries");
    }
}

/// One operation reads at most 5,000 events, however many fields ask for them.
#[tokio::test]
async fn long_pages_do_not_add_up() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let field =
        |n, limit| format!("a{n}: accountListLogs(queries: [\"limit({limit})\"]) {{ total }} ");

    let fits = ada.query(&format!("{{ {} {} }}", field(1, 4_999), field(2, 1))).await;
    let exceeds = ada.query(&format!("{{ {} {} }}", field(1, 5_000), field(2, 1))).await;

    assert_eq!(fits.error(), "ok");
    assert_eq!(exceeds.error(), "general_argument_invalid 400");
    assert_eq!(exceeds.argument(), "queries");
    assert_eq!(exceeds.json()["errors"].as_array().unwrap().len(), 1);
}

/// SJ-12: nobody reads the log of another.
#[tokio::test]
async fn the_log_is_the_users_own() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    app.user("bob@example.com").await;

    let list = ada.run(OPERATION, none()).await.field();

    assert!(
        list["logs"].as_array().unwrap().iter().all(|log| log["userEmail"] == "ada@example.com")
    );
}

/// DL-2: what a client sends is cut at 512 bytes and stays data.
#[tokio::test]
async fn long_user_agents_are_cut() {
    let app = TestApp::new().await;
    app.sign_up("ada@example.com").await;
    let guest = app.guest().with("user-agent", &"é\u{202e}".repeat(4_000));
    let variables = json!({"email": "ada@example.com", "password": PASSWORD});
    let session = guest.run("accountCreateEmailSession", variables).await.field();
    let ada = app.guest().with_session(session["secret"].as_str().unwrap());

    assert_eq!(ada.run(OPERATION, none()).await.field()["total"], 2);
    let rows = entity::security_log::Entity::find().all(app.app.db.read()).await.unwrap();
    let session = entity::session::Entity::find().one(app.app.db.read()).await.unwrap().unwrap();
    let longest = rows.iter().map(|row| row.user_agent.len()).max().unwrap();
    assert_eq!((longest, session.user_agent.len()), (512, 512));
}

/// The country of the client's network stands in the session and in the log.
#[tokio::test]
async fn the_country_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("countries.mmdb");
    std::fs::write(&file, country_database(6, &[("203.0.113.0/24", "DE")])).unwrap();
    let app = TestApp::with(&format!("geoip.database = \"{}\"", file.display())).await;
    app.sign_up("ada@example.com").await;
    let guest = app.guest_at([203, 0, 113, 9].into());
    let variables = json!({"email": "ada@example.com", "password": PASSWORD});

    let session = guest.run("accountCreateEmailSession", variables).await.field();

    let country = |value: &Value| (value["countryCode"].clone(), value["countryName"].clone());
    assert_eq!(country(&session), (json!("de"), json!("Germany")));
    let ada = app.guest().with_session(session["secret"].as_str().unwrap());
    let log = ada.run(OPERATION, none()).await.field();
    assert_eq!(country(&log["logs"][0]), (json!("de"), json!("Germany")));
    assert_eq!(country(&log["logs"][1]), (json!("--"), json!("Unknown")));
}

/// Events of one user that are written at once are numbered each: none is lost between two pages.
#[tokio::test(flavor = "multi_thread")]
async fn events_at_once_are_numbered_each() {
    let app = TestApp::with("limits.rates = false").await;
    let ada = app.user("ada@example.com").await;
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..40 {
        let guest = app.guest();
        calls.spawn(async move {
            let variables = json!({"email": "ada@example.com", "password": "nope nope"});
            guest.run("accountCreateEmailSession", variables).await.error()
        });
    }
    assert!(calls.join_all().await.iter().all(|error| error == "user_invalid_credentials 401"));

    let rows = entity::security_log::Entity::find().all(app.app.db.read()).await.unwrap();
    let mut numbers: Vec<i64> =
        rows.iter().filter(|row| row.user_id.is_some()).map(|row| row.number).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=42).collect::<Vec<i64>>());
    let log =
        ada.run("accountListLogs", json!({"queries": ["limit(30)", "offset(20)"]})).await.field();
    assert_eq!((log["total"].clone(), log["logs"].as_array().unwrap().len()), (json!(42), 22));
}

/// Sessions and log name a country in the language of the request.
#[tokio::test]
async fn a_country_is_named_in_the_language_of_the_request() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let names = async |header: &str, value: &str| {
        let document = "{ accountListLogs { logs { countryName } } accountListSessions { sessions { countryName } } }";
        let data = ada.clone().with(header, value).query(document).await.data();
        let log = &data["accountListLogs"]["logs"][0]["countryName"];
        let session = &data["accountListSessions"]["sessions"][0]["countryName"];
        assert_eq!(log, session);
        log.as_str().unwrap().to_owned()
    };
    assert_eq!(names("accept-language", "en;q=0.5, fr-CH").await, "Inconnu");
    for table in ["sessions", "security_logs"] {
        let update = format!("UPDATE {table} SET country_code = 'jp'");
        app.app.db.writer().execute_unprepared(&update).await.unwrap();
    }

    for (header, value, name) in [
        ("x-appwrite-locale", "de", "Japan"),
        ("x-appwrite-locale", "fr", "Japon"),
        ("x-appwrite-locale", "xx", "Japan"),
        ("accept-language", "es-MX, en", "Japón"),
        ("accept-language", "xx, ja;q=0.1", "日本"),
    ] {
        assert_eq!(names(header, value).await, name, "{header}: {value}");
    }
    let ada = ada.clone().with("accept-language", "fr").with("x-appwrite-locale", "ja");
    let session = ada.run("accountGetSession", json!({"sessionId": "current"})).await.field();
    assert_eq!(session["countryName"], "日本");
}

/// `total: false` counts nothing, in GraphQL as by REST.
#[tokio::test]
async fn totals_are_counted_on_demand() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    for (field, path, total) in [
        ("accountListLogs", "/v1/account/logs", 2),
        ("accountListIdentities", "/v1/account/identities", 0),
    ] {
        for (counted, expected) in [(json!(null), total), (json!(true), total), (json!(false), 0)] {
            let answer = ada.run(field, json!({"total": counted})).await;
            assert_eq!(answer.field()["total"], expected, "{field} {counted}");
            let query = format!("query($t: Boolean) {{ {field}(total: $t) {{ total }} }}");
            let sent = ada.send(&json!({"query": query, "variables": {"t": counted}})).await;
            assert_eq!(sent.field()["total"], expected, "{field} {counted}");
        }
        let uncounted = ada.rest("GET", &format!("{path}?total=false"), json!(null)).await;
        assert_eq!(uncounted.json()["total"], 0, "{path}");
        let counted = ada.rest("GET", &format!("{path}?total=true"), json!(null)).await;
        assert_eq!(counted.json()["total"], total, "{path}");
    }
}
