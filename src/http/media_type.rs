//! Which media type an answer gets, and which a body must have.

use axum::http::HeaderMap;
use axum::http::HeaderValue;
use axum::http::header::ACCEPT;
use axum::http::header::CONTENT_ENCODING;
use axum::http::header::CONTENT_TYPE;

/// The media types of answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MediaType {
    /// `application/graphql-response+json`: the status tells whether the request was understood.
    GraphqlResponse,
    /// `application/json`: the status is 200 for every well-formed request.
    Json,
    /// `text/event-stream`: each answer is an event, and a subscription has many.
    EventStream,
}

impl MediaType {
    /// The type that the client prefers among ours; none if it accepts none.
    pub(super) fn accepted(headers: &HeaderMap) -> Option<Self> {
        let mut ranges = ranges(headers).peekable();
        if ranges.peek().is_none() {
            return Some(Self::Json);
        }
        preferred(ranges, Self::named)
    }

    /// The type that a range of `Accept` means.
    fn named(range: &str) -> Option<Self> {
        match range {
            "application/graphql-response+json" => Some(Self::GraphqlResponse),
            "text/event-stream" => Some(Self::EventStream),
            "application/json" | "application/*" | "*/*" => Some(Self::Json),
            _ => None,
        }
    }

    /// The header's value.
    pub(super) fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
            Self::EventStream => "text/event-stream; charset=utf-8",
        })
    }
}

/// Whether the client would rather have HTML than any of ours, as browsers would. `*/*` alone asks for ours.
pub(super) fn prefers_html(headers: &HeaderMap) -> bool {
    let is_html = |range: &str| match range {
        "text/html" => Some(true),
        other => MediaType::named(other).map(|_| false),
    };
    preferred(ranges(headers), is_html).unwrap_or_default()
}

/// What `Accept` lists: lower-case ranges with their qualities.
fn ranges(headers: &HeaderMap) -> impl Iterator<Item = (String, f32)> {
    let values = headers.get_all(ACCEPT).into_iter();
    values.flat_map(|value| value.to_str().unwrap_or_default().split(',')).filter_map(|range| {
        let mut parts = range.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default().to_ascii_lowercase();
        let quality = parts.find_map(|part| part.strip_prefix("q=")?.parse().ok());
        (!name.is_empty()).then_some((name, quality.unwrap_or(1.0)))
    })
}

/// What `choose` makes of the range with the highest quality, the first of equals; none if it knows none of them.
fn preferred<T>(
    ranges: impl Iterator<Item = (String, f32)>,
    choose: impl Fn(&str) -> Option<T>,
) -> Option<T> {
    let mut best: Option<(T, f32)> = None;
    for (name, quality) in ranges {
        if quality > 0.0
            && best.as_ref().is_none_or(|(_, other)| quality > *other)
            && let Some(choice) = choose(&name)
        {
            best = Some((choice, quality));
        }
    }
    best.map(|(choice, _)| choice)
}

/// Whether the body is declared as JSON in UTF-8, and not compressed. Nothing else is read: a browser sends
/// the other types across origins without asking (security.md GQ-7).
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    if headers.contains_key(CONTENT_ENCODING) {
        return false;
    }
    let mut values = headers.get_all(CONTENT_TYPE).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return false };
    let value = value.to_str().unwrap_or_default().to_ascii_lowercase();
    let mut parts = value.split(';').map(str::trim);
    let is_json = parts.next() == Some("application/json");
    is_json
        && parts.all(|part| match part.strip_prefix("charset=") {
            Some(charset) => matches!(charset.trim_matches('"'), "utf-8" | "utf8"),
            None => true,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepted(accept: &'static str) -> Option<MediaType> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static(accept));
        MediaType::accepted(&headers)
    }

    #[test]
    fn the_client_chooses_the_media_type() {
        let both = "application/graphql-response+json, application/json;q=0.9";

        assert_eq!(MediaType::accepted(&HeaderMap::new()), Some(MediaType::Json));
        assert_eq!(accepted("*/*"), Some(MediaType::Json));
        assert_eq!(accepted("application/json, text/plain, */*"), Some(MediaType::Json));
        assert_eq!(accepted(both), Some(MediaType::GraphqlResponse));
        assert_eq!(accepted("text/html"), None);
        assert_eq!(accepted("application/json;q=0"), None);
    }

    #[test]
    fn browsers_want_html_and_clients_do_not() {
        let prefers = |accept| {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, HeaderValue::from_static(accept));
            prefers_html(&headers)
        };

        assert!(prefers("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"));
        assert!(prefers("text/html"));
        assert!(prefers("application/json;q=0.5, Text/HTML;q=0.6"));
        assert!(!prefers("*/*"));
        assert!(!prefers(""));
        assert!(!prefers("application/json, text/html"));
        assert!(!prefers("text/html;q=0.9, */*"));
        assert!(!prefers("text/html;q=0"));
        assert!(!prefers("text/plain"));
        assert!(!prefers_html(&HeaderMap::new()));
    }

    /// GQ-7: only JSON, and only uncompressed.
    #[test]
    fn only_json_is_read() {
        let with = |name, value| {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            headers.insert(name, HeaderValue::from_static(value));
            is_json(&headers)
        };

        assert!(with(CONTENT_TYPE, "application/json"));
        assert!(with(CONTENT_TYPE, "Application/JSON; charset=\"UTF-8\""));
        assert!(!with(CONTENT_TYPE, "application/json; charset=utf-16"));
        assert!(!with(CONTENT_TYPE, "text/plain"));
        assert!(!with(CONTENT_TYPE, "application/graphql"));
        assert!(!with(CONTENT_ENCODING, "gzip"));
        assert!(!is_json(&HeaderMap::new()));
    }
}
