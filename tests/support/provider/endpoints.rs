//! The provider's endpoints.

use std::collections::HashMap;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Fault, Inner, Provider};
use crate::support::START;

/// The provider's endpoints, with those of providers that have other paths.
pub(super) fn router() -> Router<Provider> {
    Router::new()
        .route("/.well-known/openid-configuration", get(metadata))
        .route("/jwks", get(keys))
        .route("/token", post(token))
        .route("/login/oauth/access_token", post(token))
        .route("/api/oauth2/token", post(token))
        .route("/v23.0/oauth/access_token", post(token))
        .route("/oauth/v2/accessToken", post(token))
        .route("/common/oauth2/v2.0/token", post(token))
        .route("/api/token", post(token))
        .route("/user/emails", get(emails))
        .fallback(get(profile))
}

/// Answers what the provider publishes.
fn publish(fault: &Fault, json: Value) -> Response {
    match fault {
        Fault::PlainText => {
            ([("content-type", "text/plain")], format!("\u{feff}{json}")).into_response()
        }
        _ => Json(json).into_response(),
    }
}

async fn metadata(State(provider): State<Provider>) -> Response {
    let issuer = provider.issuer();
    let (fault, pause, is_away) = {
        let mut inner = provider.inner();
        inner.requests += 1;
        (inner.fault.clone(), inner.pause, inner.is_away)
    };
    tokio::time::sleep(pause).await;
    if is_away {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let token = match fault {
        Fault::LeadsElsewhere(port) => format!("http://127.0.0.1:{port}/token"),
        _ => format!("{issuer}/token"),
    };
    let mut metadata = json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": token,
        "userinfo_endpoint": format!("{issuer}/userinfo"),
        "jwks_uri": format!("{issuer}/jwks"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["EdDSA"],
    });
    if let Fault::Metadata(name, value) = &fault {
        metadata[*name] = value.clone();
    }
    publish(&fault, metadata)
}

async fn keys(State(provider): State<Provider>) -> Response {
    let (key, fault, is_away) = {
        let inner = provider.inner();
        (inner.key, inner.fault.clone(), inner.is_away)
    };
    if is_away {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let x = URL_SAFE_NO_PAD.encode(signing_key(key).public_key());
    let key = json!({"kty": "OKP", "crv": "Ed25519", "x": x, "kid": format!("key {key}")});
    publish(&fault, json!({ "keys": [key] }))
}

async fn token(State(provider): State<Provider>, headers: HeaderMap, body: Bytes) -> Response {
    let body = String::from_utf8(body.to_vec()).unwrap();
    let form: HashMap<_, _> = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    let is_ours = form.contains_key("client_secret") || headers.contains_key("authorization");
    let (fault, pause) = {
        let mut inner = provider.inner();
        inner.calls.push(body.clone());
        let shown = headers.get("authorization").map(|it| it.to_str().unwrap().to_owned());
        inner.authorizations.extend(shown);
        let trace = headers.get("traceparent").map(|it| it.to_str().unwrap().to_owned());
        inner.traceparents.extend(trace);
        (inner.fault.clone(), inner.pause)
    };
    match fault {
        Fault::Refuses(status) => {
            let status = StatusCode::from_u16(status).unwrap();
            return (status, Json(json!({"error": "invalid_client"}))).into_response();
        }
        Fault::Redirects => {
            return (StatusCode::TEMPORARY_REDIRECT, [("location", "/elsewhere")]).into_response();
        }
        Fault::Floods => return "x".repeat(2 * 1024 * 1024).into_response(),
        Fault::Hangs => tokio::time::sleep(Duration::from_mins(10)).await,
        _ => {}
    }
    let tokens = if is_ours { provider.inner().redeem(&form, &provider.issuer()) } else { None };
    let Some(tokens) = tokens else {
        return (StatusCode::BAD_REQUEST, Json(json!({"error": "invalid_grant"}))).into_response();
    };
    let act = provider.inner().on_tokens.take();
    if let Some(act) = act {
        act().await.unwrap();
    }
    if form["grant_type"] == "refresh_token" {
        tokio::time::sleep(pause).await;
    }
    Json(tokens).into_response()
}

async fn profile(State(provider): State<Provider>, headers: HeaderMap) -> Response {
    let inner = provider.inner();
    if !headers
        .get("authorization")
        .is_some_and(|it| it.to_str().unwrap().starts_with("Bearer access"))
    {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let mut claims = inner.provider_user.0.clone();
    match inner.fault {
        Fault::OtherUserInfo => claims["sub"] = json!("somebody else"),
        Fault::RefusesProfile(status) => {
            return StatusCode::from_u16(status).unwrap().into_response();
        }
        _ => {}
    }
    Json(claims).into_response()
}

async fn emails(State(provider): State<Provider>) -> Response {
    let inner = provider.inner();
    if let Fault::RefusesEmails(status) = inner.fault {
        return StatusCode::from_u16(status).unwrap().into_response();
    }
    Json(inner.provider_user.0["emails"].clone()).into_response()
}

impl Inner {
    /// The tokens for a code or a refresh token, either of which is good once.
    fn redeem(&mut self, form: &HashMap<String, String>, issuer: &str) -> Option<Value> {
        let nonce = if form["grant_type"] == "refresh_token" {
            self.renewals += 1;
            if form["refresh_token"] != self.refresh_token {
                return None;
            }
            Value::Null
        } else {
            let (challenge, nonce) = self.codes.remove(&form["code"])?;
            let verifier = form.get("code_verifier").map(String::as_bytes).unwrap_or_default();
            let is_fit = challenge == URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
            let is_without = challenge.is_empty() && verifier.is_empty();
            if !is_fit && !is_without {
                return None;
            }
            nonce
        };
        self.issued += 1;
        let mut tokens = json!({
            "access_token": format!("access {}", self.issued),
            "token_type": "Bearer",
            "expires_in": 3600,
        });
        if self.fault != Fault::KeepsRefreshToken {
            self.refresh_token = format!("refresh {}", self.issued);
            tokens["refresh_token"] = json!(self.refresh_token);
        }
        // Who has no subject is at a provider of plain OAuth 2.
        if self.fault != Fault::NoIdToken && self.provider_user.0.get("sub").is_some() {
            tokens["id_token"] = json!(self.id_token(issuer, &nonce));
        }
        if let Fault::Tokens(name, value) = &self.fault {
            tokens[*name] = value.clone();
        }
        Some(tokens)
    }

    pub(super) fn id_token(&self, issuer: &str, nonce: &Value) -> String {
        let mut claims = self.provider_user.0.clone();
        for (name, value) in [
            ("iss", json!(issuer)),
            ("aud", json!("client")),
            ("nonce", nonce.clone()),
            ("jti", json!(self.issued)),
            ("iat", json!(START.seconds())),
            ("exp", json!(START.seconds() + 86_400)),
        ] {
            claims[name] = value;
        }
        let mut key = self.key;
        let mut header = json!({"alg": "EdDSA", "kid": format!("key {key}")});
        match &self.fault {
            Fault::Claims(name, value) => claims[*name] = value.clone(),
            Fault::Header(other) => header = other.clone(),
            Fault::OtherKey => key = 99,
            _ => {}
        }
        claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        let encode = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
        let message = format!("{}.{}", encode(&header), encode(&claims));
        let signature = signing_key(key).sign(message.as_bytes());
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

/// The provider's key with a number.
fn signing_key(number: u8) -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&[number; 32]).unwrap()
}
