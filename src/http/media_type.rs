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
        let mut best: Option<(Self, f32)> = None;
        let mut asked = false;
        for value in headers.get_all(ACCEPT) {
            for range in value.to_str().unwrap_or_default().split(',') {
                let mut parts = range.split(';').map(str::trim);
                let name = parts.next().unwrap_or_default().to_ascii_lowercase();
                asked |= !name.is_empty();
                let media_type = match name.as_str() {
                    "application/graphql-response+json" => Self::GraphqlResponse,
                    "text/event-stream" => Self::EventStream,
                    "application/json" | "application/*" | "*/*" => Self::Json,
                    _ => continue,
                };
                let quality = parts.find_map(|part| part.strip_prefix("q=")?.parse().ok());
                let quality: f32 = quality.unwrap_or(1.0);
                if quality > 0.0 && best.is_none_or(|(_, other)| quality > other) {
                    best = Some((media_type, quality));
                }
            }
        }
        match best {
            Some((media_type, _)) => Some(media_type),
            None if asked => None,
            None => Some(Self::Json),
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
