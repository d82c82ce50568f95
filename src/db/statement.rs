//! The statements that are sent, for the log.

use tracing::trace;

/// Logs the text of a statement, without its values.
pub(in crate::db) fn log(sql: &str) {
    trace!(target: "accountd::sql", sql, "statement");
}
