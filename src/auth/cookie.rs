//! The session cookie.

use std::time::Duration;

use axum::http::HeaderValue;

use crate::auth::credentials::cookie_name;
use crate::config::{Config, Project};
use crate::crypto::session_secret::SessionSecret;

/// The `Set-Cookie` value that stores `secret` for `ttl`.
pub fn session_cookie(
    config: &Config,
    project: &Project,
    secret: &SessionSecret,
    ttl: Duration,
) -> HeaderValue {
    cookie(config, project, &secret.encode(), ttl)
}

/// The `Set-Cookie` value that deletes a session cookie.
pub fn ended_cookie(config: &Config, project: &Project) -> HeaderValue {
    cookie(config, project, "", Duration::ZERO)
}

/// The `Set-Cookie` value that binds a browser to its OAuth sign-in; empty deletes it.
pub fn oauth_cookie(config: &Config, name: &str, value: &str, ttl: Duration) -> HeaderValue {
    let path = config.public_url.as_ref().map_or("", |url| url.path().trim_end_matches('/'));
    let secure = if config.is_https() { "; Secure" } else { "" };
    let ttl = if value.is_empty() { 0 } else { ttl.as_secs() };
    let cookie = format!(
        "{name}={value}; Path={path}/v1/account/sessions/oauth2/callback; Max-Age={ttl}; HttpOnly; \
         SameSite=Lax{secure}"
    );
    HeaderValue::from_str(&cookie).unwrap_or_else(|_| HeaderValue::from_static(""))
}

fn cookie(config: &Config, project: &Project, value: &str, ttl: Duration) -> HeaderValue {
    // Apps on other sites may use the server; browsers accept such a cookie only over HTTPS.
    let reach = if config.is_https() { "SameSite=None; Secure" } else { "SameSite=Lax" };
    let name = cookie_name(&project.id);
    let cookie = format!("{name}={value}; Path=/; Max-Age={}; HttpOnly; {reach}", ttl.as_secs());
    // Project ids and base64 are plain ASCII.
    HeaderValue::from_str(&cookie).unwrap_or_else(|_| HeaderValue::from_static(""))
}
