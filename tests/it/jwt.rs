//! JWTs that other servers verify: their keys, and what is refused.

use accountd::crypto::encrypter::Encrypter;
use accountd::crypto::jwt::Occasion;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use entity::signing_key;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use sea_orm::EntityTrait;
use serde_json::Value;

use crate::support::TestApp;

mod asking;
mod claims;
mod discovery;
mod forged;
mod jsonwebtoken_crate;
mod keys;
mod reads;
mod revocations;
mod row_security;

/// The stored keys, in the order in which they begin to sign.
async fn rows(app: &TestApp) -> Vec<signing_key::Model> {
    signing_key::Entity::find_in_order().all(app.app.db.read()).await.unwrap()
}

/// The key of ES256 that signs for a project, as a thief of it would have it.
async fn stolen(app: &TestApp, project: &str) -> (String, SigningKey) {
    let mut rows = rows(app).await;
    rows.retain(|row| row.project_id.as_str() == project);
    let row = rows.pop().unwrap();
    let encrypter = Encrypter::new(app.keys().derive("signing keys"));
    let text = encrypter.decrypt(&format!("{project} {}", row.id), &row.private_key).unwrap();
    let private = STANDARD_NO_PAD.decode(text).unwrap();
    (row.id.to_string(), SigningKey::from_slice(&private).unwrap())
}

/// Looks after the keys, as each server does every few seconds.
async fn keep(app: &TestApp) {
    let app = &app.app;
    let kept = app.jwt.keep(&app.db, &app.random, &app.clock, Occasion::Interval);
    kept.await.unwrap();
}

/// A token of ES256.
fn signed(header: &str, claims: &str, key: &SigningKey) -> String {
    let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let message = format!("{}.{}", encode(header), encode(claims));
    let signature: Signature = key.sign(message.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
}

/// The header and the claims of a token.
fn decoded(jwt: &str) -> (String, Value) {
    let mut parts = jwt.split('.').map(|part| URL_SAFE_NO_PAD.decode(part).unwrap_or_default());
    let header = String::from_utf8(parts.next().unwrap()).unwrap();
    (header, serde_json::from_slice(&parts.next().unwrap()).unwrap())
}

/// The id of the key in a token's header.
fn key_id(jwt: &str) -> String {
    let header: Value = serde_json::from_str(&decoded(jwt).0).unwrap();
    header["kid"].as_str().unwrap().to_owned()
}

/// The type of the error with which a token is answered.
async fn answered(app: &TestApp, jwt: &str) -> String {
    let caller = app.guest().with_jwt(jwt);
    caller.run("accountGet", crate::support::none()).await.error()
}
