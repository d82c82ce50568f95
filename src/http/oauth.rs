//! `/v1/account/…/oauth2/…`: redirects browsers to providers, and handles their callbacks.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION, REFERRER_POLICY, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use url::form_urlencoded;

use super::failure::Failure;
use super::{client, graphql, origin};
use crate::account::oauth::finish::{CallbackParams, RedirectTarget};
use crate::account::oauth::start::SignInOptions;
use crate::account::oauth::{finish, flow, start};
use crate::app::App;
use crate::auth::caller::Caller;
use crate::auth::cookie::{ended_cookie, oauth_cookie, session_cookie};
use crate::auth::credentials::{Credentials, cookies};
use crate::client::Client;
use crate::error::Result;
use crate::limiter::NetworkQuota;

/// How many redirects, and how many callbacks, a network may have in an hour.
const CALLS: u32 = 50;

/// The routes of OAuth sign-in, as in Appwrite.
pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/v1/account/sessions/oauth2/{provider}", get(start_session))
        .route("/v1/account/tokens/oauth2/{provider}", get(start_token))
        .route(
            "/v1/account/sessions/oauth2/callback/{provider}/{project}",
            get(callback).post(callback_by_post),
        )
}

async fn start_session(
    State(app): State<App>,
    path: Result<Path<String>, PathRejection>,
    parts: Parts,
) -> Result<Response, Failure> {
    let Path(provider) = path?;
    let started = authorize(&app, provider, &parts, false).await;
    Ok(started.unwrap_or_else(|failure| failure.explained(&app)))
}

async fn start_token(
    State(app): State<App>,
    path: Result<Path<String>, PathRejection>,
    parts: Parts,
) -> Result<Response, Failure> {
    let Path(provider) = path?;
    let started = authorize(&app, provider, &parts, true).await;
    Ok(started.unwrap_or_else(|failure| failure.explained(&app)))
}

/// Redirects a browser to a provider.
async fn authorize(
    app: &App,
    provider: String,
    parts: &Parts,
    hands_token: bool,
) -> Result<Response, Failure> {
    let client = client::read(app, parts).await?;
    charge(app, &client, NetworkQuota::OAuthStart).await?;
    let mut options = SignInOptions { provider, hands_token, ..SignInOptions::default() };
    for (name, value) in query(parts) {
        match name.as_str() {
            "success" => options.success = value,
            "failure" => options.failure = value,
            "scopes[]" | "scopes" => options.scopes.push(value),
            _ => {}
        }
    }
    let mut credentials = Credentials::of(&parts.headers, &client.project.id);
    if credentials.cookie && !origin::led_here(app, &client, &parts.headers) {
        // Otherwise another page could link an account of its choice to the visitor's.
        credentials = Credentials::default();
    }
    let caller = Caller::resolve(app, &client.project.id, &credentials).await?;
    start::check(app, &client, &options)?;
    let failure = options.failure.clone();
    let (url, cookie) = match start::run(app, &caller, &client, options).await {
        Ok(started) => started,
        Err(error) => {
            let mut response = match finish::fail(&client, &failure, error) {
                Ok(target) => redirect_to_target(app, &client, target),
                Err(error) => Failure::from(error).explained(app),
            };
            if matches!(caller, Caller::Blocked) && credentials.cookie {
                // As in answers of the API: with it, nobody could sign in in this browser.
                let ended = ended_cookie(&app.config, &client.project);
                response.headers_mut().append(SET_COOKIE, ended);
            }
            return Ok(response);
        }
    };
    let cookie = oauth_cookie(&app.config, &cookie.name, &cookie.value, flow::TTL);
    Ok(([(SET_COOKIE, cookie)], found(url.as_str())).into_response())
}

/// Handles a callback.
async fn callback(
    State(app): State<App>,
    path: Result<Path<(String, String)>, PathRejection>,
    parts: Parts,
) -> Result<Response, Failure> {
    let Path((provider, project)) = path?;
    let client = client::read_in(&app, &parts, project).await?;
    charge(&app, &client, NetworkQuota::OAuthCallback).await?;
    let mut params = CallbackParams::default();
    for (name, value) in query(&parts) {
        match name.as_str() {
            "state" => params.state = value,
            "code" => params.code = value,
            "error" => params.error = value,
            "iss" => params.issuer = Some(value),
            "user" => params.user = value,
            _ => {}
        }
    }
    let cookie = flow::cookie_name(&params.state);
    params.cookie = cookies(&parts.headers, &cookie).next().unwrap_or_default();
    let target = finish::run(&app, &client, &provider, params).await?;
    let mut response = redirect_to_target(&app, &client, target);
    let ended = oauth_cookie(&app.config, &cookie, "", Duration::ZERO);
    response.headers_mut().append(SET_COOKIE, ended);
    Ok(response)
}

/// Handles a callback that posts a form: redirects to the same URL by GET, because browsers send their
/// cookies only then.
async fn callback_by_post(
    State(app): State<App>,
    parts: Parts,
    body: Body,
) -> Result<Response, Failure> {
    let body = graphql::read(body, app.config.limits.body_bytes).await?;
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in form_urlencoded::parse(&body) {
        if matches!(&*name, "state" | "code" | "error" | "iss" | "user") {
            query.append_pair(&name, &value);
        }
    }
    let base = app.config.public_url.as_ref().map_or("", |url| url.path().trim_end_matches('/'));
    let url = format!("{base}{}?{}", parts.uri.path(), query.finish());
    Ok((StatusCode::SEE_OTHER, found(&url)).into_response())
}

/// Redirects the browser, with the cookie of a new session.
fn redirect_to_target(app: &App, client: &Client, target: RedirectTarget) -> Response {
    let mut response = match &target.location {
        Some(location) => found(location),
        None => (private(), "You are signed in. You can close this window.\n").into_response(),
    };
    if let Some((secret, ttl)) = target.session {
        let cookie = session_cookie(&app.config, &client.project, &secret, ttl);
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

/// Redirects the browser to `url`.
fn found(url: &str) -> Response {
    // A parsed URL is plain ASCII.
    let location = HeaderValue::from_str(url).unwrap_or_else(|_| HeaderValue::from_static("/"));
    // The SDK for Python reads the type of every response.
    let kind = HeaderValue::from_static("text/html; charset=utf-8");
    (StatusCode::FOUND, private(), [(LOCATION, location), (CONTENT_TYPE, kind)]).into_response()
}

/// URLs contain codes and secrets here: they must not be cached or sent as referrer.
fn private() -> [(axum::http::HeaderName, &'static str); 2] {
    [(CACHE_CONTROL, "no-store"), (REFERRER_POLICY, "no-referrer")]
}

async fn charge(app: &App, client: &Client, what: NetworkQuota) -> Result<()> {
    let limit = (CALLS, Duration::from_hours(1));
    app.limiter.charge_network(client, what, limit, app.clock.now()).await
}

fn query(parts: &Parts) -> impl Iterator<Item = (String, String)> {
    let query = parts.uri.query().unwrap_or_default();
    form_urlencoded::parse(query.as_bytes()).into_owned()
}
