//! Responses as server-sent events, in the distinct connections mode of GraphQL over Server-Sent Events.

use std::convert::Infallible;
use std::time::Duration;

use axum::Extension;
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderName, HeaderValue};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, stream};
use tokio::select;

use super::endpoint::{Answers, Endpoint, Visitor};
use super::failure::Failure;
use super::streamed_body::Streamed;
use crate::auth::caller::Caller;
use crate::graphql::answer::Answer;

/// How often a comment is sent, so that proxies keep the connection.
const KEEP_ALIVE: Duration = Duration::from_secs(12);

const ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// Sends each response as an event `next`, and `complete` after the last.
pub(super) async fn respond(
    endpoint: &Endpoint,
    visitor: &Visitor,
    answers: Answers,
) -> Result<Response, Failure> {
    match answers {
        Answers::One(answer) => {
            let events = [Ok::<_, Infallible>(next(&answer)), Ok(complete())];
            let mut response = unbuffered(Sse::new(stream::iter(events)));
            let answers = [*answer];
            Answer::append_headers(&answers, response.headers_mut());
            Answer::add_limit_headers(&answers, response.headers_mut());
            Ok(response)
        }
        Answers::Many(answers, context) => {
            let app = endpoint.app.clone();
            let Visitor { client, credentials } = visitor;
            let connections = &endpoint.connections;
            let network = connections.of_network(client).ok_or(Failure::TooManyConnections)?;
            let user = match Caller::resolve(&app, &client.project.id, credentials).await? {
                Caller::SignedIn(caller) => {
                    Some(connections.of_user(&caller).ok_or(Failure::TooManyConnections)?)
                }
                // The field fails, and the stream ends with its error.
                _ => None,
            };
            let permits = (network, user, app.metrics.event_streams.track());
            let mut answers = answers.fuse();
            // Whoever has the head of the response has subscribed, and misses no event.
            let first = select! {
                biased;
                first = answers.next() => first,
                () = context.subscribed() => None,
            };
            let events = stream::iter(first.as_ref().map(next))
                .chain(answers.map(|answer| next(&answer)))
                .chain(stream::iter([complete()]))
                .map(move |event| {
                    // They are released with the stream.
                    let _permits = &permits;
                    Ok::<_, Infallible>(event)
                })
                // Ends without `complete`, so that the client reconnects.
                .take_until(Box::pin(async move { app.until_done().await }));
            let events = Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE));
            let mut response = unbuffered((Extension(Streamed), events));
            Answer::append_headers(first.as_slice(), response.headers_mut());
            Ok(response)
        }
    }
}

/// Adds headers that keep proxies from buffering events (nginx), compressing and caching them.
fn unbuffered(stream: impl IntoResponse) -> Response {
    let headers = [
        (ACCEL_BUFFERING, HeaderValue::from_static("no")),
        (CACHE_CONTROL, HeaderValue::from_static("no-cache, no-store, no-transform")),
    ];
    (headers, stream).into_response()
}

fn next(answer: &Answer) -> Event {
    // A response that can't be serialized is a server error; without data it says so.
    Event::default().event("next").data(answer.to_json().unwrap_or_else(|_| "{}".to_owned()))
}

fn complete() -> Event {
    // An empty data line: browsers drop events without data.
    Event::default().event("complete").data("\n")
}
