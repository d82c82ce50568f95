//! ID tokens that say what they have to, and others.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::SigningKey;
use serde_json::json;

use super::*;
use crate::oauth::jws::sign;

const NOW: Timestamp = Timestamp::from_millis(1_795_435_200_000);
/// A time that is yet to come, in seconds.
const LATER: i64 = 1_795_435_500;
const EXPECTED: Expected<'_> =
    Expected { issuer: "https://id.example.com", client_id: "client", nonce: "n", now: NOW };

fn key() -> (SigningKey, KeySet) {
    let key = SigningKey::from_slice(&[7; 32]).unwrap();
    let point = key.verifying_key().to_sec1_point(false);
    let (x, y) = point.as_bytes()[1..].split_at(32);
    let [x, y] = [x, y].map(|number| URL_SAFE_NO_PAD.encode(number));
    let keys = json!({"keys": [{"kty": "EC", "crv": "P-256", "x": x, "y": y}]});
    (key, KeySet::read(keys.to_string().as_bytes()).unwrap())
}

/// Valid claims, changed by these; null removes one.
fn verify(differences: &Value) -> Result<Profile, Unusable> {
    let mut claims = json!({
        "iss": EXPECTED.issuer, "aud": "client", "sub": "ada", "nonce": "n",
        "iat": NOW.seconds(), "exp": LATER,
        "email": "ada@example.com", "email_verified": true, "name": "Ada",
    });
    for (name, value) in differences.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    let (key, keys) = key();
    let token = sign(&key, &json!({"alg": "ES256", "typ": "JWT"}), &claims);
    IdToken::parse(&token)?.verify(&keys, EXPECTED)
}

/// C-19: claims that aren't used may have any form.
#[test]
fn odd_claims_cost_no_sign_in() {
    for claims in [
        json!({}),
        json!({"updated_at": "2026-11-28T10:00:00Z", "address": []}),
        json!({"address": ["a", "b"], "phone_number": {"odd": 1}, "birthdate": 7, "locale": ["de"]}),
        json!({"auth_time": "soon", "amr": "pwd", "acr": 1, "at_hash": 7, "zoneinfo": {}}),
        json!({"email_verified": "true"}),
        json!({"nbf": NOW.seconds(), "azp": "client", "aud": ["client"]}),
    ] {
        let profile = verify(&claims).unwrap_or_else(|error| panic!("{claims}: {error}"));
        assert_eq!((profile.subject.as_str(), profile.name.as_str()), ("ada", "Ada"), "{claims}");
        assert!(profile.verified_email().is_some(), "{claims}");
    }
    for claims in [
        json!({"email": ["ada@example.com"]}),
        json!({"email": 7}),
        json!({"email_verified": 1}),
        json!({"email_verified": "yes"}),
        json!({"email_verified": ["true"]}),
    ] {
        assert!(verify(&claims).unwrap().verified_email().is_none(), "{claims}");
    }
    assert_eq!(verify(&json!({"name": {"given": "Ada"}})).unwrap().name, "");
}

/// Verifies a token of an app that differs by these claims, with this nonce in the argument.
fn verify_of_app(
    differences: &Value,
    nonce: Option<&str>,
    nonce_rule: NonceRule,
) -> Result<ProvenIdToken, Unusable> {
    let mut claims = json!({
        "iss": EXPECTED.issuer, "aud": "phone", "sub": "ada", "iat": NOW.seconds(), "exp": LATER,
    });
    for (name, value) in differences.as_object().unwrap() {
        claims[name] = value.clone();
    }
    let (key, keys) = key();
    let token = sign(&key, &json!({"alg": "ES256", "typ": "JWT"}), &claims);
    let expected = ExpectedOfApp {
        issuer: EXPECTED.issuer,
        client_ids: &["client", "phone"],
        nonce,
        nonce_rule,
        now: NOW,
    };
    IdToken::parse(&token)?.verify_of_app(&keys, &expected)
}

