//! The migrations: up, down, up; and the same schema as the entities describe.

use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::Instant;

use accountd::db::Db;
use migration::{LimitsMigrator, Migrate, Migrator};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::support::{TestApp, accountd, connect, rounds, stores};

mod online;

#[tokio::test]
async fn migrations_go_down_and_up_again() {
    let app = TestApp::new().await;
    let db = &app.app.db.writer().for_maintenance().await.unwrap();

    Migrator::down(db, None).await.unwrap();
    assert_eq!(tables(db).await, ["seaql_migrations"]);
    Migrator::up(db, None).await.unwrap();

    assert!(tables(db).await.contains(&"users".to_owned()));
}

/// The tables and columns that the entities describe are those that the migrations make. Indexes are the
/// migrations' own affair: an entity can't say that a column is part of two unique ones.
#[tokio::test]
async fn the_entities_describe_the_migrated_schema() {
    let (migrated, described) = (TestApp::new().await, TestApp::new().await);
    let (migrated, described) = (
        &migrated.app.db.writer().for_maintenance().await.unwrap(),
        &described.app.db.writer().for_maintenance().await.unwrap(),
    );
    Migrator::down(described, None).await.unwrap();
    LimitsMigrator::down(described, None).await.unwrap();

    described.get_schema_registry("entity::*").apply(described).await.unwrap();

    assert_eq!(columns(described).await, columns(migrated).await);
}

/// Several processes that start at once migrate one after the other.
#[tokio::test(flavor = "multi_thread")]
async fn concurrent_starts_migrate_once() {
    let app = TestApp::new().await;
    Migrator::down(&app.app.db.writer().for_maintenance().await.unwrap(), None).await.unwrap();
    let url = app.app.config.database.url.expose().to_string();

    let starts: Vec<_> = (0..8)
        .map(|_| {
            let url = url.clone();
            tokio::spawn(async move { Db::open(&url).await.map(drop) })
        })
        .collect();

    for start in starts {
        start.await.unwrap().unwrap();
    }
}

/// MI-3: wherever a migration is killed (at 50 points in the slow job), the next start finishes it.
#[test]
fn a_killed_migration_is_finished_by_the_next() {
    let runtime = Runtime::new().unwrap();
    let reference = TempDir::new().unwrap();
    let started = Instant::now();
    let whole = migrate(&reference).wait_with_output().unwrap();
    let takes = started.elapsed();
    assert!(whole.status.success(), "{}", String::from_utf8_lossy(&whole.stderr));
    let read =
        |folder: &TempDir| runtime.block_on(async { schema(&connect(url(folder)).await).await });
    let expected = read(&reference);

    let points = u32::try_from(rounds(8, 50)).unwrap();
    for point in 0..points {
        let folder = TempDir::new().unwrap();
        // Sets the database up before the clock of the kill starts.
        url(&folder);
        let mut killed = migrate(&folder);
        sleep(takes * point / points);
        killed.kill().unwrap();
        killed.wait().unwrap();

        let next = migrate(&folder).wait_with_output().unwrap();

        assert!(next.status.success(), "{}", String::from_utf8_lossy(&next.stderr));
        assert_eq!(read(&folder), expected, "killed at {point} of {points}");
    }
}

/// What SQLite sorts doesn't go into the folder of temporary files: a container may have none that can be written to.
#[test]
fn a_migration_writes_beside_the_database_only() {
    let runtime = Runtime::new().unwrap();
    let (folder, temporary) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    assert!(migrate(&folder).wait().unwrap().success());
    runtime.block_on(async {
        let db = connect(url(&folder)).await;
        Migrator::down(&db, Some(migrations_since("m20261201_000006_pair_words"))).await.unwrap();
        for first in (0..3_000).step_by(100) {
            let rows = (first..first + 100).map(|n| {
                format!(
                    "('default', 'u{n}', {n}, 0, 0, 'Ada Lovelace {n}', 'u{n}@example.com', FALSE, FALSE, TRUE, '{{}}', 0)"
                )
            });
            let rows = rows.collect::<Vec<_>>().join(", ");
            let add = format!(
                "INSERT INTO users (project_id, id, created_at, updated_at, accessed_at, name, email, email_verified, \
                 phone_verified, enabled, prefs, prefs_revision) VALUES {rows}"
            );
            db.execute_unprepared(&add).await.unwrap();
        }
        db.close().await.unwrap();
    });
    let changed = || temporary.path().metadata().unwrap().modified().unwrap();
    let before = changed();

    let name = temporary.path().to_str().unwrap();
    let environment = [("SQLITE_TMPDIR", name), ("TMPDIR", name)];
    assert!(migrate_with(&folder, &environment).wait().unwrap().success());

    // Also a file that is gone again would have changed it.
    assert_eq!(changed(), before);
}

/// How many migrations there are from this one on.
fn migrations_since(name: &str) -> u32 {
    let all = Migrator::migrations();
    let first = all.iter().position(|migration| migration.name() == name).unwrap();
    u32::try_from(all.len() - first).unwrap()
}

/// Starts `accountd migrate` on the database of a folder.
fn migrate(folder: &TempDir) -> Child {
    migrate_with(folder, &[])
}

/// The same with more variables of the environment.
fn migrate_with(folder: &TempDir, more: &[(&str, &str)]) -> Child {
    let database = url(folder);
    let environment = [&[("ACCOUNTD_DATABASE__URL", database.as_str())], more].concat();
    let mut command = accountd(folder.path(), &["migrate"], &environment);
    command.stdout(Stdio::null()).spawn().unwrap()
}

