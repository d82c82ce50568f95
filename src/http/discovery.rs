//! What other servers need to verify JWTs: the keys of each project (RFC 7517), and its metadata (OpenID Connect
//! Discovery, RFC 8414). Anyone may read them, pages of any origin, too.

use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use entity::ProjectId;
use serde_json::{Value, json};

use super::compression::NoSecret;
use super::etag;
use super::failure::Failure;
use crate::app::App;
use crate::config::JwtAlgorithm;
use crate::error::Error;

/// How long others may keep a response. Shorter than the time between publishing a key and signing with it.
const CACHING: &str = "public, max-age=600";

/// The project whose documents are also at the root.
const DEFAULT: &str = "default";

/// The routes. Those at the root are for verifiers that read nothing but the keys.
pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/v1/projects/{project}/.well-known/jwks.json", get(keys))
        .route("/v1/projects/{project}/.well-known/openid-configuration", get(metadata))
        .route("/.well-known/oauth-authorization-server/v1/projects/{project}", get(metadata))
        .route("/.well-known/jwks.json", get(keys))
        .route("/.well-known/openid-configuration", get(metadata))
}

/// Whether pages of all origins may read the path: that of one of these routes, whose documents are the same for everyone.
pub(super) fn is_public(path: &str) -> bool {
    let is_document = |name: &str| matches!(name, "jwks.json" | "openid-configuration");
    // Asked at each request, and nearly all paths are others.
    path.contains("/.well-known/")
        && match path.split('/').skip(1).collect::<Vec<_>>().as_slice() {
            [".well-known", name] | ["v1", "projects", _, ".well-known", name] => is_document(name),
            [".well-known", name, "v1", "projects", _] => *name == "oauth-authorization-server",
            _ => false,
        }
}

async fn keys(
    State(app): State<App>,
    project: Option<Path<String>>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    answer(&app, project, &headers, |app, project| json!({"keys": published(app, project)}))
}

async fn metadata(
    State(app): State<App>,
    project: Option<Path<String>>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    answer(&app, project, &headers, describe)
}

/// The public keys of a project: the next one, the current one, and those that retire.
fn published(app: &App, project: &ProjectId) -> Vec<Value> {
    let Some(ring) = app.jwt.ring(project) else { return Vec::new() };
    ring.keys(app.clock.now()).filter_map(|(key, _)| key.key.public()).collect()
}

/// The metadata of a project. It has no endpoints for signing in by OAuth, since accountd is no such provider.
fn describe(app: &App, project: &ProjectId) -> Value {
    let issuer = app.config.issuer(project);
    let keys = published(app, project);
    let mut algorithms: Vec<_> = keys.iter().filter_map(|key| key["alg"].as_str()).collect();
    algorithms.sort_unstable();
    algorithms.dedup();
    if algorithms.is_empty() {
        algorithms.push(JwtAlgorithm::Hs256.as_str());
    }
    json!({
        "issuer": issuer,
        "jwks_uri": format!("{issuer}/.well-known/jwks.json"),
        "introspection_endpoint": format!("{issuer}/introspect"),
        "introspection_endpoint_auth_methods_supported": ["client_secret_basic", "bearer"],
        "id_token_signing_alg_values_supported": algorithms,
        "subject_types_supported": ["public"],
        "response_types_supported": [],
        "claims_supported": [
            "iss", "aud", "sub", "sid", "iat", "exp", "jti", "auth_time", "amr", "acr", "email_verified", "labels",
            "userId", "sessionId",
        ],
    })
}

fn answer(
    app: &App,
    project: Option<Path<String>>,
    headers: &HeaderMap,
    describe: impl FnOnce(&App, &ProjectId) -> Value,
) -> Result<Response, Failure> {
    let project = project.map_or_else(|| DEFAULT.to_owned(), |Path(project)| project);
    let project = app.project(&ProjectId::new(project)).ok_or(Error::ProjectNotFound)?;
    let text = describe(app, &project.id).to_string();
    let tag = etag::of(&text);
    let head = [(CACHE_CONTROL, CACHING), (ETAG, tag.as_str())];
    if etag::is_known(&tag, headers) {
        return Ok((StatusCode::NOT_MODIFIED, head).into_response());
    }
    Ok((head, [(CONTENT_TYPE, "application/json")], Extension(NoSecret), text).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Nothing else becomes readable to all pages by what is appended to its path.
    #[test]
    fn only_these_documents_are_public() {
        for path in [
            "/.well-known/jwks.json",
            "/.well-known/openid-configuration",
            "/v1/projects/shop/.well-known/jwks.json",
            "/v1/projects/shop/.well-known/openid-configuration",
            "/.well-known/oauth-authorization-server/v1/projects/shop",
        ] {
            assert!(is_public(path), "{path}");
        }
        for path in [
            "/v1/account/forward-auth/.well-known/jwks.json",
            "/v1/projects/shop/forward-auth/.well-known/jwks.json",
            "/v1/projects/shop/.well-known/jwks.json/x",
            "/.well-known/webauthn",
            "/.well-known/oauth-authorization-server/v1/projects/shop/x",
            "/v1/account",
        ] {
            assert!(!is_public(path), "{path}");
        }
    }
}
