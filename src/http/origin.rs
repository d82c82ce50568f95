//! Checks which pages may call the server, and use their visitors' cookies.

use axum::http::header::{HOST, ORIGIN, REFERER};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

use crate::address::is_listed;
use crate::app::App;
use crate::auth::credentials::{Credentials, FetchSite};
use crate::client::Client;
use crate::config::is_safe;
use crate::error::{Error, Result};

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Whether pages of `origin` may call the server: its own, and those on one of `platforms`. If the server
/// uses HTTPS, pages over HTTP may not, because anyone on the network could have changed them.
pub(super) fn is_allowed<'a>(
    app: &App,
    origin: &HeaderValue,
    mut platforms: impl Iterator<Item = &'a str>,
) -> bool {
    // A `Referer` may have any bytes in its path.
    let Ok(origin) = Url::parse(&String::from_utf8_lossy(origin.as_bytes())) else { return false };
    if !matches!(origin.scheme(), "http" | "https") {
        let scheme = format!("{}:", origin.scheme());
        return is_sdk(origin.scheme()) || platforms.any(|platform| platform == scheme);
    }
    let own = app.config.public_url.as_ref();
    if app.config.is_https() && !is_safe(&origin) {
        return false;
    }
    own.is_some_and(|own| own.origin() == origin.origin())
        || origin.host_str().is_some_and(|host| is_listed(&host.to_lowercase(), platforms))
}

/// Whether an origin's scheme is that of an official mobile or desktop SDK, which sends `appwrite-android://com.example.app`.
/// No page has such an origin, and an app has cookies of its own.
fn is_sdk(scheme: &str) -> bool {
    const SYSTEMS: [&str; 8] =
        ["android", "ios", "linux", "macos", "tvos", "visionos", "watchos", "windows"];
    scheme.strip_prefix("appwrite-").is_some_and(|system| SYSTEMS.contains(&system))
}

/// Whether the browser was sent here by a page of the project, or by none: any page can link here.
pub(super) fn led_here(app: &App, client: &Client, headers: &HeaderMap) -> bool {
    let platforms = client.project.platforms.iter().map(String::as_str);
    match (headers.get(REFERER), headers.get(FETCH_SITE)) {
        (Some(page), _) => is_allowed(app, page, platforms),
        (None, Some(site)) => matches!(site.as_bytes(), b"same-origin" | b"none"),
        (None, None) => true,
    }
}

/// Checks that a request with a cookie is from a page of the project, or from no page: browsers add cookies
/// to requests of any page (NW-9).
pub(super) fn check(app: &App, client: &Client, headers: &HeaderMap) -> Result<()> {
    let mut origins = headers.get_all(ORIGIN).iter();
    let platforms = client.project.platforms.iter().map(String::as_str);
    let allowed = match (origins.next(), origins.next()) {
        (Some(origin), None) => is_allowed(app, origin, platforms),
        (Some(_), Some(_)) => false,
        (None, _) => match headers.get(FETCH_SITE) {
            Some(site) => matches!(site.as_bytes(), b"same-origin" | b"none"),
            None => true,
        },
    };
    if allowed {
        return Ok(());
    }
    // Pages of other projects have passed CORS.
    headers.get_all(ORIGIN).iter().for_each(|origin| log_rejected(app, origin));
    Err(Error::GeneralUnknownOrigin)
}

/// Checks that a request is from the server's own pages: those of `public_url`, or of the host that the request names.
/// Other pages have another origin, also those on a platform. Only reading is allowed without one.
pub(super) fn check_own(app: &App, parts: &Parts) -> Result<()> {
    let headers = &parts.headers;
    let mut origins = headers.get_all(ORIGIN).iter();
    let is_own = match (origins.next(), origins.next()) {
        (Some(origin), None) => is_own(app, headers, origin),
        (Some(_), Some(_)) => false,
        (None, _) => parts.method.is_safe(),
    };
    let is_same = headers.get_all(FETCH_SITE).iter().all(|site| site == "same-origin");
    if is_own && is_same { Ok(()) } else { Err(Error::GeneralUnknownOrigin) }
}

