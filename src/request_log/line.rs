//! The lines of the log: one for each request, and one for each server error.

use tracing::field::{DisplayValue, display};
use tracing::{Level, debug, enabled, error, info};

use super::{CLIENT_CLOSED, CURRENT, CallerKind, Details, PoisonError, Record, span};

/// The target of the request lines, for filters such as `accountd::access=off`.
pub const ACCESS_LOG: &str = "accountd::access";

/// Routes that probes or the inbox page request every few seconds. They are logged at level `debug`, and have no traces.
pub const POLLED: [&str; 4] = ["/health/live", "/health/ready", "/metrics", "/inbox/messages"];

/// What a line is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// A request.
    Request,
    /// An operation of a socket.
    Operation,
}

/// The logged data of a request.
pub(super) struct Known<'a> {
    pub(super) route: Option<&'a str>,
    pub(super) kind: Option<&'a str>,
    pub(super) operation: Option<&'a str>,
    pub(super) fields: Option<&'a str>,
    pub(super) client: Option<DisplayValue<std::net::IpAddr>>,
    pub(super) project: Option<&'a str>,
    pub(super) caller: Option<&'static str>,
}

impl<'a> From<&'a Details> for Known<'a> {
    fn from(details: &'a Details) -> Self {
        let unless_empty = |text: &'a str| (!text.is_empty()).then_some(text);
        let caller = match details.caller {
            None | Some(CallerKind::Guest) if details.is_operator => Some(CallerKind::Operator),
            None | Some(CallerKind::Guest) if details.has_api_key => Some(CallerKind::ApiKey),
            caller => caller,
        };
        Self {
            route: details.route.as_deref(),
            kind: unless_empty(&details.kind),
            operation: unless_empty(&details.operation),
            fields: unless_empty(&details.fields),
            client: details.client.map(display),
            project: details.project.as_ref().map(entity::ProjectId::as_str),
            caller: caller.map(CallerKind::as_str),
        }
    }
}

macro_rules! write_line {
    ($log:ident, $record:expr, $details:expr, $message:literal) => {{
        let Known { route, kind, operation, fields, client, project, caller } =
            Known::from($details);
        let Details { status, close, events, error, fault, .. } = $details;
        $log!(
            target: ACCESS_LOG,
            method = $record.method.as_str(),
            path = $record.path.as_str(),
            route,
            status,
            ms = $record.milliseconds(),
            bytes = $record.bytes.load(std::sync::atomic::Ordering::Relaxed),
            kind,
            operation,
            fields,
            client,
            project,
            caller,
            events,
            close,
            error = error.as_deref(),
            fault = fault.as_deref(),
            request_id = $record.id.as_str(),
            trace_id = $record.trace_id.as_deref(),
            $message
        );
    }};
}

impl Record {
    /// The duration in milliseconds, with one decimal.
    fn milliseconds(&self) -> f64 {
        let tenths = self.began.elapsed().as_micros() / 100;
        f64::from(u32::try_from(tenths).unwrap_or(u32::MAX)) / 10.0
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        let is_logged = enabled!(target: ACCESS_LOG, Level::INFO);
        if !is_logged && self.scope.is_none() {
            return;
        }
        let mut details =
            std::mem::take(self.details.get_mut().unwrap_or_else(PoisonError::into_inner));
        if let (Some(scope), Unit::Request) = (&self.scope, self.unit) {
            span::end(scope, self, &details);
        }
        if !is_logged {
            return;
        }
        match self.unit {
            Unit::Request => {
                details.status.get_or_insert(CLIENT_CLOSED);
                if details.route.as_deref().is_some_and(|route| POLLED.contains(&route)) {
                    write_line!(debug, self, &details, "request");
                } else {
                    write_line!(info, self, &details, "request");
                }
            }
            Unit::Operation => write_line!(info, self, &details, "operation"),
        }
    }
}

/// Logs a server error under its `id`, with all data of the current request.
pub(super) fn write_fault(id: &str, cause: &str) {
    let in_request = CURRENT.try_with(|log| {
        let record = &*log.0;
        // A copy: the formatter of the line reads the record, too.
        let details = record.with(|details| {
            details.fault.get_or_insert_with(|| id.to_owned());
            details.clone()
        });
        let Known { route, kind, operation: _, fields: _, client, project, caller } =
            Known::from(&details);
        error!(
            id,
            cause,
            method = record.method.as_str(),
            path = record.path.as_str(),
            route,
            kind,
            client,
            project,
            caller,
            "a request failed"
        );
    });
    if in_request.is_err() {
        error!(id, cause, "a request failed");
    }
}
