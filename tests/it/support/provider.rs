//! A provider of OpenID Connect on loopback, which can be told to fail or to lie.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
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
use tokio::net::TcpListener;
use url::Url;

use super::START;

/// Who signs in at the provider, as its claims.
#[derive(Clone)]
pub(crate) struct ProviderUser(pub(crate) Value);

impl ProviderUser {
    /// Somebody with an address that the provider has verified, or not.
    pub(crate) fn new(subject: &str, email: &str, verified: bool) -> Self {
        Self(json!({"sub": subject, "email": email, "email_verified": verified, "name": "Ada"}))
    }
}

/// What is wrong with the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing.
    None,
    /// Its token endpoint answers this status.
    Refuses(u16),
    /// Its token endpoint sends callers elsewhere.
    Redirects,
    /// Its token endpoint answers two megabytes.
    Floods,
    /// Its token endpoint never answers.
    Hangs,
    /// Its metadata name a token endpoint on another port.
    LeadsElsewhere(u16),
    /// A member of its metadata is this.
    Metadata(&'static str, Value),
    /// It calls its metadata and keys plain text, and puts a byte order mark before them.
    PlainText,
    /// A member of its token answers is this.
    Tokens(&'static str, Value),
    /// It answers this status when asked for a profile.
    RefusesProfile(u16),
    /// It answers this status when asked for addresses.
    RefusesEmails(u16),
    /// A claim of its ID tokens is this; null for none.
    Claims(&'static str, Value),
    /// Its ID tokens have this header, and are signed by its key all the same.
    Header(Value),
    /// Its ID tokens are signed by a key that it doesn't publish.
    OtherKey,
    /// It hands out no ID token.
    NoIdToken,
    /// It tells of somebody else when asked with the access token.
    OtherUserInfo,
    /// It renews, and hands out no new refresh token.
    KeepsRefreshToken,
}

/// The provider.
#[derive(Clone)]
pub(crate) struct Provider {
    pub(crate) port: u16,
    inner: Arc<Mutex<Inner>>,
}

struct Inner {
    person: ProviderUser,
    fault: Fault,
    /// The codes that can be redeemed, with the challenge and the nonce that they were asked for with.
    codes: HashMap<String, (String, Value)>,
    agreed: usize,
    refresh_token: String,
    issued: usize,
    renewals: usize,
    calls: Vec<String>,
    authorizations: Vec<String>,
    pause: Duration,
    key: u8,
    /// Whether it publishes nothing for now, and how often it was asked to.
    is_away: bool,
    asked: usize,
    on_tokens: Option<Box<dyn FnOnce() -> tokio::task::JoinHandle<()> + Send>>,
}

impl Provider {
    /// Starts a provider with somebody who is signed in there.
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let inner = Inner {
            person: ProviderUser::new("ada", "ada@example.com", true),
            fault: Fault::None,
            codes: HashMap::new(),
            agreed: 0,
            refresh_token: String::new(),
            issued: 0,
            renewals: 0,
            calls: Vec::new(),
            authorizations: Vec::new(),
            pause: Duration::ZERO,
            key: 1,
            is_away: false,
            asked: 0,
            on_tokens: None,
        };
        let provider = Self { port, inner: Arc::new(Mutex::new(inner)) };
        let router = Router::new()
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
            .with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        provider
    }

    /// The settings of a server that knows it as `fake`.
    pub(crate) fn settings(&self) -> String {
        format!(
            "public_url = \"{}\"\n{}",
            super::browser::PUBLIC_URL,
            self.settings_of("fake", "kind = \"oidc\"\nissuer = \"ISSUER\"")
        )
    }

    /// The settings of one more name for it.
    pub(crate) fn settings_of(&self, id: &str, more: &str) -> String {
        let more = more.replace("ISSUER", &self.issuer());
        format!(
            "[providers.{id}]\nclient_id = \"client\"\nclient_secret = \"client's secret\"\n{more}\n"
        )
    }

    pub(crate) fn issuer(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Changes who signs in there.
    pub(crate) fn be(&self, person: ProviderUser) {
        self.inner().person = person;
    }

    /// Breaks it.
    pub(crate) fn fail(&self, fault: Fault) {
        self.inner().fault = fault;
    }

    /// Answers 503 where it publishes something, or no longer.
    pub(crate) fn be_away(&self, is_away: bool) {
        self.inner().is_away = is_away;
    }

    /// How often it was asked for its metadata.
    pub(crate) fn asked(&self) -> usize {
        self.inner().asked
    }

    /// Makes renewals and metadata take a while.
    pub(crate) fn pause(&self, pause: Duration) {
        self.inner().pause = pause;
    }

    /// Replaces its key, as providers do now and then.
    pub(crate) fn rotate_key(&self) {
        self.inner().key += 1;
    }

    /// Does something, once, after it has made tokens and before it answers.
    pub(crate) fn on_tokens(
        &self,
        act: impl FnOnce() -> tokio::task::JoinHandle<()> + Send + 'static,
    ) {
        self.inner().on_tokens = Some(Box::new(act));
    }

    /// How often it was asked to renew.
    pub(crate) fn renewals(&self) -> usize {
        self.inner().renewals
    }

    /// The bodies that its token endpoint was sent.
    pub(crate) fn calls(&self) -> Vec<String> {
        self.inner().calls.clone()
    }

    /// The `Authorization` headers that its token endpoint was sent.
    pub(crate) fn authorizations(&self) -> Vec<String> {
        self.inner().authorizations.clone()
    }

    /// The refresh token that it takes.
    pub(crate) fn refresh_token(&self) -> String {
        self.inner().refresh_token.clone()
    }

    /// Has the person agree to what a browser was sent with: where the browser goes back to.
    pub(crate) fn agree(&self, there: &Url) -> Url {
        let asked: HashMap<_, _> = there.query_pairs().into_owned().collect();
        assert_eq!(asked["response_type"], "code");
        assert_eq!(asked["client_id"], "client");
        let mut inner = self.inner();
        inner.agreed += 1;
        let code = format!("code {}", inner.agreed);
        let challenge = asked.get("code_challenge").cloned().unwrap_or_default();
        inner.codes.insert(code.clone(), (challenge, json!(asked.get("nonce"))));
        back(&asked, &[("code", &code)])
    }

    /// Has the person refuse.
    pub(crate) fn refuse(there: &Url) -> Url {
        back(&there.query_pairs().into_owned().collect(), &[("error", "access_denied")])
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap()
    }
}

fn back(asked: &HashMap<String, String>, parameters: &[(&str, &str)]) -> Url {
    let mut url: Url = asked["redirect_uri"].parse().unwrap();
    url.query_pairs_mut().extend_pairs(parameters).append_pair("state", &asked["state"]);
    url
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
        inner.asked += 1;
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
    let mut claims = inner.person.0.clone();
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
    Json(inner.person.0["emails"].clone()).into_response()
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
        if self.fault != Fault::NoIdToken && self.person.0.get("sub").is_some() {
            tokens["id_token"] = json!(self.id_token(issuer, &nonce));
        }
        if let Fault::Tokens(name, value) = &self.fault {
            tokens[*name] = value.clone();
        }
        Some(tokens)
    }

    fn id_token(&self, issuer: &str, nonce: &Value) -> String {
        let mut claims = self.person.0.clone();
        for (name, value) in [
            ("iss", json!(issuer)),
            ("aud", json!("client")),
            ("nonce", nonce.clone()),
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
