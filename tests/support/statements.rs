//! Records the statements that the servers of tests send, for `tests/slow/statements.rs`.
//!
//! `TEST_STATEMENTS` names a folder. A file in it, `postgres` or `sqlite`, gets the text of each statement once for each
//! process, but for those of lists, which `src/query/read/tests.rs` asks for every attribute, method and order.

use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;
use std::sync::{Mutex, Once};

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{Layer, registry};

/// The log target of the server's statements.
const TARGET: &str = "accountd::sql";

/// Writes statements that are new into the file.
pub(super) struct Recorder(PathBuf);

/// Begins to record the statements of this process, if a folder is named.
pub(super) fn record() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        if let Some(recorder) = Recorder::layer() {
            tracing::subscriber::set_global_default(registry().with(recorder)).unwrap();
        }
    });
}

/// The statements that were recorded so far, if a folder is named.
pub(crate) fn recorded() -> Option<BTreeSet<String>> {
    let text = std::fs::read_to_string(file()?).ok()?;
    Some(text.lines().filter(|sql| has_plan(sql)).map(str::to_owned).collect())
}

/// Whether a statement reads or changes rows; others begin and end transactions, or set the connection.
fn has_plan(sql: &str) -> bool {
    ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"].iter().any(|verb| sql.starts_with(verb))
        && !sql.contains(';')
}

/// The file of the database that the tests run on.
fn file() -> Option<PathBuf> {
    let folder = std::env::var_os("TEST_STATEMENTS")?;
    let name = if super::database::server().is_some() { "postgres" } else { "sqlite" };
    Some(PathBuf::from(folder).join(name))
}

impl Recorder {
    /// A layer that records, if a folder is named.
    pub(super) fn layer<S>() -> Option<impl Layer<S>>
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        let recorder = Self(file()?);
        Some(recorder.with_filter(Targets::new().with_target(TARGET, Level::TRACE)))
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Recorder {
    fn on_event(&self, event: &Event<'_>, ctx: Context<'_, S>) {
        static KNOWN: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
        let mut spans = ctx.event_scope(event).into_iter().flatten();
        if spans.any(|span| span.metadata().target() == TARGET) {
            return;
        }
        let mut statement = Statement::default();
        event.record(&mut statement);
        // A line each.
        let statement = statement.0.replace('\n', " ").trim_end().to_owned();
        let mut known = KNOWN.lock().unwrap();
        if known.insert(statement.clone()) {
            let mut file = OpenOptions::new().create(true).append(true).open(&self.0).unwrap();
            file.write_all(format!("{statement}\n").as_bytes()).unwrap();
        }
    }
}

/// The text of a statement.
#[derive(Default)]
struct Statement(String);

impl Visit for Statement {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "sql" {
            value.clone_into(&mut self.0);
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}
