//! `/v1/projects/{project}/forward-auth`: answers a proxy in front of another server who is calling it (nginx `auth_request`,
//! Traefik `forwardAuth`, Caddy `forward_auth`, Envoy `ext_authz`).
//!
//! The path alone names the project: headers and query may be those of the proxy's client, who must not choose it.

use axum::Router;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, HeaderName, ORIGIN};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use entity::Factor;

use super::failure::Failure;
use super::{client, origin};
use crate::account::sessions::jwt_claims::MAX_LABELS;
use crate::app::App;
use crate::auth::caller::Caller;
use crate::auth::credentials::Credentials;
use crate::error::Error;

const USER: HeaderName = HeaderName::from_static("x-auth-user");
const SESSION: HeaderName = HeaderName::from_static("x-auth-session");
const FACTORS: HeaderName = HeaderName::from_static("x-auth-factors");
const LABELS: HeaderName = HeaderName::from_static("x-auth-labels");

/// The project of the path without one, for servers that have a single project.
const DEFAULT: &str = "default";

/// Envoy asks with the method and the path of the request that it holds.
pub(super) fn router() -> Router<App> {
    let mut router = Router::new();
    for path in ["/v1/account/forward-auth", "/v1/projects/{project}/forward-auth"] {
        router = router.route(path, any(authorize));
        router = router.route(&format!("{path}/{{*path}}"), any(authorize));
    }
    router
}

/// The project that a path of these routes names; none for other paths. What Envoy has appended may be no text, so the path
/// isn't decoded.
pub(super) fn project_of(path: &str) -> Option<&str> {
    let mut segments = path.strip_prefix("/v1/")?.split('/');
    match (segments.next()?, segments.next()?, segments.next()) {
        ("account", "forward-auth", _) => Some(DEFAULT),
        ("projects", project, Some("forward-auth")) => Some(project),
        _ => None,
    }
}

async fn authorize(State(app): State<App>, parts: Parts) -> Response {
    let answered = answer(&app, &parts).await;
    let mut response = answered.unwrap_or_else(IntoResponse::into_response);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The user of the request as headers, or an error. All headers are always set, since most proxies that copy them overwrite
/// those of the client.
async fn answer(app: &App, parts: &Parts) -> Result<Response, Failure> {
    let project = project_of(parts.uri.path()).ok_or(Error::ProjectNotFound)?;
    let client = client::read_in(app, parts, project.to_owned()).await?;
    let credentials = Credentials::of(&parts.headers, &client.project.id);
    // A link on another page may lead to what the proxy protects; a form there may not post to it.
    if credentials.cookie && parts.headers.contains_key(ORIGIN) {
        origin::check(app, &client, &parts.headers)?;
    }
    let caller = Caller::resolve(app, &client.project.id, &credentials).await?;
    let caller = caller.signed_in()?;
    // Without some of its labels a user might pass for another one.
    if caller.user.labels.len() > MAX_LABELS {
        let user = &caller.user.id;
        let problem =
            anyhow::anyhow!("the labels of the user {user} exceed {MAX_LABELS} bytes of JSON");
        return Err(Error::from(problem).into());
    }
    // Only well-formed lists are stored.
    let labels: Vec<String> = serde_json::from_str(&caller.user.labels).unwrap_or_default();
    let factors: Vec<_> = caller.session.factors().into_iter().map(Factor::as_str).collect();
    let values = [
        (USER, caller.user.id.to_string()),
        (SESSION, caller.session.id.to_string()),
        (FACTORS, factors.join(",")),
        (LABELS, labels.join(",")),
    ];
    let mut response = StatusCode::OK.into_response();
    for (name, value) in values {
        // Ids and labels are plain ASCII.
        let value = HeaderValue::try_from(value).map_err(|error| anyhow::anyhow!(error));
        response.headers_mut().insert(name, value.map_err(Error::from)?);
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_alone_names_the_project() {
        for (path, project) in [
            ("/v1/account/forward-auth", Some("default")),
            ("/v1/account/forward-auth/v1/projects/shop", Some("default")),
            ("/v1/projects/shop/forward-auth", Some("shop")),
            ("/v1/projects/shop/forward-auth/%FF/.well-known/x", Some("shop")),
            ("/v1/projects/shop/forward-authority", None),
            ("/v1/projects/shop/introspect", None),
            ("/v1/account", None),
            ("/v2/account/forward-auth", None),
        ] {
            assert_eq!(project_of(path), project, "{path}");
        }
    }
}
