//! How a database carries a statement out.

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};

use super::texts;

/// The plan of a statement.
pub(super) struct Plan {
    /// As the database prints it.
    pub(super) lines: Vec<String>,
    /// Where all rows are read of a table, or of a project.
    pub(super) scans: Vec<String>,
}

impl Plan {
    /// Asks the database.
    pub(super) async fn of(db: &DatabaseConnection, sql: &str) -> Self {
        let has_plan = ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"];
        if !has_plan.iter().any(|verb| sql.starts_with(verb)) {
            return Self { lines: Vec::new(), scans: Vec::new() };
        }
        match db.get_database_backend() {
            DbBackend::Postgres => of_postgres(db, sql).await,
            _ => of_sqlite(db, sql).await,
        }
    }
}

/// Whether a statement reads the first rows in the order of an index, whatever is in them.
fn is_first_rows(sql: &str, lines: &[String]) -> bool {
    let is_sorted = lines.iter().any(|line| line.contains("Sort") || line.contains("TEMP B-TREE"));
    sql.contains(" ORDER BY ") && sql.contains(" LIMIT ") && !sql.contains(" WHERE ") && !is_sorted
}

/// SQLite's plan, which doesn't depend on what is in the tables.
async fn of_sqlite(db: &DatabaseConnection, sql: &str) -> Plan {
    let tables = texts(db, "SELECT name FROM sqlite_master WHERE type = 'table'").await;
    let explain = Statement::from_string(DbBackend::Sqlite, format!("EXPLAIN QUERY PLAN {sql}"));
    let rows = db.query_all_raw(explain).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    let lines: Vec<String> = rows.iter().map(|row| row.try_get("", "detail").unwrap()).collect();
    let is_scan = |line: &&String| {
        let mut words = line.split(' ');
        let (verb, table) = (words.next().unwrap(), words.next().unwrap_or_default());
        let is_by_project = line.ends_with("(project_id=?)") && !sql.contains("LIMIT");
        let is_table = tables.iter().any(|known| known == table);
        is_table && !is_first_rows(sql, &lines) && (verb == "SCAN" || is_by_project)
    };
    let scans = lines.iter().filter(is_scan).cloned().collect();
    Plan { lines, scans }
}

/// The values of the parameters, where a plan depends on them: unknown, earlier than all rows, or later.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Values {
    Unknown,
    Early,
    Late,
}

/// PostgreSQL's plan for any values; if that reads all rows, for times that few rows are before or after. The server's statements
/// are planned for their values, as long as that is cheaper than the plan for any.
async fn of_postgres(db: &DatabaseConnection, sql: &str) -> Plan {
    let prepare = format!("PREPARE statement AS {sql}");
    db.execute_unprepared(&prepare).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    let types =
        "SELECT unnest(parameter_types)::text FROM pg_prepared_statements WHERE name = 'statement'";
    let types = texts(db, types).await;
    let mut plan = explain(db, sql, &types, Values::Unknown).await;
    for values in [Values::Early, Values::Late] {
        if plan.scans.is_empty() {
            break;
        }
        let other = explain(db, sql, &types, values).await;
        if other.scans.is_empty() {
            let note = match values {
                Values::Early => "Where few rows are earlier:",
                Values::Late | Values::Unknown => "Where few rows are later:",
            };
            plan = Plan { lines: [vec![note.to_owned()], other.lines].concat(), ..other };
        }
    }
    db.execute_unprepared("DEALLOCATE statement").await.unwrap();
    plan
}

async fn explain(db: &DatabaseConnection, sql: &str, types: &[String], values: Values) -> Plan {
    let mode = if values == Values::Unknown { "force_generic_plan" } else { "force_custom_plan" };
    db.execute_unprepared(&format!("SET plan_cache_mode = {mode}")).await.unwrap();
    let values: Vec<_> = types.iter().map(|kind| literal(kind, values)).collect();
    let values = if values.is_empty() { String::new() } else { format!("({})", values.join(", ")) };
    let lines = texts(db, &format!("EXPLAIN (COSTS OFF) EXECUTE statement{values}")).await;
    let scans = if is_first_rows(sql, &lines) { Vec::new() } else { scans(&lines) };
    Plan { lines, scans }
}

/// A value of a type.
fn literal(kind: &str, values: Values) -> String {
    match kind {
        "bigint" | "integer" | "smallint" if values == Values::Early => "1".to_owned(),
        "bigint" => "9000000000000000".to_owned(),
        "integer" | "smallint" => "9999".to_owned(),
        "boolean" => "true".to_owned(),
        kind if kind.ends_with("[]") => format!("'{{}}'::{kind}"),
        kind => format!("'default'::{kind}"),
    }
}

/// The nodes of a plan that read a table without an index, walk through an index, or read all rows of a project.
fn scans(lines: &[String]) -> Vec<String> {
    let has_limit =
        lines.iter().any(|line| line.trim_start_matches([' ', '-', '>']).starts_with("Limit"));
    let mut scans = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let node = line.trim_start_matches([' ', '-', '>']);
        let is_index = ["Index Scan", "Index Only Scan", "Bitmap Index Scan"]
            .iter()
            .any(|scan| node.starts_with(scan));
        // What belongs to the node follows it, before the nodes below.
        let details = lines[index + 1..].iter().take_while(|line| !line.contains("->"));
        let condition =
            details.into_iter().find_map(|line| line.trim().strip_prefix("Index Cond: "));
        let is_by_project = |condition: &str| {
            condition.contains("project_id") && condition.matches(['=', '<', '>']).count() == 1
        };
        let is_scan = match condition {
            _ if !is_index => node.starts_with("Seq Scan"),
            None => true,
            Some(condition) => is_by_project(condition) && !has_limit,
        };
        if is_scan {
            scans.push(node.to_owned());
        }
    }
    scans
}
