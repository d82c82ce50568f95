//! The span of a request: of what the log's record has, all but the client's address.

use opentelemetry::KeyValue;

use super::line::Known;
use super::{Details, Record};
use crate::trace::Scope;

/// The methods that OpenTelemetry knows. A client may send any other word.
const METHODS: [&str; 9] =
    ["CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"];

/// Ends the span of a request with what is known now.
pub(super) fn end(scope: &Scope, record: &Record, details: &Details) {
    let Known { route, kind: _, operation: _, fields, client: _, project, caller } =
        Known::from(details);
    let sent = record.method.as_str();
    let method = METHODS.into_iter().find(|method| *method == sent);
    scope.rename(|| match (method.unwrap_or("HTTP"), route) {
        (method, Some(route)) => format!("{method} {route}"),
        (method, None) => method.to_owned(),
    });
    scope.set(|| {
        let mut attributes = vec![
            KeyValue::new("http.request.method", method.unwrap_or("_OTHER")),
            KeyValue::new("accountd.request.id", record.id.clone()),
        ];
        let mut add = |key: &'static str, value: Option<&str>| {
            attributes.extend(value.map(|value| KeyValue::new(key, value.to_owned())));
        };
        add("http.route", route);
        add("accountd.fields", fields);
        add("accountd.project", project);
        add("accountd.caller", caller);
        add("accountd.fault", details.fault.as_deref());
        let status = details.status.map(i64::from);
        attributes.extend(status.map(|status| KeyValue::new("http.response.status_code", status)));
        attributes
    });
    let is_ours = details.status.is_some_and(|status| status >= 500) || details.fault.is_some();
    if let Some(error) = &details.error {
        scope.fail(error, is_ours);
    } else if is_ours {
        scope.fail("_OTHER", true);
    }
    scope.end();
}
