//! The log's record of a request: collected while the request is handled, written as one line at the end.
//!
//! The current request is a task-local, so that any code can add to its record. Spawned tasks have it if their work is
//! wrapped by [`carry`].

use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Instant;

use axum::http::{Method, StatusCode};
use entity::ProjectId;
use futures_util::future::Either;
use futures_util::stream::poll_fn;
use futures_util::{Stream, StreamExt};
use tokio::task::futures::TaskLocalFuture;
use tokio::task_local;

use self::line::Unit;
use crate::trace;
use crate::trace::Scope;

mod caller_kind;
mod format;
mod line;
mod path;
mod span;

pub use caller_kind::CallerKind;
pub use format::{JsonLines, TextLines};
pub use line::{ACCESS_LOG, POLLED};

task_local! {
    static CURRENT: RequestLog;
}

/// The longest list of names in a line, in bytes.
const MAX_LIST: usize = 256;
/// The status in the log if the client has gone before there was one, as in nginx.
const CLIENT_CLOSED: u16 = 499;

/// The record of a request, or of an operation of a socket. Its line is written when the last handle is dropped.
#[derive(Clone, Debug)]
pub struct RequestLog(Arc<Record>);

#[derive(Debug)]
struct Record {
    unit: Unit,
    id: String,
    method: Method,
    path: String,
    /// Of a request that belongs to a trace.
    scope: Option<Scope>,
    trace_id: Option<String>,
    began: Instant,
    bytes: AtomicU64,
    details: Mutex<Details>,
}

/// What is collected about a request.
#[derive(Clone, Debug, Default)]
struct Details {
    client: Option<IpAddr>,
    project: Option<ProjectId>,
    caller: Option<CallerKind>,
    has_api_key: bool,
    is_operator: bool,
    route: Option<String>,
    status: Option<u16>,
    close: Option<u16>,
    events: Option<u64>,
    error: Option<String>,
    fault: Option<String>,
    kind: String,
    operation: String,
    fields: String,
}

impl RequestLog {
    /// Creates the record of a request from `client`, which `scope` is the span of, if it belongs to a trace.
    pub fn new(
        id: String,
        method: Method,
        path: &str,
        client: IpAddr,
        scope: Option<Scope>,
    ) -> Self {
        Self(Arc::new(Record {
            unit: Unit::Request,
            id,
            method,
            path: path::masked(path),
            trace_id: scope.as_ref().and_then(Scope::trace_id),
            scope,
            began: Instant::now(),
            bytes: AtomicU64::new(0),
            details: Mutex::new(Details { client: Some(client), ..Details::default() }),
        }))
    }

    /// The record of the current request.
    pub fn current() -> Option<Self> {
        CURRENT.try_with(Self::clone).ok()
    }

    /// Creates the record of an operation on this socket: with its own line, and the request's id.
    #[must_use]
    pub fn operation(&self) -> Self {
        let Record { id, method, path, scope, trace_id, .. } = &*self.0;
        let details = self.0.with(|details| Details {
            client: details.client,
            project: details.project.clone(),
            caller: details.caller,
            has_api_key: details.has_api_key,
            route: details.route.clone(),
            ..Details::default()
        });
        Self(Arc::new(Record {
            unit: Unit::Operation,
            id: id.clone(),
            method: method.clone(),
            path: path.clone(),
            scope: scope.clone(),
            trace_id: trace_id.clone(),
            began: Instant::now(),
            bytes: AtomicU64::new(0),
            details: Mutex::new(details),
        }))
    }

    /// The request's id.
    pub fn id(&self) -> &str {
        &self.0.id
    }

    /// Runs `work` with this record.
    pub fn scope<F: Future>(self, work: F) -> impl Future<Output = F::Output> {
        let scope = self.0.scope.clone();
        CURRENT.scope(self, trace::within(scope, work))
    }

    /// Runs synchronous `work` with this record.
    pub fn sync_scope<T>(&self, work: impl FnOnce() -> T) -> T {
        CURRENT.sync_scope(self.clone(), || trace::in_scope(self.0.scope.as_ref(), work))
    }

