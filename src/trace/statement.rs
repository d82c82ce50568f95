//! Statements in the log and in traces: their texts, which have placeholders in place of values.

use opentelemetry::trace::{Span as _, SpanKind, Status, TraceContextExt};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::trace::Span;
use tracing::trace;

use super::begin_in;

/// The longest text of a statement in a span, in bytes.
const MAX_TEXT: usize = 2048;

/// What runs a statement, by OpenTelemetry's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    /// SQLite in this process.
    Sqlite,
    /// A PostgreSQL server.
    Postgresql,
}

impl System {
    fn as_str(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgresql => "postgresql",
        }
    }
}

/// A statement that runs. Its span ends when this is dropped.
#[derive(Debug)]
pub struct Statement(Option<Box<Span>>);

impl Statement {
    /// Logs the text of a prepared statement, and begins it in the current span, if that is recorded.
    pub fn begin(system: System, sql: &str) -> Self {
        trace!(target: "accountd::sql", sql, "statement");
        Self::begin_text(system, sql)
    }

    /// Begins statements that stand in a text, such as `COMMIT`, in the current span, if that is recorded.
    pub fn begin_text(system: System, sql: &str) -> Self {
        Self(Context::map_current(|context| {
            if !context.span().span_context().is_sampled() {
                return None;
            }
            let span = begin_in(context, SpanKind::Client, || {
                let summary = summary(sql);
                let attributes = vec![
                    KeyValue::new("db.system.name", system.as_str()),
                    KeyValue::new("db.query.summary", summary.clone()),
                    KeyValue::new("db.query.text", text(sql)),
                ];
                (summary.into(), attributes)
            });
            span.map(Box::new)
        }))
    }

    /// Ends it with its result. Of an error, only that there is one: its message may name values.
    pub fn end<T, E>(self, result: Result<T, E>) -> Result<T, E> {
        if let (Some(mut span), Err(_)) = (self.0, &result) {
            span.set_attribute(KeyValue::new("error.type", "_OTHER"));
            span.set_status(Status::error(""));
        }
        result
    }
}

/// The first part of a statement, without literals.
fn text(sql: &str) -> String {
    let sql = sql.get(..sql.floor_char_boundary(MAX_TEXT)).unwrap_or(sql);
    if !sql.contains('\'') {
        return sql.to_owned();
    }
    // What is between quotes is every second part.
    let parts = sql.split('\'').enumerate();
    parts.map(|(index, part)| if index % 2 == 0 { part } else { "?" }).collect()
}

/// What a statement does, and to which table: `SELECT users`. Of several in one, what the first does.
fn summary(sql: &str) -> String {
    if let Some((_, first)) = sql.strip_prefix("WITH ").and_then(|sql| sql.split_once(" AS (")) {
        return summary(first);
    }
    // A look-up whose row is compared with its key (DU-9): the table is in the inner statement.
    let sql = sql.split_once("AS \"is_sound\" FROM (").map_or(sql, |(_, found)| found);
    let mut words = sql.split(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | ',' | ';'));
    let verb = words.next().unwrap_or_default();
    if sql.ends_with("; COMMIT") {
        return "COMMIT".to_owned();
    }
    let before_table = match verb {
        "INSERT" => "INTO",
        "SELECT" | "DELETE" => "FROM",
        "UPDATE" => "UPDATE",
        _ => return verb.to_owned(),
    };
    let mut words = [verb].into_iter().chain(words);
    if words.any(|word| word == before_table)
        && let Some(table) = words.find(|word| !word.is_empty())
        && table != "SELECT"
    {
        return format!("{verb} {}", table.replace('"', ""));
    }
    verb.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_has_the_verb_and_the_table() {
        for (sql, expected) in [
            (r#"SELECT "users"."id" FROM "users" WHERE "id" = $1"#, "SELECT users"),
            ("SELECT users.id FROM users LEFT JOIN sessions ON x", "SELECT users"),
            (r#"INSERT INTO "logs" ("id") VALUES (?)"#, "INSERT logs"),
            (r#"UPDATE "messages" SET "state" = ?"#, "UPDATE messages"),
            (r#"DELETE FROM "tokens" WHERE true"#, "DELETE tokens"),
            (r#"WITH "a" AS (UPDATE "users" SET "x" = $1) INSERT INTO "b""#, "UPDATE users"),
            (
                r#"SELECT "a", (EXISTS(SELECT "id" FROM "b")) AS "is_sound" FROM (SELECT "users".rowid AS "number" FROM "users" WHERE ?)"#,
                "SELECT users",
            ),
            ("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", "SELECT"),
            ("SELECT count(*) FROM (SELECT 1 FROM \"users\")", "SELECT"),
            ("BEGIN", "BEGIN"),
            ("SELECT 1 / (x)::int; COMMIT", "COMMIT"),
            ("", ""),
        ] {
            assert_eq!(summary(sql), expected, "{sql}");
        }
    }

    #[test]
    fn a_text_has_no_literals_and_an_end() {
        assert_eq!(text("SELECT 'ada@example.com', x, 'it''s'"), "SELECT ?, x, ??");
        assert_eq!(text("SELECT $1"), "SELECT $1");
        let long = format!("SELECT {}", "é".repeat(MAX_TEXT));
        assert!(text(&long).len() <= MAX_TEXT);
    }
}
