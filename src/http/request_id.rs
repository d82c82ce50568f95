//! `X-Request-Id`: the id of a request in the logs of the server and its proxies.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName};

use super::client::is_from_trusted_proxy;
use crate::app::App;

/// The header with a request's id.
pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The longest id that is accepted.
const MAX_LENGTH: usize = 128;

/// The id of a request: a trusted proxy's, or else a new one of 128 random bits.
pub(super) fn of(app: &App, request: &Request) -> String {
    let sent = sent(request.headers()).filter(|_| is_from_trusted_proxy(app, request.extensions()));
    sent.map_or_else(|| format!("{:032x}", u128::from_be_bytes(app.random.bytes())), str::to_owned)
}

/// The id of a request, if it has only letters, digits and a few marks. `@` isn't allowed, so it can't be an
/// e-mail address.
fn sent(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(REQUEST_ID).iter();
    let (Some(id), None) = (values.next(), values.next()) else { return None };
    let id = id.to_str().ok()?;
    let is_safe = id.bytes().all(|c| c.is_ascii_alphanumeric() || b"-._:/+=".contains(&c));
    (is_safe && (1..=MAX_LENGTH).contains(&id.len())).then_some(id)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn read(values: &[&[u8]]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(REQUEST_ID, HeaderValue::from_bytes(value).unwrap());
        }
        sent(&headers).map(str::to_owned)
    }

    #[test]
    fn ids_of_proxies_are_read() {
        let longest = "a".repeat(MAX_LENGTH);
        for id in ["7", "0b26cf3d-9f5b-4e3c-8f0e-2f2a8a9b8c1d", "1-67891233/abc:def+0=", &longest] {
            assert_eq!(read(&[id.as_bytes()]).as_deref(), Some(id));
        }
    }

    #[test]
    fn anything_else_is_not() {
        let long = "a".repeat(MAX_LENGTH + 1);
        for id in [
            "".as_bytes(),
            b"a b",
            b"a\tb",
            b"a\"b",
            b"a\\b",
            b"{a}",
            b"ada@example.com",
            b"a\xff",
            "\u{fc}".as_bytes(),
            long.as_bytes(),
        ] {
            assert_eq!(read(&[id]), None, "{id:?}");
        }
        assert_eq!(read(&[]), None);
        assert_eq!(read(&[b"one", b"two"]), None);
    }
}
