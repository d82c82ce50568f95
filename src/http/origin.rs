//! Whose pages may talk to the server, and act with the cookies of their visitors.

use axum::http::HeaderMap;
use axum::http::HeaderName;
use axum::http::HeaderValue;
use axum::http::header::ORIGIN;
use axum::http::header::REFERER;
use url::Url;

use crate::address::is_listed;
use crate::app::App;
use crate::client::Client;
use crate::config::is_safe;
use crate::error::Error;
use crate::error::Result;

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Whether pages of `origin` may talk to the server: its own, and those whose host, or whose app's scheme, is one of
/// `platforms`. With a server of HTTPS, pages that anybody on the way could have written may not.
pub(super) fn is_admitted<'a>(
    app: &App,
    origin: &HeaderValue,
    mut platforms: impl Iterator<Item = &'a str>,
) -> bool {
    // A `Referer` may have any bytes in its path.
    let Ok(origin) = Url::parse(&String::from_utf8_lossy(origin.as_bytes())) else { return false };
    if !matches!(origin.scheme(), "http" | "https") {
        let scheme = format!("{}:", origin.scheme());
        return platforms.any(|platform| platform == scheme);
    }
    let own = app.config.public_url.as_ref();
    if app.config.is_https() && !is_safe(&origin) {
        return false;
    }
    own.is_some_and(|own| own.origin() == origin.origin())
        || origin.host_str().is_some_and(|host| is_listed(&host.to_lowercase(), platforms))
}

/// Whether a page of the project has sent the browser here, or nobody has: a stranger's page can send it anywhere, too.
pub(super) fn led_here(app: &App, client: &Client, headers: &HeaderMap) -> bool {
    let platforms = client.project.platforms.iter().map(String::as_str);
    match (headers.get(REFERER), headers.get(FETCH_SITE)) {
        (Some(page), _) => is_admitted(app, page, platforms),
        (None, Some(site)) => matches!(site.as_bytes(), b"same-origin" | b"none"),
        (None, None) => true,
    }
}

/// Makes sure that a request comes from a page of the project, or from no page at all. That is asked of requests with a
/// cookie, since a browser adds cookies to the requests of strangers' pages, too (security.md NW-9).
pub(super) fn check(app: &App, client: &Client, headers: &HeaderMap) -> Result<()> {
    let mut origins = headers.get_all(ORIGIN).iter();
    let platforms = client.project.platforms.iter().map(String::as_str);
    let admitted = match (origins.next(), origins.next()) {
        (Some(origin), None) => is_admitted(app, origin, platforms),
        (Some(_), Some(_)) => false,
        (None, _) => match headers.get(FETCH_SITE) {
            Some(site) => matches!(site.as_bytes(), b"same-origin" | b"none"),
            None => true,
        },
    };
    if admitted { Ok(()) } else { Err(Error::GeneralUnknownOrigin) }
}
