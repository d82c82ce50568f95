//! Databases without the tables of this release, and restored ones.

use std::fs;

use sea_orm::{ConnectionTrait, Statement};
use tokio::runtime::Runtime;

use super::DataFolder;
use crate::support::connect;

impl DataFolder {
    fn url(&self) -> String {
        let url = self.settings.iter().find(|(name, _)| *name == "ACCOUNTD_DATABASE__URL");
        let of_file = || format!("sqlite://{}", self.path("data/accountd.db").display());
        url.map_or_else(of_file, |(_, url)| url.clone())
    }

    fn is_on_postgres(&self) -> bool {
        self.url().starts_with("postgres")
    }

    fn execute(&self, sql: &str) {
        Runtime::new().unwrap().block_on(async {
            let db = connect(self.url()).await;
            db.execute_unprepared(sql).await.unwrap();
            db.close().await.unwrap();
        });
    }

    fn tables(&self) -> i64 {
        let sql = if self.is_on_postgres() {
            "SELECT count(*) AS n FROM pg_tables WHERE schemaname = 'public'"
        } else {
            "SELECT count(*) AS n FROM sqlite_schema"
        };
        Runtime::new().unwrap().block_on(async {
            let db = connect(self.url()).await;
            let query = Statement::from_string(db.get_database_backend(), sql);
            let row = db.query_one_raw(query).await.unwrap().unwrap();
            db.close().await.unwrap();
            row.try_get("", "n").unwrap()
        })
    }

    /// The lines of `doctor` about the database, and whether all is well.
    fn doctor(&self) -> (bool, String) {
        let output = self.run("doctor");
        let text = String::from_utf8(output.stdout).unwrap();
        let lines = text.lines().filter(|line| line.contains("  database: "));
        (output.status.success(), lines.collect::<Vec<_>>().join("\n"))
    }
}

const COMMANDS: [&str; 8] = [
    "user list",
    "user export",
    "message list",
    "user import users.jsonl --dry-run",
    "user import users.jsonl",
    "user create --id bob",
    "key list",
    "jwt list",
];

/// A command without a server makes no tables, whatever database the configuration names.
#[test]
fn a_command_migrates_nothing() {
    let data = DataFolder::new();
    data.start().stop();
    data.printed("user create --id ada");
    let empty = DataFolder::new();
    fs::create_dir(empty.path("data")).unwrap();
    empty.write("users.jsonl", r#"{"id":"bob"}"#);
    if !empty.is_on_postgres() {
        fs::write(empty.path("data/accountd.db"), "").unwrap();
    }

    for command in COMMANDS {
        let error = empty.error_of(command);
        let expected = "the database (database.url) has no tables of accountd: start a server of this release, or run `accountd migrate`";
        assert!(error.contains(expected), "{command}: {error}");
    }
    assert_eq!(empty.tables(), 0);
    let (_, finding) = empty.doctor();
    assert!(
        finding
            .ends_with("answers, without tables: the first start or `accountd migrate` makes them"),
        "{finding}"
    );

    // The tables are there, and the last migration, which may be of an index, is not.
    let (_, finding) = data.doctor();
    assert!(finding.ends_with(" answers"), "{finding}");
    data.execute(
        "DELETE FROM seaql_migrations WHERE version = (SELECT max(version) FROM seaql_migrations)",
    );
    let error = data.error_of("user list");
    assert!(error.contains("the database lacks tables or migrations of this release"), "{error}");
    let (_, finding) = data.doctor();
    assert!(finding.contains(", of an older release: the next start"), "{finding}");
}

/// What a server refuses to serve is a finding of `doctor`.
#[test]
fn the_doctor_finds_a_restored_dump() {
    let data = DataFolder::new();
    if !data.is_on_postgres() {
        return;
    }
    data.start().stop();
    assert!(data.doctor().0);
    // A dump restores the row into another table, which has another number.
    data.execute("UPDATE generations SET id = '1'");

    let (is_well, finding) = data.doctor();

    assert!(!is_well, "{finding}");
    let expected =
        "bad  database: the database was restored from a dump: run `accountd restore --in-place`";
    assert!(finding.starts_with(expected), "{finding}");
}
