//! The provider `dev`: an OpenID Connect issuer in the server, which signs in as any user. Only `accountd
//! dev` has it.

use std::net::SocketAddr;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entity::Timestamp;
use moka::sync::Cache;
use p256::ecdsa::SigningKey;
use serde_json::{Value, json};
use url::Url;

use crate::clock::Clock;
use crate::config::dev::local_url;
use crate::config::{Config, Secret, is_at, is_loopback, providers};
use crate::crypto::encrypter::Encrypter;
use crate::crypto::keys::Keys;
use crate::crypto::one_time_secret::link_secret;
use crate::error::Result;
use crate::oauth::jws;
use crate::random::Random;

mod authorization;
mod tokens;

pub use authorization::{AuthorizationRequest, ProviderUser};
pub use tokens::{TokenError, TokenRequest};

/// The id of the provider.
pub const ID: &str = "dev";
/// Its path below the server's URL.
pub const PATH: &str = "/dev/provider";
/// The server's client id and secret at the provider. They aren't secret: anyone can sign in as any user
/// anyway.
pub const CLIENT: &str = "dev";

/// How long a code is valid.
const CODE_TTL: Duration = Duration::from_mins(1);
/// How long an access token and an ID token are valid.
const TOKEN_TTL: Duration = Duration::from_hours(1);
/// The most codes that wait to be exchanged.
const MAX_CODES: u64 = 1_000;
/// The id of the only key.
const KEY_ID: &str = "dev";

/// Adds the provider to the configuration of a development server that listens at `address`.
///
/// Not if the server can be reached from elsewhere, because anyone could sign in as any user, and not if the
/// configuration has a provider `dev`.
pub fn configure(config: &mut Config, address: SocketAddr) -> anyhow::Result<()> {
    let public_url = match config.public_url.take() {
        Some(url) => url,
        None => Url::parse(&local_url(address))?,
    };
    let public_url = config.public_url.insert(public_url);
    let is_near = is_loopback(public_url) || is_at(public_url, address.ip());
    if !is_near || config.providers.0.contains_key(ID) {
        return Ok(());
    }
    let issuer = format!("{}{PATH}", public_url.as_str().trim_end_matches('/'));
    let settings = providers::Provider {
        kind: Some(providers::Kind::Oidc),
        client_id: CLIENT.to_owned(),
        client_secret: Some(Secret::new(CLIENT)),
        issuer: issuer.clone(),
        id_tokens: true,
        ..providers::Provider::default()
    };
    config.providers.0.insert(ID.to_owned(), settings);
    config.dev_provider = Some(issuer);
    Ok(())
}

/// The provider.
pub struct DevProvider {
    issuer: String,
    /// The only callback URL, without the project.
    callback: String,
    key: SigningKey,
    tokens: Encrypter,
    /// The codes that wait to be exchanged.
    codes: Cache<String, Grant>,
    clock: Clock,
    random: Random,
}

/// The sign-in that a code belongs to.
#[derive(Clone)]
struct Grant {
    user: ProviderUser,
    redirect_uri: String,
    nonce: String,
    challenge: String,
}

impl DevProvider {
    /// Creates the provider, with its own signing key, if it is configured.
    pub fn open(
        config: &Config,
        keys: &Keys,
        clock: &Clock,
        random: &Random,
    ) -> anyhow::Result<Option<Self>> {
        let (Some(issuer), Some(public_url)) = (&config.dev_provider, &config.public_url) else {
            return Ok(None);
        };
        let base = public_url.as_str().trim_end_matches('/');
        Ok(Some(Self {
            issuer: issuer.clone(),
            callback: format!("{base}/v1/account/sessions/oauth2/callback/{ID}/"),
            // Fails for one in 2³² seeds.
            key: SigningKey::from_slice(&random.bytes::<32>())?,
            tokens: Encrypter::new(keys.derive_all("dev provider")),
            codes: Cache::builder().max_capacity(MAX_CODES).time_to_live(CODE_TTL).build(),
            clock: clock.clone(),
            random: random.clone(),
        }))
    }

    /// The discovery document.
    pub fn metadata(&self) -> Value {
        let at = |path: &str| format!("{}/{path}", self.issuer);
        json!({
            "issuer": self.issuer,
            "authorization_endpoint": at("authorize"),
            "token_endpoint": at("token"),
            "userinfo_endpoint": at("userinfo"),
            "jwks_uri": at("keys"),
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "code_challenge_methods_supported": ["S256"],
            "scopes_supported": ["openid", "email", "profile", "offline_access"],
            "claims_supported": ["sub", "name", "email", "email_verified"],
            "authorization_response_iss_parameter_supported": true,
        })
    }

    /// The public key as a key set.
    pub fn keys(&self) -> Value {
        let point = self.key.verifying_key().to_sec1_point(false);
        // The first byte marks an uncompressed point.
        let coordinates = point.as_bytes().get(1..).unwrap_or_default();
        let (x, y) = coordinates.split_at_checked(32).unwrap_or_default();
        let [x, y] = [x, y].map(|number| URL_SAFE_NO_PAD.encode(number));
        json!({"keys": [{
            "kty": "EC", "crv": "P-256", "x": x, "y": y, "kid": KEY_ID, "use": "sig", "alg": "ES256",
        }]})
    }

    /// The user signs in as `user`: returns the callback URL.
    pub fn agree(&self, request: &AuthorizationRequest, user: ProviderUser) -> Result<Url> {
        request.check(&self.callback)?;
        let code = link_secret(&self.random);
        let grant = Grant {
            user,
            redirect_uri: request.redirect_uri.clone(),
            nonce: request.nonce.clone(),
            challenge: request.code_challenge.clone(),
        };
        self.codes.insert(code.clone(), grant);
        request.answer(&[("code", &code), ("iss", &self.issuer)])
    }

    /// The user declines: returns the callback URL.
    pub fn deny(&self, request: &AuthorizationRequest) -> Result<Url> {
        request.check(&self.callback)?;
        request.answer(&[("error", "access_denied"), ("iss", &self.issuer)])
    }

    /// Checks an authorization request.
    pub fn check(&self, request: &AuthorizationRequest) -> Result<()> {
        request.check(&self.callback)
    }

    /// An ID token for `user`.
    fn id_token(&self, user: &ProviderUser, nonce: &str) -> String {
        let now = self.clock.now();
        let mut claims = user.claims();
        for (name, value) in [
            ("iss", json!(self.issuer)),
            ("aud", json!(CLIENT)),
            ("iat", json!(now.seconds())),
            ("exp", json!((now + TOKEN_TTL).seconds())),
        ] {
            claims.insert(name.to_owned(), value);
        }
        if !nonce.is_empty() {
            claims.insert("nonce".to_owned(), json!(nonce));
        }
        let header = json!({"alg": "ES256", "kid": KEY_ID, "typ": "JWT"});
        jws::sign(&self.key, &header, &Value::Object(claims))
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }
}
