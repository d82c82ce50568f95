//! What a request presents to show who it is: read from its headers, not yet believed.

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::header::COOKIE;
use entity::ProjectId;

/// How many JWTs, and how many sessions, are looked up for one request; who sends more is refused unseen.
const MOST: usize = 4;

/// The credentials of one request, as they came.
/// No more of a kind are kept than are needed to see that they are too many.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Credentials {
    /// JWTs of `X-Appwrite-JWT` and `Authorization: Bearer`, each once.
    pub jwts: Vec<String>,
    /// Session secrets of the cookie, `X-Appwrite-Session` and `X-Fallback-Cookies`, each once.
    pub sessions: Vec<String>,
    /// Whether one of them came as a cookie, which is taken back when its session ends.
    pub cookie: bool,
}

impl Credentials {
    /// Reads the headers that carry credentials for `project`. Empty ones count as absent.
    pub fn of(headers: &HeaderMap, project: &ProjectId) -> Self {
        let mut credentials = Self::default();
        for value in headers.get_all("x-appwrite-jwt") {
            // What is no text can't be a token of ours either, but it was presented.
            push(&mut credentials.jwts, value.to_str().unwrap_or("?"));
        }
        for value in headers.get_all(AUTHORIZATION) {
            let value = value.to_str().unwrap_or_default();
            if let Some((scheme, token)) = value.split_once(' ')
                && scheme.eq_ignore_ascii_case("bearer")
            {
                push(&mut credentials.jwts, token);
            }
        }
        let name = cookie_name(project);
        for secret in cookies(headers, &name) {
            credentials.cookie |= push(&mut credentials.sessions, secret);
        }
        for value in headers.get_all("x-appwrite-session") {
            push(&mut credentials.sessions, value.to_str().unwrap_or("?"));
        }
        for value in headers.get_all("x-fallback-cookies") {
            let json = serde_json::from_slice(value.as_bytes()).unwrap_or(serde_json::Value::Null);
            if let Some(secret) = json.get(&name).and_then(serde_json::Value::as_str) {
                push(&mut credentials.sessions, secret);
            }
        }
        credentials
    }

    /// Whether more was presented than anybody needs.
    pub fn is_excessive(&self) -> bool {
        self.jwts.len().max(self.sessions.len()) > MOST
    }

    /// Whether nothing was presented.
    pub fn is_empty(&self) -> bool {
        self.jwts.is_empty() && self.sessions.is_empty()
    }
}

/// The values of the cookies called `name`.
pub fn cookies<'a>(headers: &'a HeaderMap, name: &'a str) -> impl Iterator<Item = &'a str> {
    let values = headers.get_all(COOKIE).iter();
    let pairs = values.flat_map(|value| value.to_str().unwrap_or_default().split(';'));
    let pairs = pairs.filter_map(|pair| pair.trim().split_once('='));
    pairs.filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

/// The name of the cookie that holds the session of `project`.
pub fn cookie_name(project: &ProjectId) -> String {
    format!("a_session_{}", project.as_str().to_lowercase())
}

/// Adds a value that is neither blank nor there already nor too much, and says whether it was presented at all.
fn push(values: &mut Vec<String>, value: &str) -> bool {
    let value = value.trim();
    if value.is_empty() {
        return false;
    }
    if values.len() <= MOST && !values.iter().any(|known| known == value) {
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

    #[test]
    fn both_jwt_headers_are_read_and_equal_ones_count_once() {
        let same = read(&[("x-appwrite-jwt", "t"), ("authorization", "bearer t")]);
        let two = read(&[("x-appwrite-jwt", "t"), ("x-appwrite-jwt", "u")]);

        assert_eq!(same.jwts, ["t"]);
        assert_eq!(two.jwts, ["t", "u"]);
    }

    /// However many are sent, few are kept.
    #[test]
    fn too_many_are_told_and_not_kept() {
        let cookies: Vec<String> = (0..1000).map(|n| format!("a_session_shop={n}")).collect();
        let header = |count: usize| cookies.get(..count).unwrap().join("; ");
        let read = |cookies: String| {
            let mut headers = HeaderMap::new();
            headers.insert("cookie", cookies.parse().unwrap());
            Credentials::of(&headers, &ProjectId::new("Shop"))
        };

        assert!(!read(header(MOST)).is_excessive());
        assert!(read(header(1000)).is_excessive());
        assert_eq!(read(header(1000)).sessions.len(), MOST + 1);
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