/// A token with a nonce needs it, or what it is the SHA-256 of; the provider's rule decides about one without.
#[test]
fn the_nonce_of_an_app_fits_as_it_is_or_hashed() {
    use NonceRule::{IfInToken, IfPresented, Required};
    let hashed = sha256_hex(b"n");
    let upper = hashed.to_uppercase();
    for rule in [Required, IfPresented, IfInToken] {
        for (in_token, nonce, is_right) in [
            ("n", Some("n"), true),
            (hashed.as_str(), Some("n"), true),
            (upper.as_str(), Some("n"), true),
            ("n", Some(hashed.as_str()), false),
            ("n", Some("m"), false),
            ("n", Some("N"), false),
            ("n", None, false),
        ] {
            let verified = verify_of_app(&json!({ "nonce": in_token }), nonce, rule);
            assert_eq!(verified.is_ok(), is_right, "{in_token} {nonce:?} {rule:?}");
        }
    }
    for (nonce, rule, is_right) in [
        (None, Required, false),
        (Some("n"), Required, false),
        (None, IfPresented, true),
        (Some("n"), IfPresented, false),
        (None, IfInToken, true),
        (Some("n"), IfInToken, true),
    ] {
        assert_eq!(verify_of_app(&json!({}), nonce, rule).is_ok(), is_right, "{nonce:?} {rule:?}");
        assert_eq!(verify_of_app(&json!({"nonce": ""}), nonce, rule).is_ok(), is_right);
    }
}

/// A token is for one of the app's clients, and was made for one of them.
#[test]
fn a_token_of_an_app_is_for_one_of_its_clients() {
    let error = |claims: Value| {
        let verified = verify_of_app(&claims, None, NonceRule::IfPresented);
        verified.err().map(|error| error.to_string()).unwrap_or_default()
    };

    for claims in [
        json!({"aud": "client"}),
        json!({"aud": ["client", "phone"]}),
        json!({"aud": "client", "azp": "phone"}),
        json!({"aud": ["264", "phone"], "azp": "client"}),
    ] {
        assert_eq!(error(claims.clone()), "", "{claims}");
    }
    assert!(
        error(json!({"aud": "264"})).contains("`aud` is \"264\", expected \"client\" or \"phone\"")
    );
    assert!(error(json!({"aud": ["264", "phone"]})).contains("`azp` is missing"));
    assert!(error(json!({"aud": "phone", "azp": "264"})).contains("`azp` is \"264\""));
}

/// A token of an app is at most a day old, whatever it says of its end; two of the same contents are one.
#[test]
fn a_token_of_an_app_is_at_most_a_day_old() {
    let day = 86_400;
    for (age, is_right) in [(0, true), (day + 60, true), (day + 61, false)] {
        let claims = json!({"iat": NOW.seconds() - age, "exp": LATER + 10 * day});
        assert_eq!(verify_of_app(&claims, None, NonceRule::IfInToken).is_ok(), is_right, "{age}");
    }
    let fingerprint =
        |claims: &Value| verify_of_app(claims, None, NonceRule::IfInToken).unwrap().fingerprint;
    assert_eq!(fingerprint(&json!({})), fingerprint(&json!({})));
    assert_ne!(fingerprint(&json!({})), fingerprint(&json!({"jti": "2"})));
}

/// C-20: a token for several is taken where `azp` says that it was made for the client.
#[test]
fn a_token_for_several_needs_azp() {
    assert!(verify(&json!({"aud": ["client", "264"], "azp": "client"})).is_ok());
    assert!(verify(&json!({"aud": ["264", "client", "client"], "azp": "client"})).is_ok());
    for (claims, member) in [
        (json!({"aud": ["client", "264"]}), "azp"),
        (json!({"aud": ["client", "264"], "azp": "264"}), "azp"),
        (json!({"aud": ["client", 264]}), "azp"),
        (json!({"aud": "client", "azp": "264"}), "azp"),
        (json!({"aud": "client", "azp": ["client"]}), "azp"),
        (json!({"aud": ["264"], "azp": "client"}), "aud"),
        (json!({"aud": "client 264"}), "aud"),
        (json!({"aud": {"client": true}}), "aud"),
        (json!({"aud": []}), "aud"),
        (json!({"aud": null}), "aud"),
    ] {
        let error = verify(&claims).unwrap_err().to_string();
        assert!(error.starts_with(&format!("ID token: `{member}` is ")), "{claims}: {error}");
    }
}