    /// Polls `stream` with this record.
    pub fn scope_stream<S: Stream + Unpin>(self, mut stream: S) -> impl Stream<Item = S::Item> {
        poll_fn(move |cx: &mut Context<'_>| -> Poll<Option<S::Item>> {
            self.sync_scope(|| stream.poll_next_unpin(cx))
        })
    }

    /// Records the status of the response.
    pub fn note_status(&self, status: StatusCode) {
        self.0.with(|details| details.status = Some(status.as_u16()));
    }

    /// Adds what all lines about this request have, by the names of [`ACCESS_LOG`].
    fn add_to_line(&self, mut add: impl FnMut(&'static str, &str)) {
        add("request_id", &self.0.id);
        if let Some(trace_id) = &self.0.trace_id {
            add("trace_id", trace_id);
        }
        self.0.with(|Details { operation, fields, .. }| {
            for (name, value) in [("operation", operation), ("fields", fields)] {
                if !value.is_empty() {
                    add(name, value);
                }
            }
        });
    }

    /// Counts bytes of the response's body.
    pub fn count_bytes(&self, bytes: usize) {
        self.0.bytes.fetch_add(u64::try_from(bytes).unwrap_or(u64::MAX), Ordering::Relaxed);
    }
}

impl Record {
    fn with<T>(&self, change: impl FnOnce(&mut Details) -> T) -> T {
        change(&mut self.details.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Changes the record of the current request, if there is one.
fn note(change: impl FnOnce(&mut Details)) {
    let _ = CURRENT.try_with(|log| log.0.with(change));
}

/// Records the matched route.
pub fn note_route(route: &str) {
    note(|details| details.route = Some(route.to_owned()));
}

/// Records the client's address (none of the operator, who comes through a socket), the project, and whether it has an
/// API key.
pub fn note_client(ip: Option<IpAddr>, project: &ProjectId, has_api_key: bool) {
    note(|details| {
        details.client = ip;
        details.is_operator = ip.is_none();
        details.project = Some(project.clone());
        details.has_api_key = has_api_key;
    });
}

/// Records the kind of caller. A caller whose session ends during the request doesn't become a guest.
pub fn note_caller(kind: CallerKind) {
    note(|details| {
        if kind != CallerKind::Guest || details.caller.is_none() {
            details.caller = Some(kind);
        }
    });
}

/// Records an operation that is about to run.
pub fn note_operation(kind: &'static str, name: Option<&str>) {
    note(|details| {
        append(&mut details.kind, kind);
        append(&mut details.operation, name.unwrap_or_default());
    });
}

/// Records a root field that is about to run.
pub fn note_field(name: &str) {
    note(|details| append(&mut details.fields, name));
}

/// Records the type of an error in the response; the first one counts.
pub fn note_error(kind: &str) {
    note(|details| {
        details.error.get_or_insert_with(|| kind.to_owned());
    });
}

/// Counts an event of a subscription.
pub fn note_event() {
    note(|details| details.events = Some(details.events.unwrap_or(0).saturating_add(1)));
}

/// Logs a server error under its `id`, with all data of the request.
pub fn log_fault(id: &str, cause: &str) {
    line::write_fault(id, cause);
}

/// Records the code that closes a socket.
pub fn note_close(code: u16) {
    note(|details| details.close = Some(code));
}

/// Runs `work` with the record of the current request, in whichever task.
pub fn carry<F: Future>(work: F) -> Either<TaskLocalFuture<RequestLog, F>, F> {
    match RequestLog::current() {
        Some(log) => Either::Left(CURRENT.scope(log, work)),
        None => Either::Right(work),
    }
}

/// Runs `work` with a record, if there is one.
pub async fn within<F: Future + Unpin>(log: Option<RequestLog>, work: F) -> F::Output {
    match log {
        Some(log) => log.scope(work).await,
        None => work.await,
    }
}

/// Adds a name to a comma-separated list, unless it is there or the list is full.
fn append(list: &mut String, name: &str) {
    const CUT: &str = ",…";
    if name.is_empty() || list.split(',').any(|known| known == name) || list.ends_with(CUT) {
        return;
    }
    if list.len().saturating_add(name.len()) >= MAX_LIST {
        list.push_str(CUT);
        return;
    }
    if !list.is_empty() {
        list.push(',');
    }
    list.push_str(name);
}

#[cfg(test)]
mod tests;
