//! CORS: which origins' pages may call the server.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_HEADERS, ALLOW, ORIGIN, VARY,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use entity::ProjectId;
use tower::ServiceExt;

use super::client::project_id;
use super::origin::{is_allowed, log_rejected};
use super::{discovery, forward_auth};
use crate::app::App;
use crate::config::Project;

/// The headers that pages may read.
const EXPOSED: HeaderValue = HeaderValue::from_static(
    "ratelimit-limit,ratelimit-remaining,ratelimit-reset,x-ratelimit-limit,x-ratelimit-remaining,\
     x-ratelimit-reset,retry-after,x-request-id",
);
/// The methods of all routes.
const METHODS: HeaderValue = HeaderValue::from_static("GET,POST,PUT,PATCH,DELETE");
/// How many seconds browsers may remember the response to a preflight.
const MAX_AGE: HeaderValue = HeaderValue::from_static("600");

/// The page that sends a request, as far as its browser says.
pub(super) enum Page {
    /// Any page: the response is the same for everyone.
    Public,
    /// Any page, or none; and the project that it names, if there is one.
    Sends(Option<HeaderValue>, Option<Arc<Project>>),
    /// A page that asks whether it may send a request.
    Asks(HeaderValue),
    /// OPTIONS without `Origin`, which is no preflight.
    Absent,
}

impl Page {
    /// The page that sends `request`.
    pub(super) fn of(app: &App, request: &Request) -> Self {
        if discovery::is_public(request.uri().path()) {
            return Self::Public;
        }
        let origin = request.headers().get(ORIGIN).cloned();
        match (request.method() == Method::OPTIONS, origin) {
            (false, None) => Self::Sends(None, None),
            (false, origin) => Self::Sends(origin, project_of(app, request)),
            (true, Some(origin)) => Self::Asks(origin),
            (true, None) => Self::Absent,
        }
    }

    /// Lets the page read the response, with cookies, if it is the server's own or on one of the platforms of the project. A
    /// preflight names no project, so the platforms of all count.
    pub(super) fn admit(&self, app: &App, headers: &mut HeaderMap) {
        let (origin, project) = match self {
            Self::Sends(origin, project) => {
                headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
                (origin.as_ref(), project.as_ref())
            }
            Self::Asks(origin) => (Some(origin), None),
            Self::Public => {
                headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
                headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("etag"));
                return;
            }
            Self::Absent => return,
        };
        headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        headers.append(VARY, HeaderValue::from_static("origin"));
        let Some(origin) = origin else { return };
        let is_allowed = match project {
            Some(project) => is_allowed(app, origin, project.platforms.iter().map(String::as_str)),
            None => is_allowed(app, origin, app.platforms()),
        };
        if is_allowed {
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        } else {
            log_rejected(app, origin);
        }
    }
}

/// The project that a request is for, if there is one of this id.
fn project_of(app: &App, request: &Request) -> Option<Arc<Project>> {
    let in_path = forward_auth::project_of(request.uri().path()).map(str::to_owned);
    let id = in_path.unwrap_or_else(|| project_id(request.headers(), request.uri()));
    app.project(&ProjectId::new(id))
}

/// Answers OPTIONS: a preflight with the methods and headers that pages may use, anything else with the route's methods.
pub(super) async fn options(
    State(routes): State<Router>,
    request: Request,
    next: Next,
) -> Response {
    // A proxy asks with the method of the request that it holds: without an answer it would let any preflight pass.
    let is_held = forward_auth::project_of(request.uri().path()).is_some();
    if request.method() != Method::OPTIONS || is_held {
        return next.run(request).await;
    }
    if request.headers().contains_key(ORIGIN) {
        return preflight(request.headers());
    }
    // `OPTIONS *` asks about the server.
    if request.uri().path() == "*" {
        return StatusCode::NO_CONTENT.into_response();
    }
    let Ok(response) = routes.oneshot(request).await;
    let allowed = response.headers().get(ALLOW).and_then(|allowed| allowed.to_str().ok());
    match allowed {
        Some(allowed) => {
            let allowed = [(ALLOW, format!("{allowed},OPTIONS"))];
            (StatusCode::NO_CONTENT, allowed).into_response()
        }
        None => response,
    }
}

/// The response to a preflight: all methods, and whatever headers the page wants to send.
fn preflight(request_headers: &HeaderMap) -> Response {
    let mut response = Response::default();
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, METHODS);
    headers.insert(ACCESS_CONTROL_MAX_AGE, MAX_AGE);
    if let Some(wanted) = request_headers.get(ACCESS_CONTROL_REQUEST_HEADERS) {
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, wanted.clone());
    }
    response
}
