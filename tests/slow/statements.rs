//! Every statement that the server sends, with its plan: `schema/statements/` has a list for each database. No plan reads all
//! rows of a table that grows.
//!
//! `.ci/run` records the statements of all tests of `it`, and this test, which runs after them, checks the plans of all, and
//! prints those that aren't listed. `UPDATE=1` adds them. `TEST_ROWS=1000000` plans with so many rows in each table.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};

use crate::support::{TestApp, connect, recorded};

mod fill;
mod keys;
mod plan;

use plan::Plan;

/// Statements that may read all rows of a table, by parts of their shapes, and why.
const EXCEPTIONS: &[(&str, &str)] = &[
    (" ? = ?", "the list of values is empty, the condition false, and no row is read"),
    ("\"messages\".\"attempts\" > ", "the inbox of `accountd dev`; `serve` has none"),
    ("\"seed\" <> ? ORDER BY", REENCRYPTION),
    ("\"sealed\" <> ? ORDER BY", REENCRYPTION),
    ("\"provider_tokens\" <> ? ORDER BY", REENCRYPTION),
    ("\"hash\" <> ? ORDER BY", REENCRYPTION),
    ("\"private_key\" <> ? ORDER BY", REENCRYPTION),
];

const REENCRYPTION: &str =
    "goes through all rows once, a thousand at a time, while there is a `master_secret_previous`";

/// The ends of statements that tests send by themselves on the server's connection, beside those without a condition.
const OF_TESTS: &[&str] = &[
    "UPDATE \"users\" SET \"name\" = ?",
    "UPDATE \"users\" SET \"name\" = ? WHERE \"users\".\"email\" = ?",
    "UPDATE \"users\" SET \"enabled\" = ? WHERE \"users\".\"email\" = ?",
    "WHERE \"messages\".\"kind\" = ?",
    "WHERE \"messages\".\"recipient\" = ?",
    "WHERE \"messages\".\"recipient\" = ? AND \"messages\".\"due_at\" <= ?",
    "WHERE \"messages\".\"recipient\" = ? AND \"messages\".\"state\" <> ?",
    // The worker asks for each lane.
    "WHERE \"messages\".\"state\" = ? AND \"messages\".\"due_at\" <= ? ORDER BY \"messages\".\"due_at\" ASC LIMIT ?",
    "WHERE \"passkeys\".\"user_id\" = ?",
    "WHERE \"security_logs\".\"project_id\" = ?",
    "WHERE \"security_logs\".\"project_id\" = ? ORDER BY \"security_logs\".\"id\" ASC",
    "WHERE \"security_logs\".\"user_id\" = ?",
    "FROM \"users\" LIMIT ?",
    "FROM \"sessions\" LIMIT ?",
    "FROM \"messages\" ORDER BY \"messages\".\"id\" ASC",
];

/// Whether a statement, by its shape, is one of a test.
fn is_of_tests(shape: &str) -> bool {
    let shape = shape.trim_end_matches(") AS \"sub_query\"");
    let counts_users = shape.starts_with("SELECT COUNT(*)")
        && shape.ends_with("WHERE \"users\".\"project_id\" = ?");
    let verbs = ["SELECT", "DELETE"];
    let has_no_condition = verbs.iter().any(|verb| shape.starts_with(verb))
        && shape.ends_with('"')
        && !shape.contains(" WHERE ");
    counts_users || has_no_condition || OF_TESTS.iter().any(|end| shape.ends_with(end))
}

/// Tables that stay small, and why.
const SMALL: &[(&str, &str)] = &[
    ("generations", "one row"),
    ("signing_keys", "a few for each project"),
    ("api_keys", "as many as operators make"),
];

/// The statements of a database by their shapes, of which several may differ in how many values they have.
type Statements = BTreeMap<String, String>;

/// The database with all tables, and that of the rate limits.
struct Databases {
    accounts: DatabaseConnection,
    limits: DatabaseConnection,
}

impl Databases {
    /// Those of a server. On PostgreSQL both are one, whose tables are full.
    async fn of(app: &TestApp) -> Self {
        let accounts = app.outside().await;
        let limits = match app.app.config.database.file() {
            Some(file) => {
                let file = file.with_file_name("accountd-limits.db");
                connect(format!("sqlite://{}", file.display())).await
            }
            None => accounts.clone(),
        };
        if accounts.get_database_backend() == DbBackend::Postgres {
            let rows = std::env::var("TEST_ROWS").ok().and_then(|rows| rows.parse().ok());
            fill::fill(&accounts, rows.unwrap_or(20_000)).await;
        }
        Self { accounts, limits }
    }

