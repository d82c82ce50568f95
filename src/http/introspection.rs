//! `POST /v1/projects/{project}/introspect`: answers a server with an API key whether a JWT is valid now (RFC 7662).

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Map, Value};
use url::form_urlencoded;

use super::client::{self, KEY};
use super::failure::Failure;
use super::graphql::read;
use crate::app::App;
use crate::auth::caller::Caller;
use crate::auth::credentials::{Credentials, bearer_token};
use crate::config::Scope;

pub(super) fn router() -> Router<App> {
    Router::new().route("/v1/projects/{project}/introspect", post(introspect))
}

async fn introspect(
    State(app): State<App>,
    Path(project): Path<String>,
    mut parts: Parts,
    body: Body,
) -> Response {
    // Libraries for OAuth send the key as a client's password, or as a token.
    if !client::presents_key(&parts.headers)
        && let Some(key) = key_in_authorization(&parts.headers)
    {
        parts.headers.insert(KEY, key);
    }
    let answered = answer(&app, project, &parts, body).await;
    let mut response = match answered {
        Ok(json) => axum::Json(json).into_response(),
        Err(failure) => failure.into_response(),
    };
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if response.status() == axum::http::StatusCode::UNAUTHORIZED {
        let basic = HeaderValue::from_static("Basic realm=\"accountd\"");
        response.headers_mut().insert(WWW_AUTHENTICATE, basic);
    }
    response
}

/// The token's claims if it is valid now: signed here for this project, not expired, with a live session of a user who
/// isn't blocked. Otherwise nothing is said of it.
async fn answer(app: &App, project: String, parts: &Parts, body: Body) -> Result<Value, Failure> {
    let client = client::read_with_scope(app, parts, project, Scope::TokensIntrospect).await?;
    let project = &client.project.id;
    let token = token_of(app, &parts.headers, body).await?;
    let credentials = Credentials { jwts: vec![token.clone()], ..Credentials::default() };
    let is_active = match Caller::resolve(app, project, &credentials).await? {
        Caller::SignedIn(_) => true,
        Caller::HalfOpen(_) | Caller::Guest(_) | Caller::Blocked | Caller::Conflict => false,
    };
    let mut claims = if is_active { claims(&token) } else { Map::new() };
    if is_active {
        claims.insert("token_type".to_owned(), "Bearer".into());
    }
    claims.insert("active".to_owned(), is_active.into());
    Ok(claims.into())
}

/// The parameter `token` of a form.
async fn token_of(app: &App, headers: &HeaderMap, body: Body) -> Result<String, Failure> {
    let malformed = |problem: &str| Failure::Malformed(problem.to_owned());
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(malformed("Send a form: `Content-Type: application/x-www-form-urlencoded`."));
    }
    let body = read(body, app.config.limits.body_bytes).await?;
    let mut tokens = form_urlencoded::parse(&body).filter(|(name, _)| name == "token");
    match (tokens.next(), tokens.next()) {
        (Some((_, token)), None) => Ok(token.into_owned()),
        (None | Some(_), _) => Err(malformed("Send the parameter `token` once.")),
    }
}

/// The claims of a verified token.
fn claims(token: &str) -> Map<String, Value> {
    let payload = token.split('.').nth(1).unwrap_or_default();
    let payload = URL_SAFE_NO_PAD.decode(payload).unwrap_or_default();
    serde_json::from_slice(&payload).unwrap_or_default()
}

/// The key in `Authorization`: a bearer token, or the password of any user.
fn key_in_authorization(headers: &HeaderMap) -> Option<HeaderValue> {
    let value = headers.get(AUTHORIZATION)?;
    let key = bearer_token(value).or_else(|| {
        let (scheme, encoded) = value.to_str().ok()?.split_once(' ')?;
        let is_basic = scheme.eq_ignore_ascii_case("basic");
        let pair = STANDARD.decode(encoded.trim()).ok().filter(|_| is_basic)?;
        Some(String::from_utf8(pair).ok()?.split_once(':')?.1.to_owned())
    })?;
    HeaderValue::try_from(key).ok()
}