/// Whether `origin` is that of the server's own pages. If the server uses HTTPS, those that came over HTTP are not.
fn is_own(app: &App, headers: &HeaderMap, origin: &HeaderValue) -> bool {
    let parse = |text: &str| Url::parse(text).ok();
    let Some(origin) = origin.to_str().ok().and_then(parse) else { return false };
    if app.config.is_https() && !is_safe(&origin) {
        return false;
    }
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let named = host.and_then(|host| parse(&format!("{}://{host}/", origin.scheme())));
    let public = app.config.public_url.as_ref();
    public.into_iter().chain(&named).any(|own| own.origin() == origin.origin())
}

/// Logs once for each origin that its pages are rejected, and which setting allows them.
pub(super) fn log_rejected(app: &App, origin: &HeaderValue) {
    app.notices.warn_once(&rejection(origin, app.config.is_https()));
}

/// Why pages of an origin are rejected, and how to allow them.
fn rejection(origin: &HeaderValue, is_https: bool) -> String {
    let text: String = String::from_utf8_lossy(origin.as_bytes()).chars().take(200).collect();
    match Url::parse(&text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => {
            let page = url.origin().ascii_serialization();
            let host = url.host_str().unwrap_or_default();
            if is_https && !is_safe(&url) {
                return format!(
                    "pages of {page} are refused: they come by http, and public_url is https; serve them by https"
                );
            }
            format!(
                "pages of {page} are refused: add \"{host}\" to `platforms` of their project, or set \
                 ACCOUNTD_PLATFORMS={host} for the project `default`"
            )
        }
        Ok(url) if url.has_host() => format!(
            "pages of the app {text:?} are refused: add \"{}:\" to `platforms` of their project",
            url.scheme()
        ),
        _ => format!(
            "pages with the origin {text:?} are refused: a file or a sandboxed frame has no host to list in `platforms`; \
             serve the page at http://localhost"
        ),
    }
}

/// In development, logs once why a page's cookie can't be sent: to browsers, page and server are different
/// sites.
pub(super) fn log_missing_cookie(app: &App, credentials: &Credentials, headers: &HeaderMap) {
    let is_held_back = credentials.is_empty() && credentials.from == FetchSite::CrossSite;
    if !app.config.is_dev() || !is_held_back {
        return;
    }
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let page = text(ORIGIN).and_then(|origin| Url::parse(origin).ok());
    let own = text(HOST).and_then(|host| Url::parse(&format!("http://{host}/")).ok());
    let (Some(page), Some(own)) = (page, own) else { return };
    let mut better = own.clone();
    if better.set_host(page.host_str()).is_err() {
        return;
    }
    app.notices.warn_once(&format!(
        "a page of {} called {} and the session's cookie did not come with it: to browsers these are two sites; call {} \
         instead",
        page.origin().ascii_serialization(),
        own.origin().ascii_serialization(),
        better.origin().ascii_serialization(),
    ));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// C-46: who reads the log knows what to set.
    #[test]
    fn a_refusal_names_the_setting_that_admits_the_page() {
        let rejection = |origin: &'static str, is_https| {
            super::rejection(&HeaderValue::from_static(origin), is_https)
        };

        insta::assert_snapshot!(rejection("https://app.example.com:8443", true), @r#"pages of https://app.example.com:8443 are refused: add "app.example.com" to `platforms` of their project, or set ACCOUNTD_PLATFORMS=app.example.com for the project `default`"#);
        insta::assert_snapshot!(rejection("http://app.example.com", true), @"pages of http://app.example.com are refused: they come by http, and public_url is https; serve them by https");
        insta::assert_snapshot!(rejection("capacitor://localhost", false), @r#"pages of the app "capacitor://localhost" are refused: add "capacitor:" to `platforms` of their project"#);
        insta::assert_snapshot!(rejection("null", false), @r#"pages with the origin "null" are refused: a file or a sandboxed frame has no host to list in `platforms`; serve the page at http://localhost"#);
        let long = HeaderValue::from_str(&"\u{e9}".repeat(300)).unwrap();
        assert!(super::rejection(&long, false).chars().count() < 500);
    }
}
