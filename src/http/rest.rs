//! `/v1/account…` and `/v1/users…`: REST. Each route runs a field of the schema, like any client's operation.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{RawPathParams, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::middleware::map_response;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, on};

use self::operation::Operation;

use super::compression::NoSecret;
use super::endpoint::{Answers, Endpoint, Visitor};
use super::failure::Failure;
use super::graphql::read_json;
use super::media_type::check_json;
use super::{failure, origin};
use crate::graphql::answer::Answer;
use crate::graphql::gate::{AllowedOperations, GraphqlRequest};
use crate::graphql::json::Form;
use crate::graphql::rest::{Method, Rest, Route};

mod arguments;
mod body;
mod operation;
mod servers;

pub(super) use servers::router as for_servers;

/// The routes that fields declare.
pub(super) fn router(rest: &Rest) -> anyhow::Result<Router<Endpoint>> {
    make_router(rest, |_| true)
}

/// The routes of those declared fields that `is_wanted` selects.
fn make_router(
    rest: &Rest,
    is_wanted: impl Fn(&Route) -> bool,
) -> anyhow::Result<Router<Endpoint>> {
    let mut router = Router::new();
    for route in rest.routes.iter().filter(|route| is_wanted(route)) {
        let operation = Operation::new(Arc::clone(route), Arc::clone(&rest.models))?;
        let operation = Arc::new(operation);
        let handler = move |endpoint, path, parts, body| {
            let operation = Arc::clone(&operation);
            async move { answer(&operation, endpoint, path, parts, body).await }
        };
        router = router.route(&route.path, on(filter(route.method), handler));
    }
    Ok(router.layer(map_response(forbid_caching)))
}

fn filter(method: Method) -> MethodFilter {
    match method {
        Method::Get => MethodFilter::GET,
        Method::Post => MethodFilter::POST,
        Method::Put => MethodFilter::PUT,
        Method::Patch => MethodFilter::PATCH,
        Method::Delete => MethodFilter::DELETE,
    }
}

/// Handles a request to the route of `operation`.
async fn answer(
    operation: &Operation,
    State(endpoint): State<Endpoint>,
    path: Result<RawPathParams, RawPathParamsRejection>,
    mut parts: Parts,
    body: Body,
) -> Result<Response, Failure> {
    let path = path?;
    let reads = operation.route.method == Method::Get;
    let mut is_simple = false;
    let variables = if reads {
        // Some clients send a body with GET; it is ignored.
        arguments::of_query(&operation.route, &path, parts.uri.query().unwrap_or_default())?
    } else {
        let body = read_json(body, endpoint.app.config.limits.body_bytes).await?;
        let has_no_body = body.is_empty() && !parts.headers.contains_key(header::CONTENT_TYPE);
        if !has_no_body {
            check_json(&parts.headers)?;
        }
        is_simple = has_no_body && operation.route.method == Method::Post;
        arguments::of_body(&operation.route, &path, &body)?
    };
    let visitor = match parts.extensions.remove::<Visitor>() {
        Some(visitor) => visitor,
        None => endpoint.visitor(&parts).await?,
    };
    if is_simple {
        // Browsers send such POSTs across origins without a preflight, unlike other methods and JSON (GQ-7).
        origin::check(&endpoint.app, &visitor.client, &parts.headers)?;
    }
    let request = async_graphql::Request::new("").variables(variables).data(Form::Rest);
    let graphql_request = GraphqlRequest::new(request, operation.document());
    let allowed_operations = AllowedOperations { mutations: !reads, subscriptions: false };
    match endpoint.run(&visitor, graphql_request, allowed_operations).await? {
        Answers::One(answer) => respond(operation, &answer),
        Answers::Many(..) => Err(Failure::NotAcceptable),
    }
}

fn respond(operation: &Operation, answer: &Answer) -> Result<Response, Failure> {
    let mut response = match answer.fault() {
        Some(fault) => failure::answer(fault),
        None => operation.write(answer)?,
    };
    let headers = response.headers_mut();
    let answers = std::slice::from_ref(answer);
    Answer::append_headers(answers, headers);
    Answer::add_limit_headers(answers, headers);
    if answer.is_compressible() {
        response.extensions_mut().insert(NoSecret);
    }
    Ok(response)
}

/// Responses are private, and must not be cached.
async fn forbid_caching(response: Response) -> Response {
    const NEVER: [(header::HeaderName, HeaderValue); 3] = [
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache, no-store, must-revalidate")),
        (header::PRAGMA, HeaderValue::from_static("no-cache")),
        (header::EXPIRES, HeaderValue::from_static("0")),
    ];
    (NEVER, response).into_response()
}
