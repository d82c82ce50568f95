//! Requests, operations and fields; connections; spans of traces.

use super::family::{Family, Kind, Sample};
use crate::http::endpoint::Endpoint;
use crate::metrics::Outcome;

/// Reads them.
pub(super) fn read(endpoint: &Endpoint) -> Vec<Family> {
    let metrics = &endpoint.app.metrics;
    let errors = metrics.errors.counts();
    let errors = errors.map(|(labels, count)| (*labels, Sample::Whole(count)));
    let open = [
        ("http", metrics.connections.get()),
        ("websocket", metrics.websockets.get()),
        ("event_stream", metrics.event_streams.get()),
    ];
    let open = open.map(|(kind, count)| ([kind], Sample::Whole(count)));
    let mut families = Vec::from(routes(endpoint));
    families.extend(operations(endpoint));
    families.push(
        Family::new(
            Kind::Counter,
            "accountd_errors",
            &["type"],
            "Errors of fields and documents by their type",
        )
        .with_all(errors),
    );
    families.push(
        Family::new(
            Kind::Gauge,
            "accountd_connections",
            &["kind"],
            "Open connections; those of WebSockets and event streams also count as http",
        )
        .with_all(open),
    );
    let lost = metrics.spans_lost.counts();
    families.push(
        Family::new(
            Kind::Counter,
            "accountd_trace_spans_lost",
            &["reason"],
            "Spans that the collector of traces did not get: it refused them, it was unavailable, or too many were waiting",
        )
        .with_all(lost.map(|(labels, count)| (*labels, Sample::Whole(count)))),
    );
    families
}

fn routes(endpoint: &Endpoint) -> [Family; 2] {
    let mut requests = Family::new(
        Kind::Counter,
        "accountd_http_requests",
        &["route", "status"],
        "Requests by the template of their route and the status of the response",
    );
    let mut seconds = Family::new(
        Kind::Histogram,
        "accountd_http_request_duration_seconds",
        &["route"],
        "Time from a request's head to its response's head",
    );
    for (template, route) in endpoint.app.metrics.routes.all() {
        for (status, count) in route.responses() {
            requests = requests.with([&template, &status.to_string()], Sample::Whole(count));
        }
        seconds = seconds.with([&template], Sample::Durations(route.seconds.read()));
    }
    [requests, seconds]
}

fn operations(endpoint: &Endpoint) -> [Family; 3] {
    let mut operations = Family::new(
        Kind::Counter,
        "accountd_operations",
        &["operation", "outcome"],
        "GraphQL operations and REST calls by their root field, or several, or none if the document was rejected; refused \
         ones failed by the client's fault, failed ones by the server's",
    );
    let mut seconds = Family::new(
        Kind::Histogram,
        "accountd_operation_duration_seconds",
        &["operation"],
        "Time from when an operation was read until its response is known",
    );
    let mut fields = Family::new(
        Kind::Counter,
        "accountd_field_calls",
        &["field"],
        "Calls of root fields, also those that were refused for lack of access or by a rate limit",
    );
    for (name, operation) in endpoint.app.metrics.operations.all() {
        let duration = operation.seconds.read();
        if duration.count > 0 {
            for outcome in Outcome::ALL {
                let count = Sample::Whole(operation.ended(outcome));
                operations = operations.with([&name, outcome.as_str()], count);
            }
            seconds = seconds.with([&name], Sample::Durations(duration));
        }
        let calls = operation.calls.get();
        if calls > 0 {
            fields = fields.with([&name], Sample::Whole(calls));
        }
    }
    [operations, seconds, fields]
}
