//! How a database carries a statement out.

use sea_orm::sea_query::SelectStatement;
use sea_orm::{ConnectionTrait, DbBackend, Statement};

use crate::db::Store;

/// How the database carries a statement out, in lines.
pub(super) async fn explain(db: &Store, select: SelectStatement) -> Vec<String> {
    let backend = db.get_database_backend();
    let (explain, column) = match backend {
        DbBackend::Postgres => ("EXPLAIN", "QUERY PLAN"),
        _ => ("EXPLAIN QUERY PLAN", "detail"),
    };
    let statement = backend.build(&select);
    let statement = Statement { sql: format!("{explain} {}", statement.sql), ..statement };
    let rows = db.query_all_raw(statement).await.unwrap();
    rows.iter().map(|row| row.try_get("", column).unwrap()).collect()
}

/// Whether a plan reads rows without an index.
pub(super) fn scans(plan: &[String]) -> bool {
    plan.iter().any(|line| {
        ["SCAN users", "SCAN identities", "SCAN user_words", "SCAN messages", "Seq Scan"]
            .iter()
            .any(|scan| line.contains(scan))
    })
}

/// Whether a plan sorts all rows.
pub(super) fn sorts(plan: &[String]) -> bool {
    let plan = plan.join("\n");
    plan.contains("FOR ORDER BY") || plan.contains("Sort Key") && !plan.contains("Presorted Key")
}

/// Whether a plan finds rows by more than their project.
pub(super) fn seeks(plan: &[String]) -> bool {
    let by_more = |line: &String| {
        line.contains("SEARCH") && line.matches(['=', '<', '>']).count() > 1
            || line.contains("(id=?)")
            || line.contains("Index Cond") && line.matches(['=', '<', '>']).count() > 1
            || line.contains("Index Cond") && line.contains("IS NULL")
            // The blocked users; identities and messages of all projects by their ids, on PostgreSQL.
            || ["idx-users-blocked", "identities_pkey", "messages_pkey"]
                .iter()
                .any(|index| line.contains(index))
    };
    plan.iter().any(by_more)
}
