//! Which media type an answer gets, and which a body must have (RFC 9110 sections 8.3 and 12.5.1).

use axum::http::header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use mediatype::{MediaTypeList, ReadParams};

/// The media types of answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MediaType {
    /// `application/json`: the status is 200 for every well-formed request.
    Json,
    /// `application/graphql-response+json`: the status tells whether the request was understood.
    GraphqlResponse,
    /// `text/event-stream`: each answer is an event, and a subscription has many.
    EventStream,
}

/// Why a body is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unreadable {
    /// It is compressed, or encoded in another way.
    Encoded,
    /// It is JSON in another character set than UTF-8.
    Charset,
    /// It is a form of several parts, as uploads are.
    Multipart,
    /// It is not declared as JSON.
    NotJson,
}

impl MediaType {
    /// All types of answers; the first of those that a wildcard admits is sent.
    const ALL: [Self; 3] = [Self::Json, Self::GraphqlResponse, Self::EventStream];

    /// The type that the client prefers among ours; none if it accepts none.
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

/// Whether the client would rather have HTML than any of ours, as browsers would. `*/*` alone asks for ours.
pub(super) fn prefers_html(headers: &HeaderMap) -> bool {
    let [json, graphql_response, event_stream] =
        MediaType::ALL.map(|media_type| (false, media_type.essence()));
    let candidates = [json, graphql_response, event_stream, (true, "text/html")];
    preferred(&ranges(headers), candidates).unwrap_or_default()
}

/// One element of `Accept`.
struct Range {
    /// The range in lower case, without parameters.
    essence: String,
    /// How much the client likes it, from 0 (not at all) to 1.
    quality: f32,
}

impl Range {
    /// How closely the range describes a media type; none if it doesn't.
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

/// What `Accept` lists. Elements that can't be read, and those of another character set than UTF-8, don't count.
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

/// The candidate that the client likes best. For each, the range that describes it most closely counts; of equals, the
/// candidate whose range comes first in the list.
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

/// Makes sure that the body is declared as JSON in UTF-8, and not compressed. Nothing else is read: a browser sends
/// the other types across origins without asking (GQ-7).
pub(super) fn check_json(headers: &HeaderMap) -> Result<(), Unreadable> {
    let codings = text(headers, &CONTENT_ENCODING);
    let is_none = |coding: &str| coding.is_empty() || coding.eq_ignore_ascii_case("identity");
    if !codings.split(',').map(str::trim).all(is_none) {
        return Err(Unreadable::Encoded);
    }
    // Two headers make a list, which is no media type.
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
    media_type.essence().to_string().to_ascii_lowercase()
}

/// Whether a media type names no other character set than UTF-8.
fn is_utf8(media_type: &mediatype::MediaType<'_>) -> bool {
    let mut charsets =
        media_type.params().filter(|(name, _)| name.as_str().eq_ignore_ascii_case("charset"));
    charsets.all(|(_, charset)| {
        let charset = charset.unquoted_str();
        ["utf-8", "utf8"].iter().any(|utf8| charset.eq_ignore_ascii_case(utf8))
    })
}

/// All values of a header as one list. Bytes that are no ASCII become question marks, which no media type has.
fn text(headers: &HeaderMap, name: &HeaderName) -> String {
    let ascii = |value: &HeaderValue| -> String {
        let bytes = value.as_bytes().trim_ascii().iter();
        bytes.map(|byte| if byte.is_ascii() { char::from(*byte) } else { '?' }).collect()
    };
    let values: Vec<_> = headers.get_all(name).iter().map(ascii).collect();
    values.join(", ")
}

#[cfg(test)]
mod tests;
