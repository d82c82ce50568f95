//! Reads the credentials of a request from its headers, without checking them.

use axum::http::header::{AUTHORIZATION, COOKIE};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use entity::ProjectId;

use crate::crypto::session_secret::SessionSecret;
use crate::text::lossy;

const JWT: HeaderName = HeaderName::from_static("x-appwrite-jwt");
const SESSION: HeaderName = HeaderName::from_static("x-appwrite-session");
const FALLBACK: HeaderName = HeaderName::from_static("x-fallback-cookies");
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// How many JWTs, and how many sessions, are looked up for one request; a request with more is rejected.
const MAX: usize = 4;

/// The credentials of one request. Of each kind, no more are kept than needed to see that there are too
/// many.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Credentials {
    /// JWTs from `X-Appwrite-JWT` and `Authorization: Bearer`, without duplicates.
    pub jwts: Vec<String>,
    /// Session secrets from the cookie, `X-Appwrite-Session` and `X-Fallback-Cookies`, without duplicates.
    pub sessions: Vec<String>,
    /// Whether one of them is a cookie, which is deleted when its session ends.
    pub cookie: bool,
    /// The page that sends the request: it explains why a cookie may be missing.
    pub from: FetchSite,
}

/// The page that sends a request, according to `Sec-Fetch-Site`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FetchSite {
    /// A page of the server's own origin, or no page.
    #[default]
    SameOrigin,
    /// A page of another origin on the server's site, such as another port.
    SameSite,
    /// A page of another site.
    CrossSite,
}

impl FetchSite {
    fn of(headers: &HeaderMap) -> Self {
        match headers.get(FETCH_SITE).map(HeaderValue::as_bytes) {
            Some(b"same-site") => Self::SameSite,
            Some(b"cross-site") => Self::CrossSite,
            _ => Self::SameOrigin,
        }
    }
}

impl Credentials {
    /// Reads the headers with credentials for `project`. Empty ones count as absent. A value that isn't text
    /// can't be valid, but it was presented.
    pub fn of(headers: &HeaderMap, project: &ProjectId) -> Self {
        let mut credentials = Self { from: FetchSite::of(headers), ..Self::default() };
        for value in headers.get_all(JWT) {
            push(&mut credentials.jwts, &lossy(value.as_bytes()));
        }
        for value in headers.get_all(AUTHORIZATION) {
            if let Some(token) = bearer_token(value) {
                push(&mut credentials.jwts, &token);
            }
        }
        let name = cookie_name(project);
        for secret in cookies(headers, &name) {
            credentials.cookie |= push(&mut credentials.sessions, &secret);
        }
        for value in headers.get_all(SESSION) {
            push(&mut credentials.sessions, &lossy(value.as_bytes()));
        }
        // The web SDK sends what it once stored with every request, even after a sign-in has set a cookie.
        // As in Appwrite, it is read only if there is nothing else.
        if headers.contains_key(FALLBACK) && !credentials.has_more_than_fallback() {
            for value in headers.get_all(FALLBACK) {
                let json: serde_json::Value =
                    serde_json::from_str(&lossy(value.as_bytes())).unwrap_or_default();
                if let Some(secret) = json.get(&name).and_then(serde_json::Value::as_str) {
                    push(&mut credentials.sessions, secret);
                }
            }
        }
        credentials
    }

    /// Whether a JWT or a session secret was presented, valid or not.
    fn has_more_than_fallback(&self) -> bool {
        let mut sessions = self.sessions.iter();
        !self.jwts.is_empty() || sessions.any(|text| SessionSecret::decode(text).is_some())
    }

    /// Whether too many credentials were presented.
    pub fn is_excessive(&self) -> bool {
        self.jwts.len().max(self.sessions.len()) > MAX
    }

    /// Whether nothing was presented.
    pub fn is_empty(&self) -> bool {
        self.jwts.is_empty() && self.sessions.is_empty()
    }
}

/// The token of `Authorization: Bearer`.
pub fn bearer_token(value: &HeaderValue) -> Option<String> {
    let value = lossy(value.as_bytes());
    let (scheme, token) = value.split_once([' ', '\t'])?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
}

/// The values of the cookies named `name`. Other cookies are ignored, in any encoding.
pub fn cookies<'a>(headers: &'a HeaderMap, name: &'a str) -> impl Iterator<Item = String> + 'a {
    let values = headers.get_all(COOKIE).iter();
    let pairs = values.flat_map(|value| value.as_bytes().split(|byte| *byte == b';'));
    pairs.filter_map(move |pair| {
        let mut parts = pair.splitn(2, |byte| *byte == b'=');
        let (key, value) = (parts.next()?.trim_ascii(), parts.next()?.trim_ascii());
        key.eq_ignore_ascii_case(name.as_bytes()).then(|| lossy(unquoted(value)).into_owned())
    })
}

/// A cookie's value without quotation marks (RFC 6265 section 4.1.1).
fn unquoted(value: &[u8]) -> &[u8] {
    match value {
        [b'"', inner @ .., b'"'] => inner,
        value => value,
    }
}

