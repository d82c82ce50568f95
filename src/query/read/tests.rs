//! How the databases read lists: each filter and order that has an index is read by it, and nothing scans a table.

use std::collections::BTreeSet;

use entity::{identity, message, user};
use sea_orm::{DbBackend, QueryTrait};
use serde_json::{Value as Json, json};

use self::explain::{explain, scans, seeks, sorts};
use super::*;
use crate::db::{Db, Store};
use crate::messages::list::MessageAttribute;
use crate::query::attribute::Kind;
use crate::query::conditions::Candidate;
use crate::query::keys::Keys;
use crate::users::list::UserAttribute;
use crate::users::list_identities::IdentityAttribute;

mod explain;

/// A migrated database. On PostgreSQL it is to use indexes though its tables are empty.
async fn database(name: &str) -> (Db, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let Ok(server) = std::env::var("TEST_DATABASE_URL") else {
        let url = format!("sqlite://{}/accountd.db", folder.path().display());
        return (Db::open(&url).await.unwrap(), folder);
    };
    let (base, _) = server.rsplit_once('/').unwrap();
    let name = format!("test_plans_{name}_{}", std::process::id());
    let outside = sea_orm::Database::connect(&server).await.unwrap();
    for statement in [
        format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
        format!("CREATE DATABASE {name}"),
        format!("ALTER DATABASE {name} SET enable_seqscan = off"),
        format!("ALTER DATABASE {name} SET enable_bitmapscan = off"),
        format!("ALTER DATABASE {name} SET enable_sort = off"),
    ] {
        outside.execute_unprepared(&statement).await.unwrap();
    }
    (Db::open(&format!("{base}/{name}")).await.unwrap(), folder)
}

/// A query of every method for an attribute.
fn queries_for<A: Attribute>(attribute: A) -> Vec<Json> {
    let described = attribute.describe();
    let (one, other) = match described.kind {
        Kind::Text(_) | Kind::Texts => (json!("a"), json!("b")),
        Kind::Flag => (json!(false), json!(true)),
        Kind::Date => (json!("2026-01-01"), json!("2026-02-01")),
    };
    let tests = [
        ("equal", json!([one])),
        ("notEqual", json!([one])),
        ("lessThan", json!([one])),
        ("lessThanEqual", json!([one])),
        ("greaterThan", json!([one])),
        ("greaterThanEqual", json!([one])),
        ("between", json!([one, other])),
        ("notBetween", json!([one, other])),
        ("isNull", json!([])),
        ("isNotNull", json!([])),
        ("startsWith", json!([one])),
        ("notStartsWith", json!([one])),
        ("endsWith", json!([one])),
        ("notEndsWith", json!([one])),
        ("contains", json!([one])),
        ("containsAll", json!([one, other])),
        ("notContains", json!([one])),
    ];
    let query = |(method, values): (&str, Json)| json!({"method": method, "attribute": described.name, "values": values});
    tests.into_iter().map(query).collect()
}

/// Reads a list; none if an attribute has no such method.
fn read_list<A: Attribute>(queries: &[Json]) -> Option<ListQuery<A>> {
    let queries: Vec<_> = queries.iter().map(|query| Some(query.to_string())).collect();
    ListQuery::read(&queries).ok()
}

/// Each order, with the attribute's name.
fn orders<A: Attribute>() -> Vec<(&'static str, Json)> {
    let names = A::ALL.iter().map(|attribute| attribute.describe().name);
    let both = names.flat_map(|name| ["orderAsc", "orderDesc"].map(|method| (name, method)));
    both.map(|(name, method)| (name, json!({"method": method, "attribute": name}))).collect()
}

