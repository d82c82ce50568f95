//! Who uses the console: `/console/session`.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use entity::{ProjectId, Timestamp};
use serde::{Deserialize, Serialize};

use super::cookie;
use crate::app::App;
use crate::auth::api_key;
use crate::client::api_key::KeyHolder;
use crate::config::Scope;
use crate::error::{Error, Result};
use crate::http::client;
use crate::http::endpoint::Endpoint;
use crate::http::failure::Failure;
use crate::http::graphql::read;
use crate::http::media_type::check_json;
use crate::http::origin;
use crate::limiter::NetworkQuota;

/// How long a sign-in lasts.
const LIFETIME: Duration = Duration::from_hours(1);
/// How many wrong keys a network may present in a while.
const WRONG_KEYS: (u32, Duration) = (10, Duration::from_mins(10));
/// The longest body of a sign-in, in bytes. A browser's longest cookie is 4096 bytes.
const MAX_BODY: usize = 2048;

/// What the console of `accountd dev` may do.
const DEV_SCOPES: [Scope; 4] =
    [Scope::SessionsRead, Scope::SessionsWrite, Scope::UsersRead, Scope::UsersWrite];

/// The operator who uses the console.
pub(super) struct ConsoleUser {
    /// The project.
    pub(super) project: ProjectId,
    /// The holder of the key.
    pub(super) key: Arc<KeyHolder>,
    /// When the sign-in ends; never in development.
    expires_at: Option<Timestamp>,
}

impl ConsoleUser {
    /// The operator who sends a request: the holder of the cookie's key, if that is still valid. In development, where
    /// nobody signs in, the operator of the requested project.
    pub(super) async fn of(app: &App, parts: &Parts) -> Result<Self> {
        if app.config.is_dev() {
            let project = client::read(app, parts).await?.project;
            let holder = KeyHolder {
                id: "dev".to_owned(),
                name: "console".to_owned(),
                scopes: DEV_SCOPES.to_vec(),
            };
            let (project, key) = (project.id.clone(), Arc::new(holder));
            return Ok(Self { project, key, expires_at: None });
        }
        let presented = cookie::read(app, &parts.headers);
        let presented = presented.ok_or(Error::UserUnauthorized("sign in to the console first"))?;
        let cookie::Contents { project, key, expires_at } = presented;
        let key = api_key::find(app, &project, key.expose()).await?;
        Ok(Self { project, key, expires_at: Some(expires_at) })
    }

    fn into_session(self, app: &App) -> Session {
        let Self { project, key, expires_at } = self;
        let all = app.config.projects.iter().filter(|_| app.config.is_dev());
        Session {
            project: project.to_string(),
            projects: all.map(|project| Listed { id: project.id.to_string() }).collect(),
            key: Key {
                name: key.name.clone(),
                scopes: key.scopes.iter().map(|scope| scope.as_str()).collect(),
            },
            expires: expires_at.map(|time| time.to_string()),
        }
    }
}

/// What the page shows of the operator.
#[derive(Serialize)]
struct Session {
    project: String,
    /// The projects to choose from: in development.
    projects: Vec<Listed>,
    key: Key,
    expires: Option<String>,
}

#[derive(Serialize)]
struct Listed {
    id: String,
}

#[derive(Serialize)]
struct Key {
    name: String,
    scopes: Vec<&'static str>,
}

/// The body of a sign-in.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignIn {
    project: String,
    key: String,
}

/// Returns who is signed in; 401 if no one is.
pub(super) async fn get(
    State(endpoint): State<Endpoint>,
    parts: Parts,
) -> Result<Response, Failure> {
    origin::check_own(&endpoint.app, &parts)?;
    let user = ConsoleUser::of(&endpoint.app, &parts).await?;
    Ok(Json(user.into_session(&endpoint.app)).into_response())
}

/// Exchanges an API key for a cookie. Wrong keys are limited per network.
pub(super) async fn post(
    State(endpoint): State<Endpoint>,
    parts: Parts,
    body: Body,
) -> Result<Response, Failure> {
    let app = &endpoint.app;
    origin::check_own(app, &parts)?;
    check_json(&parts.headers)?;
    let body = read(body, MAX_BODY).await?;
    let SignIn { project, key } = serde_json::from_slice(&body)
        .map_err(|_| Failure::Malformed("Send `project` and `key`.".to_owned()))?;
    let client = client::read_in(app, &parts, project).await?;
    let now = app.clock.now();
    // Charged first, so that many at once are no way around the limit.
    let quotas = app.limiter.network_quotas(&client, NetworkQuota::ConsoleSignIn, WRONG_KEYS);
    app.limiter.enforce(&quotas, now, "limits.factor").await?;
    let project = client.project.id.clone();
    let holder = api_key::find(app, &project, &key).await?;
    app.limiter.reset(&quotas).await?;
    let expires_at = now + LIFETIME;
    let cookie = cookie::write(app, &project, &key, expires_at, LIFETIME)?;
    tracing::info!(project = project.as_str(), key = holder.id, "signed in to the console");
    let user = ConsoleUser { project, key: holder, expires_at: Some(expires_at) };
    Ok(([(SET_COOKIE, cookie)], Json(user.into_session(app))).into_response())
}

/// Deletes the cookie.
pub(super) async fn delete(
    State(endpoint): State<Endpoint>,
    parts: Parts,
) -> Result<Response, Failure> {
    origin::check_own(&endpoint.app, &parts)?;
    let cookie = cookie::ended(&endpoint.app);
    Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, cookie)]).into_response())
}
