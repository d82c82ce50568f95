//! Media types as clients write them.

use super::*;

fn with(name: &HeaderName, values: &[&[u8]]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for value in values {
        headers.append(name, HeaderValue::from_bytes(value).unwrap());
    }
    headers
}

fn accepted(accept: &str) -> Option<MediaType> {
    MediaType::accepted(&with(&ACCEPT, &[accept.as_bytes()]))
}

/// C-10: the closest range counts for a type, the highest quality for the answer, and of equals the first.
#[test]
fn the_client_chooses_the_media_type() {
    use MediaType::{EventStream, GraphqlResponse, Json};

    assert_eq!(MediaType::accepted(&HeaderMap::new()), Some(Json));
    for (accept, expected) in [
        ("", Some(Json)),
        ("*/*", Some(Json)),
        ("application/*", Some(Json)),
        ("application/json, text/plain, */*", Some(Json)),
        ("Application/JSON; Charset=\"UTF-8\"", Some(Json)),
        ("application/graphql-response+json, application/json;q=0.9", Some(GraphqlResponse)),
        ("application/json;q=0.9, application/graphql-response+json", Some(GraphqlResponse)),
        ("application/json, application/graphql-response+json", Some(Json)),
        (
            "application/json ;\tQ=0.5 , application/graphql-response+json ; q=0.6",
            Some(GraphqlResponse),
        ),
        ("application/json;q=0, */*", Some(GraphqlResponse)),
        (
            "*/*;q=0.1, application/json;q=0, application/graphql-response+json;q=0",
            Some(EventStream),
        ),
        ("text/event-stream", Some(EventStream)),
        ("text/event-stream;q=0.5, */*;q=0.1", Some(EventStream)),
        ("text/event-stream, application/json", Some(EventStream)),
        ("application/json, text/event-stream", Some(Json)),
        ("text/html", None),
        ("application/json;q=0", None),
        ("application/json;q=0.000", None),
        ("*/*;q=0", None),
        ("application/jsonp", None),
        ("application/json; charset=utf-16", Some(Json)),
        ("application/json; charset=utf-16, text/html", None),
        ("text/html; a=\"x, application/json\"", None),
        (",, text/html; =, application/json", Some(Json)),
        ("nonsense", Some(Json)),
    ] {
        assert_eq!(accepted(accept), expected, "{accept}");
    }
}

/// C-11: what is no text doesn't count, and spoils nothing.
#[test]
fn odd_bytes_in_accept_spoil_nothing() {
    let odd = with(&ACCEPT, &[b"text/\xfc, application/graphql-response+json", b"caf\xc3\xa9/*"]);

    assert_eq!(MediaType::accepted(&odd), Some(MediaType::GraphqlResponse));
}

#[test]
fn browsers_want_html_and_clients_do_not() {
    let prefers = |accept: &str| prefers_html(&with(&ACCEPT, &[accept.as_bytes()]));

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

/// C-10, GQ-7: only JSON in UTF-8 is read, by its parsed type.
#[test]
fn only_json_is_read() {
    let check = |content_type: &str| check_json(&with(&CONTENT_TYPE, &[content_type.as_bytes()]));

    for json in [
        "application/json",
        "Application/JSON; charset=\"UTF-8\"",
        "application/json ;\tcharset=utf8",
        "application/json;",
        "application/json; charset=\"utf\\-8\"; profile=\"a;b,c\"",
        "application/json; version=1",
        " application/json ",
    ] {
        assert_eq!(check(json), Ok(()), "{json}");
    }
    for (other, problem) in [
        ("application/json;q=1, text/plain", Unreadable::NotJson),
        ("application/json, application/json", Unreadable::NotJson),
        ("text/plain; application/json", Unreadable::NotJson),
        ("application/json text/plain", Unreadable::NotJson),
        ("application/json; charset", Unreadable::NotJson),
        ("application/jsonp", Unreadable::NotJson),
        ("application/json-seq", Unreadable::NotJson),
        ("application/json+x", Unreadable::NotJson),
        ("application/graphql-response+json", Unreadable::NotJson),
        ("application/*", Unreadable::NotJson),
        ("text/json", Unreadable::NotJson),
        ("text/plain", Unreadable::NotJson),
        ("application/graphql", Unreadable::NotJson),
        ("", Unreadable::NotJson),
        ("application/json; charset=utf-16", Unreadable::Charset),
        ("application/json; charset=utf-8; charset=latin1", Unreadable::Charset),
        ("application/json; CHARSET=\"\"", Unreadable::Charset),
        ("multipart/form-data; boundary=x", Unreadable::Multipart),
    ] {
        assert_eq!(check(other), Err(problem), "{other}");
    }
    assert_eq!(check_json(&HeaderMap::new()), Err(Unreadable::NotJson));
    let twice = with(&CONTENT_TYPE, &[b"application/json", b"application/json"]);
    assert_eq!(check_json(&twice), Err(Unreadable::NotJson));
    let odd = with(&CONTENT_TYPE, &[b"application/json; a=\"\xfc\""]);
    assert_eq!(check_json(&odd), Ok(()));
}

/// C-10: a compressed body is refused as one, and `identity` is no compression.
#[test]
fn encoded_bodies_are_not_read() {
    let check = |coding: &str| {
        let mut headers = with(&CONTENT_TYPE, &[b"application/json"]);
        headers.append(CONTENT_ENCODING, HeaderValue::from_str(coding).unwrap());
        check_json(&headers)
    };

    for coding in ["", "identity", "Identity, identity"] {
        assert_eq!(check(coding), Ok(()), "{coding}");
    }
    for coding in ["gzip", "br", "identity, gzip", "aws-chunked"] {
        assert_eq!(check(coding), Err(Unreadable::Encoded), "{coding}");
    }
}
