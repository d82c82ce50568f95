//! What a provider answers: nothing panics, every refusal names the answer and what is wrong with it, and what is taken says
//! what it has to.
//!
//! The first byte of an input chooses what the rest is: a discovery document, keys, a token answer, a profile, addresses, an ID
//! token, or the claims of one that is signed with the right key.
#![no_main]

use std::sync::LazyLock;

use accountd::oauth::{Expected, IdToken, KeySet, Metadata, Profile, TokenAnswer, TokenFailure};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entity::Timestamp;
use fuzz::within_limit;
use libfuzzer_sys::fuzz_target;
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::{json, Value};

const ISSUER: &str = "https://id.example.com";
/// The second of the clock.
const NOW: i64 = 1_000_000_000;
const EXPECTED: Expected<'_> = Expected {
    issuer: ISSUER,
    client_id: "client",
    nonce: "n",
    now: Timestamp::from_millis(NOW * 1000),
};
/// The longest line that a refusal may make.
const MAX_ERROR: usize = 5_000;

struct Fixture {
    key: Ed25519KeyPair,
    keys: KeySet,
}

static FIXTURE: LazyLock<Fixture> = LazyLock::new(|| {
    let key = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).expect("any seed makes a key");
    let x = URL_SAFE_NO_PAD.encode(key.public_key());
    let keys = json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "x": x}]}).to_string();
    let keys = KeySet::read(keys.as_bytes()).expect("a set of keys");
    assert_eq!(keys.len(), 1);
    Fixture { key, keys }
});

fuzz_target!(|input: &[u8]| {
    let Some((kind, body)) = input.split_first() else { return };
    match kind {
        b'd' => match within_limit(|| Metadata::read(ISSUER, body)) {
            Ok(metadata) => {
                let urls = [
                    Some(metadata.token),
                    Some(metadata.authorization),
                    metadata.keys,
                    metadata.userinfo,
                ];
                for url in urls.into_iter().flatten() {
                    let is_near = url.host_str().is_some_and(is_loopback_host);
                    assert!(url.scheme() == "https" || is_near, "{url}");
                }
            }
            Err(error) => is_clear(&error.to_string(), "discovery document: "),
        },
        b'k' => match within_limit(|| KeySet::read(body)) {
            Ok(keys) => {
                let token = signed("{}");
                let token = IdToken::parse(&token).expect("a token of three parts");
                let _ = within_limit(|| token.check_signature(&keys));
            }
            Err(error) => is_clear(&error.to_string(), "keys: "),
        },
        b't' | b'T' => {
            let status = if *kind == b't' { 200 } else { 400 };
            match within_limit(|| TokenAnswer::read(status, body)) {
                Ok(answer) => {
                    assert!(!answer.access_token.is_empty() && status == 200);
                    assert!(answer.expires_in.is_none_or(|span| span.as_secs() > 0));
                }
                Err(failure @ TokenFailure::Refused { .. }) => {
                    let text = failure.to_string();
                    is_clear(&text, "token answer: `error` is ");
                }
                Err(failure) => is_clear(&failure.to_string(), "token answer: "),
            }
        }
        b'u' => match within_limit(|| Profile::read_userinfo(body)) {
            Ok(profile) => {
                assert!((1..=255).contains(&profile.subject.len()));
                let _ = within_limit(|| profile.clone().with_primary(body));
                let name = str::from_utf8(body).unwrap_or_default();
                let _ = within_limit(|| profile.clone().with_name(name));
            }
            Err(error) => is_clear(&error.to_string(), "userinfo: "),
        },
        b'i' => {
            let text = String::from_utf8_lossy(body);
            let verified = within_limit(|| {
                IdToken::parse(&text).and_then(|token| token.verify(&FIXTURE.keys, EXPECTED))
            });
            is_clear(&verified.expect_err("nobody guesses a signature").to_string(), "");
        }
        b'c' => {
            let claims = String::from_utf8_lossy(body);
            let token = signed(&claims);
            let token = IdToken::parse(&token).expect("a token of three parts");
            match within_limit(|| token.verify(&FIXTURE.keys, EXPECTED)) {
                Ok(profile) => has_required_claims(&claims, &profile),
                Err(error) => is_clear(&error.to_string(), "ID token: "),
            }
        }
        _ => {}
    }
});

/// A token with this payload and the right signature.
fn signed(payload: &str) -> String {
    let header = URL_SAFE_NO_PAD.encode("{\"alg\":\"EdDSA\"}");
    let message = format!("{header}.{}", URL_SAFE_NO_PAD.encode(payload));
    let signature = FIXTURE.key.sign(message.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// A refusal is one line of the log, not long, and names the answer and a member or the form.
fn is_clear(error: &str, place: &str) {
    assert!(error.starts_with(place), "{error}");
    assert!(error.len() <= MAX_ERROR && !error.contains(char::is_control), "{error:?}");
    let names_problem = ["expected", "fits none"].iter().any(|words| error.contains(words));
    assert!(names_problem, "{error}");
}

/// Claims that were taken are those of this issuer, client, sign-in and time, as a second reader sees it.
fn has_required_claims(claims: &str, profile: &Profile) {
    let claims: Value =
        serde_json::from_str(claims.trim_start_matches('\u{feff}')).expect("claims are JSON");
    assert_eq!(claims["iss"], ISSUER);
    assert_eq!(claims["nonce"], "n");
    assert_eq!(claims["sub"], profile.subject.as_str());
    let audience = match &claims["aud"] {
        Value::Array(several) => several.clone(),
        one => vec![one.clone()],
    };
    assert!(audience.contains(&json!("client")));
    assert!(claims["azp"] == "client" || audience.iter().all(|it| it == "client"));
    assert!(claims["exp"].as_f64().expect("a number") > 999_999_940.0);
    assert!(claims["iat"].as_f64().expect("a number") < 1_000_000_061.0);
    assert!(profile.verified_email().is_none() || profile.email_verified);
}

fn is_loopback_host(host: &str) -> bool {
    host == "localhost" || host.starts_with("127.") || host == "[::1]"
}
