//! The cookie that holds an operator's API key, encrypted.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue};
use entity::{ProjectId, Timestamp};

use crate::app::App;
use crate::auth::cookie::{console_cookie, console_cookie_name};
use crate::auth::credentials::cookies;
use crate::config::Secret;
use crate::error::Result;

/// What a cookie holds.
pub(super) struct Contents {
    pub(super) project: ProjectId,
    pub(super) key: Secret,
    pub(super) expires_at: Timestamp,
}

/// The `Set-Cookie` value that stores a key for `ttl`. The time is in the cookie, too, because a browser's word for it
/// isn't enough.
pub(super) fn write(
    app: &App,
    project: &ProjectId,
    key: &str,
    expires_at: Timestamp,
    ttl: Duration,
) -> Result<HeaderValue> {
    let text = format!("{} {key}", expires_at.millis());
    let encrypted = app.console_keys.encrypt(&aad(project), &text, app.random.bytes())?;
    Ok(console_cookie(&app.config, &format!("{project}:{encrypted}"), ttl))
}

/// The `Set-Cookie` value that deletes the cookie.
pub(super) fn ended(app: &App) -> HeaderValue {
    console_cookie(&app.config, "", Duration::ZERO)
}

/// Reads the cookie of a request; none if it has expired, or wasn't written by this server.
pub(super) fn read(app: &App, headers: &HeaderMap) -> Option<Contents> {
    let name = console_cookie_name(&app.config);
    let contents = cookies(headers, name).find_map(|value| open(app, &value))?;
    (contents.expires_at > app.clock.now()).then_some(contents)
}

fn open(app: &App, value: &str) -> Option<Contents> {
    let (project, encrypted) = value.split_once(':')?;
    let project = ProjectId::new(project);
    let text = app.console_keys.decrypt(&aad(&project), encrypted)?;
    let (millis, key) = text.split_once(' ')?;
    let expires_at = Timestamp::from_millis(millis.parse().ok()?);
    Some(Contents { project, key: Secret::new(key), expires_at })
}

/// A cookie is bound to its project.
fn aad(project: &ProjectId) -> String {
    format!("console/{project}")
}
