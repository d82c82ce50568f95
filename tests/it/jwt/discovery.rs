//! The public keys of projects, and their metadata.

use std::time::Duration;

use accountd::crypto::jwt::{LEAD, RETIREMENT};
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use serde_json::json;

use super::*;

const KEYS: &str = "/v1/projects/default/.well-known/jwks.json";
const METADATA: &str = "/v1/projects/default/.well-known/openid-configuration";
const PUBLIC_URL: &str = "public_url = \"https://accounts.example.com/auth/\"";

async fn get(app: &TestApp, path: &str) -> (u16, Value) {
    let answer = app.guest().rest("GET", path, Value::Null).await;
    (answer.status.as_u16(), serde_json::from_str(&answer.text).unwrap_or_default())
}

async fn key_ids(app: &TestApp, path: &str) -> Vec<String> {
    let (status, json) = get(app, path).await;
    assert_eq!(status, 200, "{json}");
    let ids = json["keys"].as_array().unwrap().iter();
    ids.map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

/// A verifier with nothing but the issuer finds the key that has signed a token.
#[tokio::test]
async fn another_server_finds_the_key_of_a_token() {
    let app = TestApp::with(PUBLIC_URL).await;
    let jwt = app.user("ada@example.com").await.jwt().await;
    let issuer = decoded(&jwt).1["iss"].as_str().unwrap().to_owned();
    assert_eq!(issuer, "https://accounts.example.com/auth/v1/projects/default");

    let (_, metadata) = get(&app, METADATA).await;

    assert_eq!(metadata["issuer"], issuer.as_str());
    assert_eq!(metadata["jwks_uri"], format!("{issuer}/.well-known/jwks.json"));
    assert_eq!(metadata["id_token_signing_alg_values_supported"], json!(["ES256"]));
    let (_, set) = get(&app, KEYS).await;
    let keys = set["keys"].as_array().unwrap();
    let key = keys.iter().find(|key| key["kid"] == key_id(&jwt)).unwrap();
    let bytes = |name: &str| URL_SAFE_NO_PAD.decode(key[name].as_str().unwrap()).unwrap();
    let point = [vec![4], bytes("x"), bytes("y")].concat();
    let (message, signature) = jwt.rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let public = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point);
    public.verify(message.as_bytes(), &signature).unwrap();
    assert_eq!(
        [&key["kty"], &key["crv"], &key["use"], &key["alg"]],
        ["EC", "P-256", "sig", "ES256"]
    );
    assert_eq!(key.as_object().unwrap().len(), 7, "{key}");
}

#[tokio::test]
async fn each_project_has_its_own_keys() {
    let app = TestApp::new().await;

    let own = key_ids(&app, KEYS).await;
    let other = key_ids(&app, "/v1/projects/other/.well-known/jwks.json").await;

    assert_eq!((own.len(), other.len()), (1, 1));
    assert_ne!(own, other);
    assert_eq!(key_ids(&app, "/.well-known/jwks.json").await, own);
    let (_, root) = get(&app, "/.well-known/openid-configuration").await;
    assert_eq!(root, get(&app, METADATA).await.1);
    let server = "/.well-known/oauth-authorization-server/v1/projects/default";
    assert_eq!(root, get(&app, server).await.1);
    let (status, error) = get(&app, "/v1/projects/none/.well-known/jwks.json").await;
    assert_eq!((status, &error["type"]), (404, &json!("project_not_found")));
}

/// A key is published for two hours before it signs, and until the last of its tokens has expired.
#[tokio::test]
async fn keys_are_published_before_and_after_they_sign() {
    let app = TestApp::new().await;
    let old = key_ids(&app, KEYS).await;
    app.advance(Duration::from_hours(24) * 90 - LEAD);
    keep(&app).await;

    let both = key_ids(&app, KEYS).await;

    assert!(both.len() == 2 && both[0] == old[0], "{both:?}");
    app.advance(LEAD + RETIREMENT - Duration::from_secs(1));
    assert_eq!(key_ids(&app, KEYS).await, both);
    app.advance(Duration::from_secs(1));
    assert_eq!(key_ids(&app, KEYS).await, both[1..]);
}

/// The key of HS256 is a secret.
#[tokio::test]
async fn a_project_with_hs256_publishes_nothing() {
    let app = TestApp::with("jwt.algorithm = \"HS256\"").await;

    assert_eq!(get(&app, KEYS).await.1, json!({"keys": []}));
}

#[tokio::test]
async fn keys_are_cached_and_read_by_any_page() {
    let app = TestApp::new().await;
    for path in [KEYS, METADATA] {
        for origin in ["https://anywhere.test", "https://app.example.com"] {
            let guest = app.guest().with("origin", origin);
            let answer = guest.rest("GET", path, Value::Null).await;
            assert_eq!(answer.header("access-control-allow-origin"), "*");
        }
        let answer = app.guest().rest("GET", path, Value::Null).await;
        assert_eq!(answer.header("cache-control"), "public, max-age=600");
        assert_eq!(answer.header("content-type"), "application/json");
        let tag = answer.header("etag").to_owned();
        let again = app.guest().with("if-none-match", &tag).rest("GET", path, Value::Null).await;
        assert_eq!((again.status.as_u16(), again.text.as_str()), (304, ""));
        assert_eq!(again.header("etag"), tag);
    }
}

/// Pages read errors, too, and may ask before they send a header of their own.
#[tokio::test]
async fn pages_read_errors_of_discovery_and_may_ask_first() {
    let app = TestApp::new().await;
    let page = app.guest().with("origin", "https://anywhere.test");

    let unknown = page.rest("GET", "/v1/projects/none/.well-known/jwks.json", Value::Null).await;
    let preflight = page.rest("OPTIONS", KEYS, Value::Null).await;
    let other = page.rest("GET", "/v1/projects/none/.well-known/other", Value::Null).await;

    assert_eq!((unknown.status.as_u16(), preflight.status.as_u16()), (404, 200));
    for answer in [unknown, preflight] {
        assert_eq!(answer.header("access-control-allow-origin"), "*");
    }
    assert!(other.headers.get("access-control-allow-origin").is_none());
}

/// Each algorithm is named once, in whatever order the keys are.
#[tokio::test]
async fn metadata_name_each_algorithm_once() {
    let app = TestApp::new().await;
    app.sign_up("ada@example.com").await;
    let app = app.restarted_with("jwt.algorithm = \"EdDSA\"").await;
    app.advance(Duration::from_mins(1));
    let app = app.restarted_with("jwt.algorithm = \"ES256\"").await;
    assert_eq!(key_ids(&app, KEYS).await.len(), 3);

    let (_, metadata) = get(&app, METADATA).await;

    let algorithms = &metadata["id_token_signing_alg_values_supported"];
    assert_eq!(*algorithms, json!(["ES256", "EdDSA"]));
}
