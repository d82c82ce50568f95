//! The cookies that the server sets.

use std::time::Duration;

use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use cookie::{Cookie, SameSite};

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
    of_session(config, project, &secret.encode(), ttl)
}

/// The `Set-Cookie` value that deletes a session cookie.
pub fn ended_cookie(config: &Config, project: &Project) -> HeaderValue {
    of_session(config, project, "", Duration::ZERO)
}

/// Removes deletions of cookies that the same answer sets: a browser would obey whichever comes last.
pub fn keep_set_cookies(headers: &mut HeaderMap) {
    if headers.get_all(SET_COOKIE).iter().nth(1).is_none() {
        return;
    }
    let parsed = |header: &HeaderValue| {
        let cookie = Cookie::parse(header.to_str().ok()?.to_owned()).ok()?;
        let is_deletion = cookie.max_age().is_some_and(cookie::time::Duration::is_zero);
        Some((cookie.name().to_owned(), is_deletion))
    };
    let all: Vec<_> = headers.get_all(SET_COOKIE).iter().cloned().collect();
    let named: Vec<_> = all.iter().map(parsed).collect();
    let is_set = |name: &String| {
        named.iter().flatten().any(|(set, is_deletion)| set == name && !is_deletion)
    };
    headers.remove(SET_COOKIE);
    for (header, cookie) in all.into_iter().zip(&named) {
        if !matches!(cookie, Some((name, true)) if is_set(name)) {
            headers.append(SET_COOKIE, header);
        }
    }
}

/// The `Set-Cookie` value that binds a browser to its OAuth sign-in; empty deletes it.
pub fn oauth_cookie(config: &Config, name: &str, value: &str, ttl: Duration) -> HeaderValue {
    let ttl = if value.is_empty() { Duration::ZERO } else { ttl };
    let mut cookie = cookie(name, value, ttl);
    cookie.set_path(format!("{}/v1/account/sessions/oauth2/callback", base_path(config)));
    cookie.set_secure(config.is_https());
    header(&cookie)
}

/// The name of the cookie that signs in to the console. With the prefix, browsers take it only from this host by HTTPS,
/// and no other host of the domain can set it.
pub fn console_cookie_name(config: &Config) -> &'static str {
    if config.is_https() { "__Host-accountd_console" } else { "accountd_console" }
}

/// The `Set-Cookie` value that signs in to the console for `ttl`; zero deletes it. Browsers send it only with requests of
/// the server's own site.
pub fn console_cookie(config: &Config, value: &str, ttl: Duration) -> HeaderValue {
    let mut cookie = cookie(console_cookie_name(config), value, ttl);
    cookie.set_same_site(SameSite::Strict);
    if config.is_https() {
        // The prefix `__Host-` requires the path `/`.
        cookie.set_secure(true);
    } else {
        cookie.set_path(format!("{}/console", base_path(config)));
    }
    header(&cookie)
}

/// The path at which clients reach the server; empty if it is the host's root.
fn base_path(config: &Config) -> &str {
    config.public_url.as_ref().map_or("", |url| url.path().trim_end_matches('/'))
}

fn of_session(config: &Config, project: &Project, value: &str, ttl: Duration) -> HeaderValue {
    let mut cookie = cookie(&cookie_name(&project.id), value, ttl);
    // Apps on other sites may use the server; browsers accept such a cookie only over HTTPS.
    if config.is_https() {
        cookie.set_same_site(SameSite::None);
        cookie.set_secure(true);
    }
    header(&cookie)
}

/// A cookie that scripts can't read, for the same site only.
fn cookie(name: &str, value: &str, ttl: Duration) -> Cookie<'static> {
    Cookie::build((name.to_owned(), value.to_owned()))
        .path("/")
        .max_age(ttl.try_into().unwrap_or_default())
        .http_only(true)
        .same_site(SameSite::Lax)
        .build()
}

fn header(cookie: &Cookie<'_>) -> HeaderValue {
    // Project ids and base64 are plain ASCII.
    HeaderValue::try_from(cookie.to_string()).unwrap_or_else(|_| HeaderValue::from_static(""))
}
