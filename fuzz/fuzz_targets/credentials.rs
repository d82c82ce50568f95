//! Credentials: whatever the headers hold, none is blank or counted twice, and a session secret is read as it is written.
//!
//! Each line of an input is a header: a digit for its name, then its value.
#![no_main]

use std::collections::HashSet;

use accountd::auth::credentials::Credentials;
use accountd::crypto::session_secret::SessionSecret;
use axum::http::{HeaderMap, HeaderValue};
use entity::ProjectId;
use fuzz::within_limit;
use libfuzzer_sys::fuzz_target;

const NAMES: [&str; 5] =
    ["authorization", "cookie", "x-appwrite-jwt", "x-appwrite-session", "x-fallback-cookies"];

fuzz_target!(|input: &[u8]| {
    let mut headers = HeaderMap::new();
    for line in input.split(|byte| *byte == b'\n') {
        if let Some((digit, value)) = line.split_first()
            && let Some(name) = NAMES.get(usize::from(digit.wrapping_sub(b'0')))
            && let Ok(value) = HeaderValue::from_bytes(value)
        {
            headers.append(*name, value);
        }
    }

    let project = ProjectId::new("Shop");
    let credentials = within_limit(|| Credentials::of(&headers, &project));

    are_clean(&credentials.jwts);
    are_clean(&credentials.sessions);
    assert!(!credentials.cookie || headers.contains_key("cookie"));
    assert!(!credentials.cookie || !credentials.sessions.is_empty());
    for text in &credentials.sessions {
        if let Some(secret) = within_limit(|| SessionSecret::decode(text)) {
            let again = SessionSecret::decode(&secret.encode());
            assert!(again.as_ref() == Some(&secret), "a secret is read as it is written");
            assert_eq!(secret.hash().len(), 64);
        }
    }
});

fn are_clean(values: &[String]) {
    let unique: HashSet<&String> = values.iter().collect();
    assert_eq!(unique.len(), values.len(), "{values:?}");
    assert!(values.iter().all(|value| !value.is_empty() && value.trim() == value), "{values:?}");
}