/// The filters that an index finds rows for, and the orders that no index has, as the database plans them.
async fn planned<A: Attribute>(db: &Db, cursor: &Row<A>) -> (BTreeSet<String>, BTreeSet<String>) {
    let db = db.read();
    let project = ProjectId::new("default");
    let scope = Scope { backend: db.get_database_backend(), project: &project };
    let walk = |conditions: Conditions| Plan { conditions: conditions.all, ..Plan::default() };
    let mut problems = Vec::new();
    let mut note = |is_right: bool, problem: String| {
        if !is_right {
            problems.push(problem);
        }
    };
    let mut filters = BTreeSet::new();
    let mut sorted = BTreeSet::new();
    for (name, order) in orders::<A>() {
        let Some(list) = read_list::<A>(&[order]) else { continue };
        for cursor in [None, Some(cursor)] {
            let page =
                select(scope, &list, &walk(Conditions::default()), cursor).limit(25).into_query();
            let plan = explain(db, page).await;
            note(!scans(&plan), format!("{name} is scanned: {plan:#?}"));
            if sorts(&plan) {
                sorted.insert(name.to_owned());
            } else if cursor.is_some() {
                note(seeks(&plan), format!("{name} beyond a cursor: {plan:#?}"));
            }
        }
    }
    for query in A::ALL.iter().flat_map(|attribute| queries_for(*attribute)) {
        let name = format!(
            "{} {}",
            query["attribute"].as_str().unwrap(),
            query["method"].as_str().unwrap()
        );
        let Some(list) = read_list::<A>(std::slice::from_ref(&query)) else { continue };
        let conditions = Conditions::of_filters(scope, &list);
        let Some(Candidate { keys, .. }) = conditions.candidates.first().cloned() else { continue };
        let found = explain(db, keys.select()).await;
        let counted = scanned_to_count::<A>(db, scope, &walk(conditions), &keys).await;
        note(counted.is_empty(), format!("counted by {name}: {counted:#?}"));
        // With an empty table PostgreSQL can't know which index is the best.
        let is_found = seeks(&found) || scope.backend == DbBackend::Postgres;
        note(!scans(&found) && is_found, format!("{name}: {found:#?}"));
        filters.insert(name.clone());
        // In one direction each.
        for (by, order) in orders::<A>().into_iter().step_by(2) {
            let Some(list) = read_list::<A>(&[order, query.clone()]) else { continue };
            // Few rows are found by their keys, whatever else is asked for.
            let few =
                Plan { few: Some(keys.clone()), ..walk(Conditions::of_filters(scope, &list)) };
            let page = select(scope, &list, &few, Some(cursor)).limit(25).into_query();
            let plan = explain(db, page).await;
            let by_key = plan.iter().any(|line| line.contains("id=?") || line.contains("ANY"));
            note(!scans(&plan) && by_key, format!("few of {name}, {by}: {plan:#?}"));
            // Many rows are read in their order, if that has an index.
            let many = walk(Conditions::of_filters(scope, &list));
            let page = select(scope, &list, &many, Some(cursor)).limit(25).into_query();
            let plan = explain(db, page).await;
            let is_read_in_order = sorted.contains(by) || !sorts(&plan);
            note(!scans(&plan) && is_read_in_order, format!("many of {name}, {by}: {plan:#?}"));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    (filters, sorted)
}

/// The attributes of which the code says wrongly whether an index has their order. What only PostgreSQL has an index for counts as
/// without one.
fn misjudged<A: Attribute>(db: &Db, sorted: &BTreeSet<String>) -> Vec<&'static str> {
    let ordered = A::ALL.iter().filter(|attribute| attribute.describe().kind != Kind::Texts);
    let misjudged = ordered.filter(|attribute| {
        let has_index = !sorted.contains(attribute.describe().name);
        if attribute.has_index_in_order() { !has_index } else { has_index && !db.is_shared() }
    });
    misjudged.map(|attribute| attribute.describe().name).collect()
}

/// The plans that read rows without an index to count those on a list: by keys, and in the order of the list.
async fn scanned_to_count<A: Attribute>(
    db: &Store,
    scope: Scope<'_>,
    plan: &Plan,
    keys: &Keys,
) -> Vec<Vec<String>> {
    let on_list = plan.on_list::<A>(keys, scope).select();
    let mut plans = vec![explain(db, on_list).await];
    plans.push(explain(db, plan.first_on_list::<A>(scope, 100)).await);
    plans.retain(|plan| scans(plan));
    plans
}

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

/// Methods that an index in the order of the values answers.
const COMPARISONS: [&str; 6] =
    ["equal", "lessThan", "lessThanEqual", "greaterThan", "greaterThanEqual", "between"];

/// Filters by an attribute with these methods.
fn methods(attribute: &str, methods: &[&str]) -> BTreeSet<String> {
    methods.iter().map(|method| format!("{attribute} {method}")).collect()
}

/// Every attribute with every method and every order. `docs/lists.md` lists those without an index.
#[tokio::test]
async fn lists_of_users_scan_no_table() {
    let (db, _folder) = database("users").await;
    #[expect(clippy::disallowed_methods, reason = "only read")]
    let cursor = user::Model::new(
        ProjectId::new("default"),
        entity::UserId::new("ada"),
        entity::Timestamp::from_millis(1),
    );

    let (filters, orders) = planned::<UserAttribute>(&db, &cursor).await;

    let expected = [
        methods("$id", &["equal"]),
        methods("$createdAt", &COMPARISONS),
        methods("registration", &COMPARISONS),
        methods("name", &COMPARISONS),
        methods("name", &["startsWith"]),
        methods("email", &COMPARISONS),
        methods("email", &["startsWith", "isNull"]),
        methods("phone", &["equal", "isNull"]),
        methods("status", &["equal"]),
        methods("emailVerification", &["equal"]),
        methods("phoneVerification", &["equal"]),
        methods("labels", &["contains", "containsAll"]),
    ];
    assert_eq!(filters, expected.into_iter().flatten().collect());
    assert_eq!(orders, names(&["$updatedAt", "accessedAt", "passwordUpdate", "phone", "status"]));
    assert_eq!(misjudged::<UserAttribute>(&db, &orders), [""; 0]);
}

#[tokio::test]
async fn lists_of_identities_scan_no_table() {
    let (db, _folder) = database("identities").await;
    let cursor = identity::Model {
        id: entity::IdentityId::new("a"),
        project_id: ProjectId::new("default"),
        user_id: entity::UserId::new("ada"),
        created_at: entity::Timestamp::from_millis(1),
        updated_at: entity::Timestamp::from_millis(1),
        provider: "google".to_owned(),
        issuer: String::new(),
        subject: "1".to_owned(),
        email: String::new(),
        provider_tokens: String::new(),
    };

    let (filters, orders) = planned::<IdentityAttribute>(&db, &cursor).await;

    let expected = [
        methods("$id", &["equal"]),
        methods("$createdAt", &COMPARISONS),
        methods("userId", &["equal"]),
        methods("provider", &["equal"]),
        methods("providerUid", &["equal"]),
        methods("providerEmail", &COMPARISONS),
        methods("providerEmail", &["startsWith"]),
    ];
    assert_eq!(filters, expected.into_iter().flatten().collect());
    let unordered: &[&str] = if db.is_shared() { &["$updatedAt"] } else { &["$id", "$updatedAt"] };
    assert_eq!(orders, names(unordered));
    assert_eq!(misjudged::<IdentityAttribute>(&db, &orders), [""; 0]);
}

#[tokio::test]
async fn lists_of_messages_scan_no_table() {
    let (db, _folder) = database("messages").await;
    let cursor = message::Model {
        id: entity::MessageId::new("a"),
        project_id: ProjectId::new("default"),
        channel: message::Channel::Mail,
        kind: "recovery".to_owned(),
        recipient: "ada@example.com".to_owned(),
        sealed: String::new(),
        state: message::State::Queued,
        attempts: entity::Count::default(),
        error: String::new(),
        created_at: entity::Timestamp::from_millis(1),
        due_at: entity::Timestamp::from_millis(1),
        expires_at: entity::Timestamp::from_millis(1),
    };

    let (filters, orders) = planned::<MessageAttribute>(&db, &cursor).await;

    let expected = [
        methods("$id", &["equal"]),
        methods("$createdAt", &COMPARISONS),
        methods("to", &["equal"]),
        methods("state", &["equal"]),
    ];
    assert_eq!(filters, expected.into_iter().flatten().collect());
    let unordered: &[&str] = if db.is_shared() { &["kind"] } else { &["$id", "channel", "kind"] };
    assert_eq!(orders, names(unordered));
    assert_eq!(misjudged::<MessageAttribute>(&db, &orders), [""; 0]);
}
