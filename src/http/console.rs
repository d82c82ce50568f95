//! `/console`: the page for operators, and the two endpoints that it calls.
//!
//! `POST /console/session` exchanges an API key for a cookie. `POST /console/graphql` answers requests with that cookie as
//! `/v1/graphql` answers those with the key in `X-Appwrite-Key`. No other route reads the cookie, and no script can.

use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use rust_embed::RustEmbed;

use super::endpoint::{Endpoint, Visitor};
use super::failure::Failure;
use super::{client, graphql, origin, page_files};
use crate::app::App;
use crate::auth::credentials::Credentials;
use crate::client::SecretDelivery;
use crate::request_log;

mod cookie;
mod session;

use session::ConsoleUser;

const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");

/// The page, with `{files}` to be filled in.
const PAGE: &str = include_str!("console/page/index.html");
/// The page's policy: its own scripts and styles, calls of this server, and no script from a text.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
                      require-trusted-types-for 'script'; trusted-types 'none'";
/// The files of the page.
#[derive(RustEmbed)]
#[folder = "src/http/console/page"]
struct Files;

/// The name of the files' folder.
static VERSION: LazyLock<String> = LazyLock::new(page_files::version::<Files>);

/// Whether the server has the console.
pub(super) fn is_on(app: &App) -> bool {
    app.config.is_dev() || app.config.console.enabled
}

/// The routes of the console.
pub(super) fn router(app: &App) -> Router<Endpoint> {
    Router::new()
        .route("/console", get(page))
        .route("/console/{version}/{*name}", get(file))
        .route("/console/session", get(session::get).post(session::post).delete(session::delete))
        .route("/console/graphql", post(execute))
        .layer(from_fn_with_state(app.clone(), guard))
}

/// In development, rejects other machines and other names of this one: nobody has to sign in there.
async fn guard(State(app): State<App>, request: Request, next: Next) -> Response {
    if app.config.is_dev() && !client::is_local(&app, request.headers(), request.extensions()) {
        let message =
            "The console is at http://localhost only, on the machine that accountd runs on.\n";
        return (StatusCode::FORBIDDEN, message).into_response();
    }
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // The page's files have set another one.
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Returns the page. It has no data, so everyone may load it.
async fn page(parts: Parts) -> Response {
    let files = page_files::relative_url(&parts, "console", &VERSION);
    let headers = [(CONTENT_SECURITY_POLICY, POLICY), (OPENER_POLICY.clone(), "same-origin")];
    (headers, Html(PAGE.replace("{files}", &files))).into_response()
}

/// Returns a file of the page.
async fn file(Path((version, name)): Path<(String, String)>) -> Response {
    page_files::respond::<Files>(&name, version == *VERSION).await
}

/// Executes the page's operations with the operator's key. Other credentials don't count.
async fn execute(
    State(endpoint): State<Endpoint>,
    mut parts: Parts,
    body: Body,
) -> Result<Response, Failure> {
    let app = &endpoint.app;
    origin::check_own(app, &parts)?;
    let ConsoleUser { project, key, .. } = ConsoleUser::of(app, &parts).await?;
    parts.headers.remove(client::KEY);
    let mut client = client::read_in(app, &parts, project.to_string()).await?;
    request_log::note_client(Some(client.ip), &project, true);
    client.key = Some(key);
    client.secrets = SecretDelivery::Withheld;
    let (client, credentials) = (Arc::new(client), Arc::new(Credentials::default()));
    parts.extensions.insert(Visitor { client, credentials });
    graphql::post(State(endpoint), parts, body).await
}