/// The name of the cookie that holds the session of `project`.
pub fn cookie_name(project: &ProjectId) -> String {
    format!("a_session_{}", project.as_str().to_lowercase())
}

/// Adds a value unless it is blank, a duplicate or too many. Returns whether it was presented.
fn push(values: &mut Vec<String>, value: &str) -> bool {
    let value = value.trim();
    if value.is_empty() {
        return false;
    }
    if values.len() <= MAX && !values.iter().any(|known| known == value) {
        values.push(value.to_owned());
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, value.parse().unwrap());
        }
        headers
    }

    fn read(pairs: &[(&'static str, &'static str)]) -> Credentials {
        Credentials::of(&headers(pairs), &ProjectId::new("Shop"))
    }

    #[test]
    fn a_session_comes_by_cookie_header_and_fallback() {
        let cookie = read(&[("cookie", "a=b; a_session_shop=one; a_session_other=two")]);
        let header = read(&[("x-appwrite-session", "one")]);
        let fallback = read(&[("x-fallback-cookies", r#"{"a_session_shop":"one"}"#)]);

        assert!(cookie.cookie && !header.cookie && !fallback.cookie);
        assert_eq!(
            [cookie.sessions, header.sessions, fallback.sessions],
            [["one"], ["one"], ["one"]]
        );
    }

    /// C-11: cookies of others in any encoding, several headers, spaces and quotation marks.
    #[test]
    fn a_cookie_is_found_among_any_others() {
        for cookies in [
            &["name=J\u{fc}rgen; a_session_shop=one".as_bytes()][..],
            &[b"name=J\xfcrgen;a_session_shop=one"],
            &[b"a_session_shop=one; \xff\xfe=\x80"],
            &[b"name=J\xfcrgen", b"a_session_shop=one"],
            &[b"a_session_shop=\"one\"; theme=dark"],
            &[b"  A_Session_Shop = one  ;"],
            &[b"lonely; =; ;; a_session_shop=one"],
        ] {
            let mut headers = HeaderMap::new();
            for value in cookies {
                headers.append(COOKIE, HeaderValue::from_bytes(value).unwrap());
            }
            let credentials = Credentials::of(&headers, &ProjectId::new("shop"));

            assert_eq!(credentials.sessions, ["one"], "{cookies:?}");
        }
    }

    /// C-14: the fallback is read where there is neither a JWT nor the secret of a session, whether live or not.
    #[test]
    fn the_fallback_is_the_last_resort() {
        let secret = SessionSecret::new(entity::UserId::new("ada"), &crate::random::Random::System);
        let secret = secret.encode();
        let with = |name: &'static str, value: &str| {
            let mut headers = headers(&[("x-fallback-cookies", r#"{"a_session_shop":"old"}"#)]);
            headers.append(name, value.parse().unwrap());
            Credentials::of(&headers, &ProjectId::new("shop"))
        };

        assert_eq!(with("x-other", "x").sessions, ["old"]);
        assert_eq!(with("cookie", &format!("a_session_shop={secret}")).sessions, [secret.as_str()]);
        assert_eq!(with("x-appwrite-session", &secret).sessions, [secret.as_str()]);
        assert_eq!(with("x-appwrite-jwt", "t").sessions, [""; 0]);
        assert_eq!(with("cookie", "a_session_shop=garbage").sessions, ["garbage", "old"]);
        assert_eq!(with("cookie", "a_session_shop=").sessions, ["old"]);
    }

    #[test]
    fn both_jwt_headers_are_read_and_equal_ones_count_once() {
        let same = read(&[("x-appwrite-jwt", "t"), ("authorization", "bearer t")]);
        let two = read(&[("x-appwrite-jwt", "t"), ("x-appwrite-jwt", "u")]);

        assert_eq!(same.jwts, ["t"]);
        assert_eq!(two.jwts, ["t", "u"]);
    }

    /// However many are sent, few are kept.
    #[test]
    fn too_many_are_reported_and_not_kept() {
        let cookies: Vec<String> = (0..1000).map(|n| format!("a_session_shop={n}")).collect();
        let header = |count: usize| cookies.get(..count).unwrap().join("; ");
        let read = |cookies: String| {
            let mut headers = HeaderMap::new();
            headers.insert("cookie", cookies.parse().unwrap());
            Credentials::of(&headers, &ProjectId::new("Shop"))
        };

        assert!(!read(header(MAX)).is_excessive());
        assert!(read(header(1000)).is_excessive());
        assert_eq!(read(header(1000)).sessions.len(), MAX + 1);
    }

    /// N-02: an empty header is no credential.
    #[test]
    fn blank_headers_are_absent() {
        let blank = read(&[
            ("x-appwrite-jwt", "  "),
            ("authorization", "Bearer "),
            ("authorization", "Basic dXNlcjpwYXNz"),
            ("x-appwrite-session", ""),
            ("x-fallback-cookies", "[]"),
            ("cookie", "a_session_shop="),
        ]);

        assert_eq!(blank, Credentials::default());
    }
}