/// C-27: clocks may differ by a minute, and by no more.
#[test]
fn times_have_a_minute_of_leeway() {
    let now = NOW.seconds();
    for claims in [
        json!({"exp": now - 2}),
        json!({"exp": now - 59}),
        json!({"exp": 1.5e12}),
        json!({"iat": now + 60}),
        json!({"iat": 0}),
        json!({"nbf": now + 60}),
    ] {
        assert!(verify(&claims).is_ok(), "{claims}");
    }
    for (claims, member) in [
        (json!({"exp": now - 60}), "exp"),
        (json!({"exp": -1}), "exp"),
        (json!({"exp": null}), "exp"),
        (json!({"exp": (now + 300).to_string()}), "exp"),
        (json!({"exp": [now + 300]}), "exp"),
        (json!({"iat": now + 61}), "iat"),
        (json!({"iat": null}), "iat"),
        (json!({"iat": "now"}), "iat"),
        (json!({"nbf": now + 61}), "nbf"),
        (json!({"nbf": "now"}), "nbf"),
    ] {
        let error = verify(&claims).unwrap_err().to_string();
        assert!(error.starts_with(&format!("ID token: `{member}` is ")), "{claims}: {error}");
    }
}

/// OA-2, C-28: issuer, nonce, subject and signature are checked, and the error names what is wrong, but not the nonce.
#[test]
fn what_decides_is_checked() {
    for (claims, expected) in [
        (
            json!({"iss": "https://id.example.com/"}),
            "`iss` is \"https://id.example.com/\", expected \"https://id.example.com\"",
        ),
        (json!({"iss": null}), "`iss` is missing"),
        (json!({"nonce": "other"}), "`nonce` is a text, expected the one that was sent"),
        (json!({"nonce": null}), "`nonce` is missing"),
        (json!({"sub": 7}), "`sub` is a number"),
        (json!({"sub": ""}), "`sub` is empty"),
        (json!({"sub": "x".repeat(256)}), "`sub` is a text, expected 1 to 255 bytes"),
    ] {
        let error = verify(&claims).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
        assert!(!error.contains("other"), "{error}");
    }
    let token =
        sign(&SigningKey::from_slice(&[8; 32]).unwrap(), &json!({"alg": "ES256"}), &json!({}));
    let error = IdToken::parse(&token).unwrap().verify(&key().1, EXPECTED).unwrap_err();
    assert!(error.to_string().contains("fits none of the provider's 1 usable keys"), "{error}");
}

/// OA-2: tokens of other forms are not even looked at.
#[test]
fn other_forms_are_refused() {
    let encode = |json: Value| URL_SAFE_NO_PAD.encode(json.to_string());
    let with = |header: Value| format!("{}.{}.AA", encode(header), encode(json!({})));
    for (token, expected) in [
        (String::new(), "not three parts"),
        ("a.b".to_owned(), "not three parts"),
        ("a.b.c.d.e".to_owned(), "signed and not encrypted"),
        ("€.b.c".to_owned(), "not three parts"),
        (with(json!([])), "header of the ID token: the JSON is a list"),
        (with(json!({})), "`alg` is missing"),
        (with(json!({"alg": "none"})), "`alg` is \"none\", expected one of RS256"),
        (with(json!({"alg": "HS256"})), "`alg` is \"HS256\""),
        (with(json!({"alg": "ES256", "typ": "at+jwt"})), "`typ` is \"at+jwt\""),
        (with(json!({"alg": "ES256", "crit": []})), "`crit` is []"),
    ] {
        let error = IdToken::parse(&token).err().unwrap().to_string();
        assert!(error.contains(expected), "{token}: {error}");
    }
    assert!(IdToken::parse(&with(json!({"alg": "ES256", "typ": "jwt"}))).is_ok());
}
