//! JWTs: only what the server has signed itself counts, and a payload of any other shape never does.
//!
//! An input is read as a token, and as the payload of a token that is signed with the right key.
#![no_main]

use std::sync::LazyLock;

use accountd::config::{Config, Mode};
use accountd::crypto::jwt::{Claims, Jwt};
use accountd::crypto::keys::Keys;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entity::{ProjectId, SessionId, Timestamp, UserId};
use fuzz::within_limit;
use hmac::{Hmac, KeyInit, Mac};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use sha2::Sha256;

const MASTER_SECRET: [u8; 32] = [7; 32];
/// The second of the clock.
const NOW: u32 = 1_000_000_000;

struct Fixture {
    jwt: Jwt,
    project: ProjectId,
    /// The key that signs.
    key: [u8; 32],
    /// The header and the period behind it.
    prefix: String,
}

static FIXTURE: LazyLock<Fixture> = LazyLock::new(|| {
    // HS256, which takes no time that the fuzzer would miss.
    let settings = [("ACCOUNTD_JWT__ALGORITHM".to_owned(), "HS256".to_owned())];
    let config = Config::load(None, settings, Mode::Dev).expect("valid settings");
    let keys = Keys::new(&MASTER_SECRET);
    let jwt = Jwt::open(&config, &keys).expect("keys of the right length");
    let project = ProjectId::new("default");
    let (user, session) = (UserId::new("ada"), SessionId::new("s1"));
    let sample = Claims {
        aud: project.clone(),
        sub: user.clone(),
        sid: session.clone(),
        iat: NOW,
        exp: NOW + 900,
        user_id: user,
        session_id: session,
    };
    let token = jwt.sign(&project, &sample, now()).expect("claims can be written");
    let (header, _) = token.split_once('.').expect("a token has three parts");
    let prefix = format!("{header}.");
    assert_eq!(jwt.verify(&token, &project, now()).as_deref(), Some(&sample), "our own token counts");
    Fixture { jwt, project, key: keys.derive("jwt"), prefix }
});

fuzz_target!(|input: &[u8]| {
    let Fixture { jwt, project, key, prefix } = &*FIXTURE;
    let verify = |token: &str| within_limit(|| jwt.verify(token, project, now()));

    if let Ok(text) = str::from_utf8(input) {
        assert_eq!(verify(text), None, "nobody guesses a signature");
        assert_eq!(verify(&format!("{prefix}{text}")), None, "nobody guesses a signature");
    }

    let token = signed(key, prefix, input);
    if let Some(claims) = verify(&token) {
        matches_payload(input, &claims);
        assert_eq!(jwt.verify(&token, &ProjectId::new("other"), now()), None);
        assert_eq!(jwt.verify(&token, project, claims.until()), None);
        assert_eq!(jwt.verify(&token[..token.len() - 1], project, now()), None);
    }
});

/// Every claim is there in its own type, and speaks for one user, one session and this project.
fn matches_payload(payload: &[u8], claims: &Claims) {
    let payload: Value = serde_json::from_slice(payload).expect("a payload that counts is JSON");
    for (name, expected) in [
        ("aud", "default"),
        ("sub", claims.sub.as_str()),
        ("userId", claims.sub.as_str()),
        ("sid", claims.sid.as_str()),
        ("sessionId", claims.sid.as_str()),
    ] {
        assert_eq!(payload[name].as_str(), Some(expected), "{name}");
    }
    assert_eq!(payload["exp"].as_u64(), Some(claims.exp.into()));
    assert_eq!(payload["iat"].as_u64(), Some(claims.iat.into()));
    assert!(now() < claims.until());
}

/// A token with this payload and the right signature.
fn signed(key: &[u8; 32], prefix: &str, payload: &[u8]) -> String {
    let message = format!("{prefix}{}", URL_SAFE_NO_PAD.encode(payload));
    let mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length");
    let signature = mac.chain_update(&message).finalize().into_bytes();
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

fn now() -> Timestamp {
    Timestamp::from_millis(i64::from(NOW) * 1000)
}
