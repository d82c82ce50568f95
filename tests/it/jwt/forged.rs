//! SJ-1, SJ-7: what is no token of a project with keys of its own.

use hmac::{Hmac, KeyInit, Mac};
use p256::ecdsa::VerifyingKey;
use p256::elliptic_curve::Generate;
use p256::pkcs8::{EncodePublicKey, LineEnding};
use serde_json::json;
use sha2::Sha256;

use super::*;
use crate::support::PASSWORD;

const REFUSED: &str = "user_jwt_invalid 401";

fn header(alg: &str, kid: &str) -> String {
    format!(r#"{{"typ":"JWT","alg":"{alg}","kid":"{kid}"}}"#)
}

fn by_mac(header: &str, claims: &str, key: &[u8]) -> String {
    let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let message = format!("{}.{}", encode(header), encode(claims));
    let mac = Hmac::<Sha256>::new_from_slice(key).unwrap().chain_update(&message);
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

/// Every form of the public key that somebody might take for a secret.
fn public_forms(key: &SigningKey) -> Vec<Vec<u8>> {
    let public: &VerifyingKey = key.verifying_key();
    let point = public.to_sec1_point(false);
    let whole = p256::PublicKey::from(*public);
    let pem = whole.to_public_key_pem(LineEnding::LF).unwrap();
    let der = whole.to_public_key_der().unwrap();
    let (x, y) = (point.x().unwrap().to_vec(), point.y().unwrap().to_vec());
    vec![
        pem.as_bytes().to_vec(),
        pem.trim_end().as_bytes().to_vec(),
        der.as_bytes().to_vec(),
        point.as_bytes().to_vec(),
        public.to_sec1_point(true).as_bytes().to_vec(),
        x.clone(),
        URL_SAFE_NO_PAD.encode(x).into_bytes(),
        URL_SAFE_NO_PAD.encode(y).into_bytes(),
        Vec::new(),
    ]
}

/// SJ-1: the algorithm of the header, keys in the header and keys of others choose nothing.
#[tokio::test]
async fn no_confusion_of_algorithms_or_keys_is_accepted() {
    let app = TestApp::new().await;
    let jwt = app.user("ada@example.com").await.jwt().await;
    let (ours, claims) = decoded(&jwt);
    let claims = claims.to_string();
    let (kid, key) = stolen(&app, "default").await;
    // What is made here is what the server makes: else nothing below would prove anything.
    assert_eq!(ours, header("ES256", &kid));
    assert_eq!(answered(&app, &signed(&ours, &claims, &key)).await, "ok");
    let foreign = SigningKey::generate();
    let (other_kid, other) = stolen(&app, "other").await;
    let jwk = json!({"kty": "EC", "crv": "P-256", "kid": kid, "x": "AA", "y": "AA"});

    let mut forged = Vec::new();
    for alg in ["HS256", "HS384", "HS512", "RS256", "EdDSA", "ES384", "none", "None", "es256", ""] {
        forged.push(signed(&header(alg, &kid), &claims, &key));
        let token = by_mac(&header(alg, &kid), &claims, b"");
        let message = token.rsplit_once('.').unwrap().0;
        forged.push(format!("{message}."));
        forged.push(message.to_owned());
        for public in public_forms(&key) {
            forged.push(by_mac(&header(alg, &kid), &claims, &public));
        }
    }
    for (name, value) in [
        ("jwk", jwk),
        ("jku", json!("https://evil.test/keys")),
        ("x5u", json!("https://evil.test/keys")),
        ("x5c", json!(["AAAA"])),
        ("crit", json!(["exp"])),
        ("b64", json!(false)),
        ("zip", json!("DEF")),
        ("cty", json!("JWT")),
        ("kid", json!("../../dev/null")),
        ("kid", json!("x".repeat(43))),
        ("kid", json!(null)),
        ("typ", json!("at+jwt")),
        ("filler", json!("x".repeat(10 * 1024))),
    ] {
        let mut changed: Value = serde_json::from_str(&ours).unwrap();
        changed[name] = value;
        forged.push(signed(&changed.to_string(), &claims, &foreign));
        forged.push(signed(&changed.to_string(), &claims, &key));
    }
    let spaced = ours.replace(',', ", ");
    let (head, rest) = jwt.split_once('.').unwrap();
    let (body, signature) = rest.split_once('.').unwrap();
    let zeros = URL_SAFE_NO_PAD.encode([0; 64]);
    forged.extend([
        signed(&ours, &claims, &foreign),
        signed(&ours, &claims, &other),
        signed(&header("ES256", &other_kid), &claims, &other),
        signed(&spaced, &claims, &key),
        format!("{head}.{body}.{zeros}"),
        format!("{head}.{body}.{}", &signature[..80]),
        format!("{head}.{body}.{signature}="),
        format!("{head}.{body}.{signature}.{signature}"),
        format!("{head}.{body}x.{signature}"),
        format!("{head}..{signature}"),
        format!("{head}.{body}"),
        format!("{}.{body}.{signature}", "x".repeat(10 * 1024)),
    ]);
    forged.retain(|token| *token != jwt);

    assert!(forged.len() >= 150, "{}", forged.len());
    for token in forged {
        assert_eq!(answered(&app, &token).await, REFUSED, "{token:.200}");
    }
    assert_eq!(answered(&app, &jwt).await, "ok");
}

/// SJ-1: the signature that was verified once is not taken for another payload.
#[tokio::test]
async fn one_verified_token_proves_no_other() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await.jwt().await;
    let bob = app.user("bob@example.com").await.jwt().await;
    assert_eq!(answered(&app, &ada).await, "ok");
    assert_eq!(answered(&app, &bob).await, "ok");
    let parts = |jwt: &str| jwt.split('.').map(str::to_owned).collect::<Vec<_>>();
    let (ada, bob) = (parts(&ada), parts(&bob));

    let mixed = format!("{}.{}.{}", ada[0], ada[1], bob[2]);

    assert_eq!(answered(&app, &mixed).await, REFUSED);
}

/// SJ-7: a project's key signs for that project only, and a token says which it is for.
#[tokio::test]
async fn a_key_of_another_project_is_none() {
    let app = TestApp::new().await;
    let ada = app.user("ada@example.com").await;
    let claims = decoded(&ada.jwt().await).1;
    let (kid, key) = stolen(&app, "default").await;
    let guest = app.guest().with("x-appwrite-project", "other");
    let sign_up =
        json!({"userId": claims["sub"], "email": "ada@example.com", "password": PASSWORD});
    guest.run("accountCreate", sign_up).await.data();

    for aud in ["default", "other"] {
        let mut claims = claims.clone();
        claims["aud"] = json!(aud);
        let token = signed(&header("ES256", &kid), &claims.to_string(), &key);
        let answer = guest.clone().with_jwt(&token).run("accountGet", json!({})).await;
        assert_eq!(answer.error(), REFUSED, "{aud}");
        let expected = if aud == "default" { "ok" } else { REFUSED };
        assert_eq!(answered(&app, &token).await, expected, "{aud}");
    }
}