/// The database of a folder.
fn url(folder: &TempDir) -> String {
    let stores = stores(folder.path());
    let postgres = stores.into_iter().find(|(name, _)| *name == "ACCOUNTD_DATABASE__URL");
    let (_, url) = postgres
        .unwrap_or_else(|| ("", format!("sqlite://{}/accountd.db", folder.path().display())));
    url
}

async fn tables(db: &DatabaseConnection) -> Vec<String> {
    let mut names: Vec<String> = schema(db)
        .await
        .into_iter()
        .filter_map(|row| row.strip_prefix("table ").map(str::to_owned))
        .collect();
    names.retain(|name| !name.starts_with("sqlite_") && !name.contains("limits"));
    names
}

/// The columns of our tables.
async fn columns(db: &DatabaseConnection) -> Vec<String> {
    let ours = |line: &String| {
        let tables = [
            "users.",
            "sessions.",
            "tokens.",
            "security_logs.",
            "messages.",
            "devices.",
            "identities.",
            "oauth_flows.",
            "used_id_tokens.",
            "user_words.",
            "authenticators.",
            "recovery_codes.",
            "challenges.",
            "signing_keys.",
            "revocations.",
        ];
        tables.iter().any(|table| line.starts_with(table))
    };
    schema(db).await.into_iter().filter(ours).collect()
}

/// All tables, columns and indexes of the database.
async fn schema(db: &DatabaseConnection) -> Vec<String> {
    let backend = db.get_database_backend();
    let query = match backend {
        DbBackend::Sqlite => {
            "SELECT 'table ' || name AS line FROM sqlite_master WHERE type = 'table'
             UNION SELECT 'index ' || name || ' ' || tbl_name FROM sqlite_master WHERE type = 'index'
             UNION SELECT m.name || '.' || p.name || ' ' || p.type || ' ' || p.\"notnull\"
             FROM sqlite_master m, pragma_table_info(m.name) p WHERE m.type = 'table' ORDER BY 1"
        }
        _ => {
            "SELECT 'table ' || table_name AS line FROM information_schema.tables WHERE table_schema = 'public'
             UNION SELECT 'index ' || indexname || ' ' || tablename FROM pg_indexes WHERE schemaname = 'public'
             UNION SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable
             FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1"
        }
    };
    let rows = db.query_all_raw(Statement::from_string(backend, query)).await.unwrap();
    rows.iter().map(|row| row.try_get("", "line").unwrap()).collect()
}

/// MI-2: a server whose migrations are all there starts beside a newer one, which has applied more.
#[tokio::test]
async fn a_newer_schema_is_served() {
    let app = TestApp::new().await;
    let session = app.user("ada@example.com").await.session().to_owned();
    let newer =
        "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m29991231_000001_later', 0)";
    app.app.db.writer().execute_unprepared(newer).await.unwrap();

    let app = app.restarted().await;

    let ada = app.guest().with_session(&session);
    assert_eq!(ada.query("{ accountGet { email } }").await.field()["email"], "ada@example.com");
}

/// Users of before get their pairs and flags, and no word of a name looks like a label anymore.
#[tokio::test]
async fn words_of_before_are_paired() {
    let app = TestApp::new().await;
    let db = &app.app.db.writer().for_maintenance().await.unwrap();
    Migrator::down(db, Some(migrations_since("m20261201_000006_pair_words"))).await.unwrap();
    for n in 0..1_200 {
        let add = format!(
            "INSERT INTO users (project_id, id, created_at, updated_at, accessed_at, name, email_verified, phone_verified, \
             enabled, prefs, prefs_revision, labels) \
             VALUES ('default', 'u{n}', {n}, 0, 0, 'Ada label:vip', TRUE, FALSE, FALSE, '{{}}', 0, '[\"Rare\"]')"
        );
        db.execute_unprepared(&add).await.unwrap();
    }
    let count = async |condition: &str| {
        let query = format!("SELECT count(*) AS n FROM user_words WHERE {condition}");
        let query = Statement::from_string(db.get_database_backend(), query);
        db.query_one_raw(query).await.unwrap().unwrap().try_get::<i64>("", "n").unwrap()
    };
    assert_eq!(count("word = 'label:vip'").await, 1_200);
    assert_eq!(count("word LIKE ' %'").await, 0);

    Migrator::up(db, None).await.unwrap();

    assert_eq!(count("word = 'label:vip'").await, 0);
    for word in ["ada", "label;vip", "label:Rare", " a label;vip ada", " l label;vip label:Rare"] {
        let filled =
            format!("word = '{word}' AND email_verified AND NOT phone_verified AND NOT enabled");
        assert_eq!(count(&filled).await, 1_200, "{word}");
    }
    assert_eq!(count("enabled IS NULL").await, 0);
    for first in (0..1_200).step_by(100) {
        let change = "UPDATE users SET name = 'Bob', enabled = TRUE WHERE created_at BETWEEN";
        let change = format!("{change} {first} AND {}", first + 99);
        db.execute_unprepared(&change).await.unwrap();
    }
    assert_eq!(count("NOT enabled OR word LIKE '%ada%'").await, 0);
    assert_eq!(count("TRUE").await, 1_200 * 5);
}
