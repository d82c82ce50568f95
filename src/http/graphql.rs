//! `/v1/graphql`: GET and POST.

use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use http_body_util::LengthLimitError;
use tokio::time::timeout;

use super::compression::NoSecret;
use super::endpoint::{Answers, Endpoint, Visitor};
use super::envelope::{Envelope, Parameters};
use super::event_stream;
use super::failure::Failure;
use super::media_type::{MediaType, check_json};
use super::operator;
use super::operator::Operator;
use crate::graphql::answer::Answer;
use crate::graphql::gate::{AllowedOperations, GraphqlRequest};

/// Where requests are sent to; the official SDKs send their mutations to the second one.
pub(super) const PATHS: [&str; 2] = ["/v1/graphql", "/v1/graphql/mutation"];

/// Whether a request is for [`post`] at `path`.
pub(super) fn is_post_to(path: &str, request: &Request) -> bool {
    request.method() == Method::POST && request.uri().path() == path
}

/// Handles a request, or a batch in order.
pub(super) async fn post(
    State(endpoint): State<Endpoint>,
    parts: Parts,
    body: Body,
) -> Result<Response, Failure> {
    let media_type = MediaType::accepted(&parts.headers).ok_or(Failure::NotAcceptable)?;
    check_json(&parts.headers)?;
    let limits = &endpoint.app.config.limits;
    let is_operator = parts.extensions.get::<Operator>().is_some();
    let max = if is_operator { operator::BODY_BYTES } else { limits.body_bytes };
    let body = read_json(body, max).await?;
    let wrapped = parts.headers.contains_key("x-sdk-graphql");
    let envelope = Envelope::read(&body, wrapped, limits.batch)?;

    let visitor = endpoint.visitor(&parts).await?;
    match envelope {
        Envelope::Single(request) => answer(&endpoint, &visitor, *request, true, media_type).await,
        Envelope::Batch(_) if media_type == MediaType::EventStream => Err(Failure::NotAcceptable),
        Envelope::Batch(requests) => {
            let allowed_operations = AllowedOperations { mutations: true, subscriptions: false };
            let mut answers = Vec::with_capacity(requests.len());
            for request in requests {
                let run = endpoint.run(&visitor, request, allowed_operations).await?;
                if let Answers::One(answer) = run {
                    answers.push(*answer);
                }
            }
            let json: Vec<String> =
                answers.iter().map(Answer::to_json).collect::<Result<_, _>>()?;
            let json = format!("[{}]", json.join(","));
            Ok(respond(StatusCode::OK, media_type, json, &answers))
        }
    }
}

/// Handles a query by GET. A mutation is rejected.
pub(super) async fn get(
    endpoint: &Endpoint,
    parameters: Parameters,
    parts: &Parts,
) -> Result<Response, Failure> {
    if parameters.is_empty() {
        return Err(Failure::NoQuery);
    }
    let media_type = MediaType::accepted(&parts.headers).ok_or(Failure::NotAcceptable)?;
    let request = parameters.graphql_request()?;
    let visitor = endpoint.visitor(parts).await?;
    answer(endpoint, &visitor, request, false, media_type).await
}

/// Handles one operation, in the media type that the client wants.
async fn answer(
    endpoint: &Endpoint,
    visitor: &Visitor,
    graphql_request: GraphqlRequest,
    mutations: bool,
    media_type: MediaType,
) -> Result<Response, Failure> {
    let subscriptions = media_type == MediaType::EventStream;
    let allowed_operations = AllowedOperations { mutations, subscriptions };
    let answers = endpoint.run(visitor, graphql_request, allowed_operations).await?;
    match answers {
        Answers::One(answer) if media_type != MediaType::EventStream => {
            let status = answer.status(media_type == MediaType::GraphqlResponse);
            Ok(respond(status, media_type, answer.to_json()?, &[*answer]))
        }
        answers => event_stream::respond(endpoint, visitor, answers).await,
    }
}

/// The message about a byte order mark.
const MARKED: &str = "The body begins with a byte order mark (U+FEFF). Send the JSON without it.";

/// How long a body may take to arrive (NW-8).
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// Reads a body of at most `limit` bytes.
pub(super) async fn read(body: Body, limit: usize) -> Result<Bytes, Failure> {
    let body = timeout(BODY_TIMEOUT, to_bytes(body, limit)).await.map_err(|_| Failure::TooSlow)?;
    body.map_err(|error| {
        let cause = std::error::Error::source(&error);
        if cause.is_some_and(<dyn std::error::Error>::is::<LengthLimitError>) {
            Failure::BodyTooLarge
        } else {
            Failure::Malformed("The request body could not be read.".to_owned())
        }
    })
}

/// Reads a body of JSON. A byte order mark before it is refused (GQ-8): another parser may not see it.
pub(super) async fn read_json(body: Body, limit: usize) -> Result<Bytes, Failure> {
    let body = read(body, limit).await?;
    if body.starts_with(b"\xEF\xBB\xBF") {
        return Err(Failure::Malformed(MARKED.to_owned()));
    }
    Ok(body)
}

fn respond(
    status: StatusCode,
    media_type: MediaType,
    json: String,
    answers: &[Answer],
) -> Response {
    let mut response = (status, json).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, media_type.content_type());
    // It is private: the caller is in headers that caches don't know.
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Answer::append_headers(answers, headers);
    Answer::add_limit_headers(answers, headers);
    if answers.iter().all(Answer::is_compressible) {
        response.extensions_mut().insert(NoSecret);
    }
    response
}
