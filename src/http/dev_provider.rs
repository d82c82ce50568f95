//! `/dev/provider`: the provider `dev`, its page and its endpoints.

use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, Query, Request, State};
use axum::http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, REFERRER_POLICY,
    WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Form, Json, Router, middleware};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::client::{is_local, is_near};
use super::failure::Failure;
use crate::app::App;
use crate::dev_provider::{AuthorizationRequest, DevProvider, ProviderUser, TokenRequest};

/// The largest form, in bytes.
const MAX_FORM: usize = 16 * 1024;
/// The page runs no script. The policy has no `form-action`: browsers would apply it to the redirects of the
/// form, which lead to the app's page.
const POLICY: &str =
    "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'";

type Provider = State<Arc<DevProvider>>;

/// The routes of the provider.
pub(super) fn router(app: App, provider: Arc<DevProvider>) -> Router<App> {
    Router::new()
        .route("/dev/provider", get(async || Html(include_str!("dev_provider/index.html"))))
        .route("/dev/provider/page.css", get(style))
        .route("/dev/provider/.well-known/openid-configuration", get(metadata))
        .route("/dev/provider/keys", get(keys))
        .route("/dev/provider/authorize", get(ask).post(decide))
        .route("/dev/provider/token", post(token))
        .route("/dev/provider/userinfo", get(userinfo).post(userinfo))
        .layer(DefaultBodyLimit::max(MAX_FORM))
        .layer(middleware::from_fn_with_state(app, guard))
        .with_state(provider)
}

/// Rejects other machines and their pages: anyone who gets in can sign in as any user.
async fn guard(State(app): State<App>, request: Request, next: Next) -> Response {
    let is_near = is_near(&app, request.extensions());
    if !is_near || !is_local(&app, request.headers(), request.extensions()) {
        let message = "The provider `dev` is at http://localhost only.\n";
        return (StatusCode::FORBIDDEN, message).into_response();
    }
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Without a referrer, the page's own form would have no origin.
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

async fn style() -> Response {
    ([(CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("dev_provider/page.css"))
        .into_response()
}

async fn metadata(State(provider): Provider) -> Json<Value> {
    Json(provider.metadata())
}

async fn keys(State(provider): Provider) -> Json<Value> {
    Json(provider.keys())
}

/// Shows the page that asks the user whom to sign in as. Its forms post to its own URL, which contains the
/// request.
async fn ask(
    State(provider): Provider,
    Query(request): Query<AuthorizationRequest>,
) -> Result<Response, Failure> {
    provider.check(&request)?;
    Ok(Html(include_str!("dev_provider/authorize.html")).into_response())
}

/// The form of the page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Decision {
    name: String,
    email: String,
    verified: Option<String>,
    refresh: Option<String>,
    deny: Option<String>,
}

/// Redirects to the callback, as the chosen user or with an error.
async fn decide(
    State(provider): Provider,
    Query(request): Query<AuthorizationRequest>,
    Form(decision): Form<Decision>,
) -> Result<Response, Failure> {
    let url = if decision.deny.is_some() {
        provider.deny(&request)?
    } else {
        let user = ProviderUser {
            name: decision.name.trim().to_owned(),
            email: decision.email.trim().to_owned(),
            verified: decision.verified.is_some(),
            refresh: decision.refresh.is_some(),
        };
        provider.agree(&request, user)?
    };
    Ok((StatusCode::SEE_OTHER, [(LOCATION, String::from(url))]).into_response())
}

async fn token(
    State(provider): Provider,
    headers: HeaderMap,
    Form(mut request): Form<TokenRequest>,
) -> Result<Response, Failure> {
    if let Some((id, secret)) = basic(&headers) {
        (request.client_id, request.client_secret) = (id, secret);
    }
    Ok(match provider.redeem(&request)? {
        Ok(tokens) => Json(tokens).into_response(),
        Err(error) => {
            let body = json!({"error": error.code, "error_description": error.description});
            if error.code == "invalid_client" {
                let header = [(WWW_AUTHENTICATE, "Basic realm=\"dev\"")];
                (StatusCode::UNAUTHORIZED, header, Json(body)).into_response()
            } else {
                (StatusCode::BAD_REQUEST, Json(body)).into_response()
            }
        }
    })
}

async fn userinfo(State(provider): Provider, headers: HeaderMap) -> Response {
    let token = authorization(&headers).and_then(|value| value.strip_prefix("Bearer "));
    if let Some(claims) = token.and_then(|token| provider.userinfo(token)) {
        return Json(claims).into_response();
    }
    let header = [(WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"")];
    (StatusCode::UNAUTHORIZED, header).into_response()
}

/// The client id and secret in `Authorization`.
fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let pair = STANDARD.decode(authorization(headers)?.strip_prefix("Basic ")?).ok()?;
    let pair = String::from_utf8(pair).ok()?;
    let (id, secret) = pair.split_once(':')?;
    // RFC 6749 2.3.1: both are encoded like form values.
    let decode = |text: &str| {
        let mut pairs = form_urlencoded::parse(text.as_bytes());
        pairs.next().map_or_else(String::new, |(text, _)| text.into_owned())
    };
    Some((decode(id), decode(secret)))
}

fn authorization(headers: &HeaderMap) -> Option<&str> {
    headers.get(AUTHORIZATION)?.to_str().ok()
}
