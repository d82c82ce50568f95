//! Gives each request an id and a log record, whose line is written after the last byte of the
//! response.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::extract::{MatchedPath, Request};
use axum::http::HeaderValue;
use axum::middleware::Next;
use axum::response::Response;
use hyper::body::{Frame, SizeHint};

use super::request_id::REQUEST_ID;
use super::{client, request_id};
use crate::app::App;
use crate::request_log;
use crate::request_log::RequestLog;
use crate::trace::{Scope, read_parent};

/// Handles a request as a part of the log, and adds its id to the response.
pub(super) async fn log<F: Future<Output = Response>>(
    app: &App,
    request: Request,
    handle: impl FnOnce(Request) -> F,
) -> Response {
    let id = request_id::of(app, &request);
    // Ids have only characters that are allowed in headers.
    let header = HeaderValue::from_str(&id).unwrap_or_else(|_| HeaderValue::from_static(""));
    let client = client::address(app, request.headers(), request.extensions());
    let (method, path) = (request.method().clone(), request.uri().path());
    let log = RequestLog::new(id, method, path, client, begin_span(app, &request));
    let mut response = log.clone().scope(handle(request)).await;
    response.headers_mut().insert(REQUEST_ID, header);
    log.note_status(response.status());
    response.map(|body| Body::new(LoggedBody { body, log }))
}

/// Begins the span of a request, if traces are exported: in the trace that a trusted proxy names, or else in a new one.
fn begin_span(app: &App, request: &Request) -> Option<Scope> {
    let traces = app.traces.as_ref()?;
    if request_log::POLLED.contains(&request.uri().path()) {
        return None;
    }
    let is_trusted = client::is_from_trusted_proxy(app, request.extensions());
    Some(traces.begin_request(is_trusted.then(|| read_parent(request.headers())).flatten()))
}

/// Records the matched route, also as an extension of the response.
pub(super) async fn note_route(
    route: Option<MatchedPath>,
    request: Request,
    next: Next,
) -> Response {
    if let Some(route) = &route {
        request_log::note_route(route.as_str());
    }
    let mut response = next.run(request).await;
    if let Some(route) = route {
        // A route within it has come first.
        response.extensions_mut().get_or_insert_with(|| route);
    }
    response
}

/// A response's body. It counts its bytes, and is polled as part of the request.
struct LoggedBody {
    body: Body,
    log: RequestLog,
}

impl hyper::body::Body for LoggedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let Self { body, log } = self.get_mut();
        let polled = log.sync_scope(|| Pin::new(body).poll_frame(cx));
        if let Poll::Ready(Some(Ok(frame))) = &polled {
            log.count_bytes(frame.data_ref().map_or(0, Bytes::len));
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
