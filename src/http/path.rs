//! Normalises request paths.

use std::mem;

use axum::extract::{OriginalUri, Request};
use axum::http::Uri;
use axum::http::uri::PathAndQuery;

/// Normalises the path of a request: removes empty segments, as Appwrite's router does (an endpoint may end
/// with a slash), and decodes characters that need no encoding (RFC 3986 section 6.2.2.2). Case and query
/// string don't change. Pages find the path as it was sent in `OriginalUri`.
pub(super) fn normalize(mut request: Request) -> Request {
    if let Some(uri) = normalized(request.uri()) {
        let sent = OriginalUri(mem::replace(request.uri_mut(), uri));
        request.extensions_mut().insert(sent);
    }
    request
}

/// The URI with its normalised path; none if nothing changes.
fn normalized(uri: &Uri) -> Option<Uri> {
    let path = uri.path();
    let is_normal =
        path == "/" || !(path.ends_with('/') || path.contains("//") || path.contains('%'));
    // `OPTIONS *` and CONNECT name no path.
    if is_normal || !path.starts_with('/') {
        return None;
    }
    let segments = path.split('/').filter(|segment| !segment.is_empty());
    let mut target: String =
        segments.flat_map(|segment| ["/".to_owned(), decode(segment)]).collect();
    if target.is_empty() {
        target.push('/');
    }
    if let Some(query) = uri.query() {
        target.push('?');
        target.push_str(query);
    }
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(target).ok()?);
    Uri::from_parts(parts).ok()
}

/// Decodes characters that need no encoding: letters, digits, and four marks.
fn decode(segment: &str) -> String {
    let mut parts = segment.split('%');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.get(..2).filter(|digits| digits.bytes().all(|c| c.is_ascii_hexdigit()));
        let code = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()).map(char::from);
        if let Some(c) = code.filter(|c| c.is_ascii_alphanumeric() || "-._~".contains(*c)) {
            text.push(c);
            text.push_str(part.get(2..).unwrap_or_default());
        } else {
            text.push('%');
            text.push_str(part);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn normal(target: &str) -> String {
        let request = Request::builder().uri(target).body(Body::empty()).unwrap();
        normalize(request).uri().to_string()
    }

    /// C-12: empty segments don't count, and the query string stays as it is.
    #[test]
    fn empty_segments_do_not_count() {
        for (target, expected) in [
            ("/", "/"),
            ("//", "/"),
            ("/v1/account", "/v1/account"),
            ("/v1//account", "/v1/account"),
            ("/v1/account/", "/v1/account"),
            ("//v1///account//", "/v1/account"),
            ("/v1/account/?a=//b/&c=%41", "/v1/account?a=//b/&c=%41"),
            ("/v1/account?", "/v1/account?"),
            ("/v1/account/?", "/v1/account?"),
            ("/V1/Account/", "/V1/Account"),
            ("http://localhost:8080//v1/account", "http://localhost:8080/v1/account"),
            ("*", "*"),
        ] {
            assert_eq!(normal(target), expected, "{target}");
        }
    }

    /// C-12: only what needs no encoding is decoded, and only once.
    #[test]
    fn unreserved_characters_are_decoded() {
        for (target, expected) in [
            ("/v1/%61ccount", "/v1/account"),
            ("/v1/account/%6Cogs", "/v1/account/logs"),
            ("/a%2Db%2eC%5F%7e", "/a-b.C_~"),
            ("/a%2Fb%2f", "/a%2Fb%2f"),
            ("/a%252561", "/a%252561"),
            ("/a%20%C3%A9%00%3F", "/a%20%C3%A9%00%3F"),
            ("/a%", "/a%"),
            ("/a%4", "/a%4"),
            ("/a%+1", "/a%+1"),
        ] {
            assert_eq!(normal(target), expected, "{target}");
        }
    }
}