    /// The one with the table of a statement.
    fn of_statement(&self, sql: &str) -> &DatabaseConnection {
        if sql.contains("rate_limits") { &self.limits } else { &self.accounts }
    }
}

/// The time of a statement doesn't grow with the rows of others (AV-11).
#[tokio::test]
async fn no_statement_scans_a_table() {
    let app = TestApp::new().await;
    let databases = Databases::of(&app).await;
    let mut statements = listed(&databases);
    let mut problems = Vec::new();
    let updates = std::env::var_os("UPDATE").is_some();
    for sql in recorded().unwrap_or_default() {
        let shape = shape(&sql);
        if statements.contains_key(&shape) || is_of_tests(&shape) {
            continue;
        }
        // Its plan counts. Some statements only come when a test is slow.
        if !updates {
            eprintln!("not listed: {sql}");
        }
        statements.insert(shape, sql);
    }

    let mut text = heading(&databases);
    let mut sorted: Vec<_> = statements.into_values().collect();
    sorted.sort();
    for sql in &sorted {
        let plan = Plan::of(databases.of_statement(sql), sql).await;
        let scans: Vec<_> = plan
            .scans
            .iter()
            .filter(|scan| {
                !SMALL.iter().any(|(table, _)| scan.split(' ').any(|word| word == *table))
            })
            .collect();
        let reason = EXCEPTIONS.iter().find(|(part, _)| shape(sql).contains(part));
        if !scans.is_empty() && reason.is_none() {
            problems.push(format!("{scans:?}\n  {sql}\n  {}", plan.lines.join("\n  ")));
        }
        let reason = reason.filter(|_| !scans.is_empty());
        writeln!(text, "{sql};").unwrap();
        for line in plan.lines.iter().chain(reason.map(|(_, why)| format!("Why: {why}.")).as_ref())
        {
            writeln!(text, "--   {line}").unwrap();
        }
        text.push('\n');
    }
    if updates {
        std::fs::write(file(&databases), text.trim_end().to_owned() + "\n").unwrap();
    }

    assert!(problems.is_empty(), "{} problems\n{}", problems.len(), problems.join("\n"));
    assert!(sorted.len() > 100, "{} statements", sorted.len());
}

/// A statement without its numbers of values: `IN ($1, $2)` is `IN (?)`, and many rows of values are one.
fn shape(sql: &str) -> String {
    let mut shape = String::new();
    let mut characters = sql.chars().peekable();
    while let Some(character) = characters.next() {
        shape.push(if character == '$' { '?' } else { character });
        if character == '$' {
            while characters.next_if(char::is_ascii_digit).is_some() {}
        }
    }
    for (many, one) in [("?, ?", "?"), ("(?), (?)", "(?)")] {
        while shape.contains(many) {
            shape = shape.replace(many, one);
        }
    }
    shape
}

/// The statements of the list.
fn listed(databases: &Databases) -> Statements {
    let text = std::fs::read_to_string(file(databases)).unwrap_or_default();
    let statements = text.lines().filter(|line| !line.starts_with("--") && !line.is_empty());
    let statements = statements.map(|line| line.strip_suffix(';').expect(line).to_owned());
    statements.map(|sql| (shape(&sql), sql)).collect()
}

/// The list of a database.
fn file(databases: &Databases) -> PathBuf {
    let name = match databases.accounts.get_database_backend() {
        DbBackend::Postgres => "postgres.sql",
        _ => "sqlite.sql",
    };
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("schema/statements").join(name)
}

fn heading(databases: &Databases) -> String {
    let (name, more) = match databases.accounts.get_database_backend() {
        DbBackend::Postgres => ("PostgreSQL", ", here of 15 with 20,000 rows in each table"),
        _ => ("SQLite", ""),
    };
    format!(
        "-- The statements that a server sends to {name}, each with its plan{more}. Those of lists are not here:\n\
         -- they follow from the queries, and src/query/read/tests.rs asks for the plans of all.\n\
         -- Written by `UPDATE=1 .ci/statements`, checked by tests/slow/statements.rs.\n\n"
    )
}

/// The values of a column of text.
async fn texts(db: &impl ConnectionTrait, sql: &str) -> Vec<String> {
    let statement = Statement::from_string(db.get_database_backend(), sql);
    let rows = db.query_all_raw(statement).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}
