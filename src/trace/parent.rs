//! `traceparent` of W3C Trace Context: the span in another process that a request belongs to.

use axum::http::HeaderMap;
use opentelemetry::trace::{SpanContext, SpanId, TraceFlags, TraceId, TraceState};

use super::TRACEPARENT;

/// The length of version 00.
const LENGTH: usize = 55;

/// Reads the header, if it is there once and valid. `tracestate` isn't read: what it carries is nobody's business here.
pub fn read_parent(headers: &HeaderMap) -> Option<SpanContext> {
    let mut values = headers.get_all(TRACEPARENT).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return None };
    let value = value.to_str().ok()?;
    // Later versions may have more behind a dash.
    let (head, rest) = value.split_at_checked(LENGTH)?;
    let mut parts = head.split('-');
    let mut next = |length| parts.next().filter(|part| is_hex(part, length));
    let (version, trace, span, flags) = (next(2)?, next(32)?, next(16)?, next(2)?);
    let is_known = match version {
        "00" => rest.is_empty(),
        "ff" => false,
        _ => rest.is_empty() || rest.starts_with('-'),
    };
    let flags = TraceFlags::new(u8::from_str_radix(flags, 16).ok()?) & TraceFlags::SAMPLED;
    let (trace, span) = (TraceId::from_hex(trace).ok()?, SpanId::from_hex(span).ok()?);
    let parent = SpanContext::new(trace, span, flags, true, TraceState::NONE);
    (is_known && parent.is_valid()).then_some(parent)
}

fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|c| matches!(c, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
    const SPAN: &str = "b7ad6b7169203331";

    fn read(values: &[&str]) -> Option<SpanContext> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(TRACEPARENT, HeaderValue::from_str(value).unwrap());
        }
        read_parent(&headers)
    }

    #[test]
    fn parents_are_read() {
        for (value, is_sampled) in [
            (format!("00-{TRACE}-{SPAN}-01"), true),
            (format!("00-{TRACE}-{SPAN}-00"), false),
            (format!("00-{TRACE}-{SPAN}-03"), true),
            (format!("01-{TRACE}-{SPAN}-01"), true),
            (format!("01-{TRACE}-{SPAN}-01-more"), true),
        ] {
            let parent = read(&[&value]).expect(&value);
            assert_eq!(parent.trace_id().to_string(), TRACE);
            assert_eq!(parent.span_id().to_string(), SPAN);
            assert_eq!(parent.is_sampled(), is_sampled, "{value}");
        }
    }

    #[test]
    fn anything_else_is_not() {
        let good = format!("00-{TRACE}-{SPAN}-01");
        for value in [
            String::new(),
            "x".to_owned(),
            format!("{good}-more"),
            format!("{good}0"),
            format!("ff-{TRACE}-{SPAN}-01"),
            format!("0-{TRACE}-{SPAN}-001"),
            format!("00-{}-{SPAN}-01", TRACE.to_uppercase()),
            format!("00-{}-{SPAN}-01", "0".repeat(32)),
            format!("00-{TRACE}-{}-01", "0".repeat(16)),
            format!("00-{TRACE}-{SPAN}-0x"),
            format!("00-+{}-{SPAN}-01", "1".repeat(31)),
            format!("00-{TRACE}{SPAN}--01-"),
        ] {
            assert!(read(&[&value]).is_none(), "{value}");
        }
        assert!(read(&[]).is_none());
        assert!(read(&[&good, &good]).is_none());
    }
}
