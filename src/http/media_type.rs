//! Negotiates the media type of responses, and checks that of bodies (RFC 9110 sections 8.3 and 12.5.1).

use std::borrow::Cow;

use axum::http::header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use mediatype::{MediaTypeList, ReadParams};

/// The media types of responses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MediaType {
    /// `application/json`: the status is 200 for every well-formed request.
    Json,
    /// `application/graphql-response+json`: the status says whether the request was valid.
    GraphqlResponse,
    /// `text/event-stream`: each response is an event; a subscription has many.
    EventStream,
}

/// Why a body is rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unreadable {
    /// It has a content encoding, for example gzip.
    Encoded,
    /// It is JSON with another charset than UTF-8.
    Charset,
    /// It is multipart, as for uploads.
    Multipart,
    /// It is not declared as JSON.
    NotJson,
}

impl MediaType {
    /// All media types; the first one that a wildcard allows is used.
    const ALL: [Self; 3] = [Self::Json, Self::GraphqlResponse, Self::EventStream];

    /// The client's preferred type; none if it accepts none.
    pub(super) fn accepted(headers: &HeaderMap) -> Option<Self> {
        let ranges = ranges(headers);
        if ranges.is_empty() {
            return Some(Self::Json);
        }
        preferred(&ranges, Self::ALL.map(|media_type| (media_type, media_type.essence())))
    }

    /// The type without its parameters.
    fn essence(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::GraphqlResponse => "application/graphql-response+json",
            Self::EventStream => "text/event-stream",
        }
    }

    /// The header's value.
    pub(super) fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Json => "application/json; charset=utf-8",
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
            Self::EventStream => "text/event-stream; charset=utf-8",
        })
    }
}

/// Whether the client prefers HTML, as browsers do. `*/*` alone doesn't.
pub(super) fn prefers_html(headers: &HeaderMap) -> bool {
    let [json, graphql_response, event_stream] =
        MediaType::ALL.map(|media_type| (false, media_type.essence()));
    let candidates = [json, graphql_response, event_stream, (true, "text/html")];
    preferred(&ranges(headers), candidates).unwrap_or_default()
}

/// Whether the client prefers the text format of `OpenMetrics` to the older one of Prometheus.
pub(super) fn prefers_open_metrics(headers: &HeaderMap) -> bool {
    let candidates = [(false, "text/plain"), (true, "application/openmetrics-text")];
    preferred(&ranges(headers), candidates).unwrap_or_default()
}

/// One element of `Accept`.
struct Range {
    /// The range in lower case, without parameters.
    essence: String,
    /// Its weight, from 0 (not acceptable) to 1.
    quality: f32,
}

impl Range {
    /// How specific a matching range is; none if it doesn't match.
    fn closeness(&self, essence: &str) -> Option<u8> {
        let is_of_its_type = || {
            let (ty, subtype) = self.essence.split_once('/')?;
            (subtype == "*" && essence.split_once('/')?.0 == ty).then_some(1)
        };
        match self.essence.as_str() {
            same if same == essence => Some(2),
            "*/*" => Some(0),
            _ => is_of_its_type(),
        }
    }
}

/// Parses `Accept`. Invalid elements, and those with another charset than UTF-8, are ignored.
fn ranges(headers: &HeaderMap) -> Vec<Range> {
    let accept = text(headers, &ACCEPT);
    let elements = MediaTypeList::new(&accept).filter_map(Result::ok);
    elements
        .filter(is_utf8)
        .map(|element| {
            let quality =
                element.params().find(|(name, _)| name.as_str().eq_ignore_ascii_case("q"));
            let quality = quality.map_or(1.0, |(_, value)| quality_of(value.as_str()));
            Range { essence: essence(&element), quality }
        })
        .collect()
}

/// The value of a parameter `q` (RFC 9110 section 12.4.2); 1 if it is none.
pub(super) fn quality_of(text: &str) -> f32 {
    let quality = text.parse().ok().filter(|quality| (0.0..=1.0).contains(quality));
    quality.unwrap_or(1.0)
}

/// The client's preferred candidate. For each, the most specific range counts; ties go to the earlier range.
fn preferred<T: Copy, const N: usize>(ranges: &[Range], candidates: [(T, &str); N]) -> Option<T> {
    let mut best: Option<(T, f32, usize)> = None;
    for (candidate, essence) in candidates {
        let mut closest: Option<(u8, f32, usize)> = None;
        for (place, range) in ranges.iter().enumerate() {
            if let Some(closeness) = range.closeness(essence)
                && closest.is_none_or(|(other, ..)| closeness > other)
            {
                closest = Some((closeness, range.quality, place));
            }
        }
        let Some((_, quality, place)) = closest.filter(|(_, quality, _)| *quality > 0.0) else {
            continue;
        };
        let is_better = |(_, other, first): (T, f32, usize)| {
            quality.total_cmp(&other).then(first.cmp(&place)).is_gt()
        };
        if best.is_none_or(is_better) {
            best = Some((candidate, quality, place));
        }
    }
    best.map(|(candidate, ..)| candidate)
}

/// Checks that the body is declared as JSON in UTF-8, without encoding. Browsers send other types across
/// origins without a preflight (GQ-7).
pub(super) fn check_json(headers: &HeaderMap) -> Result<(), Unreadable> {
    let codings = text(headers, &CONTENT_ENCODING);
    let is_none = |coding: &str| coding.is_empty() || coding.eq_ignore_ascii_case("identity");
    if !codings.split(',').map(str::trim).all(is_none) {
        return Err(Unreadable::Encoded);
    }
    // Two headers are a list, which is no media type.
    let content_type = text(headers, &CONTENT_TYPE);
    let media_type = mediatype::MediaType::parse(&content_type).map_err(|_| Unreadable::NotJson)?;
    match essence(&media_type).as_str() {
        "application/json" if is_utf8(&media_type) => Ok(()),
        "application/json" => Err(Unreadable::Charset),
        other if other.starts_with("multipart/") => Err(Unreadable::Multipart),
        _ => Err(Unreadable::NotJson),
    }
}

/// A media type or range in lower case, without its parameters.
fn essence(media_type: &mediatype::MediaType<'_>) -> String {
    let mut essence = [media_type.ty.as_str(), "/", media_type.subty.as_str()].concat();
    if let Some(suffix) = media_type.suffix {
        essence.push('+');
        essence.push_str(suffix.as_str());
    }
    essence.make_ascii_lowercase();
    essence
}

/// Whether a media type has no other charset than UTF-8.
fn is_utf8(media_type: &mediatype::MediaType<'_>) -> bool {
    let mut charsets =
        media_type.params().filter(|(name, _)| name.as_str().eq_ignore_ascii_case("charset"));
    charsets.all(|(_, charset)| {
        let charset = charset.unquoted_str();
        ["utf-8", "utf8"].iter().any(|utf8| charset.eq_ignore_ascii_case(utf8))
    })
}

/// All values of a header as one list. Non-ASCII bytes become question marks, which no media type has.
fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Cow<'a, str> {
    let mut values = headers.get_all(name).iter();
    let only = values.next().filter(|_| values.next().is_none());
    if let Some(text) = only.and_then(|value| value.to_str().ok()) {
        return text.trim_ascii().into();
    }
    let ascii = |value: &HeaderValue| -> String {
        let bytes = value.as_bytes().trim_ascii().iter();
        bytes.map(|byte| if byte.is_ascii() { char::from(*byte) } else { '?' }).collect()
    };
    let values: Vec<_> = headers.get_all(name).iter().map(ascii).collect();
    values.join(", ").into()
}

#[cfg(test)]
mod tests;
