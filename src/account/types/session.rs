//! The session, with what its user agent tells.

use async_graphql::{ID, SimpleObject};
use entity::session;

use crate::account::oauth::provider_tokens::TokenOwner;
use crate::app::App;
use crate::client::user_agent::UserAgent;
use crate::client::{Client, country, user_agent};
use crate::graphql::scalars::DateTime;

/// One sign-in of a user.
#[derive(Clone, Debug, SimpleObject)]
pub struct Session {
    /// The session's id.
    #[graphql(name = "_id")]
    id: ID,
    /// When the user signed in.
    #[graphql(name = "_createdAt")]
    created_at: DateTime,
    /// When the session was last extended.
    #[graphql(name = "_updatedAt")]
    updated_at: DateTime,
    /// The user who signed in.
    user_id: ID,
    /// When the session ends unless it is extended.
    expire: DateTime,
    /// How the user signed in: `email`, `anonymous`, `magic-url`, `phone`, `token`, or the name of a provider.
    provider: String,
    /// The user at the provider; the e-mail address for `email`; empty for `anonymous`.
    provider_uid: String,
    /// The provider's access token; empty where there is none.
    provider_access_token: String,
    /// When the provider's access token ends; null where there is none, or the provider doesn't tell.
    provider_access_token_expiry: Option<DateTime>,
    /// The provider's refresh token; empty where there is none.
    provider_refresh_token: String,
    /// The address from which the user signed in.
    ip: String,
    /// The operating system, the client and the device.
    #[graphql(flatten)]
    agent: Agent,
    /// The country of the address, as ISO 3166-1 alpha-2 in lower case; `--` when unknown.
    country_code: String,
    /// The country's name, or the word for an unknown one, in the language of `X-Appwrite-Locale` or `Accept-Language`.
    country_name: String,
    /// Whether this is the session that the request was made with.
    current: bool,
    /// The factors that were checked at the sign-in.
    factors: Vec<String>,
    /// The session secret, in the answer to a sign-in of an app or a server; else empty. Browsers get a cookie.
    secret: String,
    /// When a second factor was last checked; null when never.
    mfa_updated_at: Option<DateTime>,
}

impl Session {
    /// The answer for a session; `current` says that the request was made with it.
    pub(in crate::account) fn new(
        app: &App,
        session: session::Model,
        current: bool,
        client: &Client,
    ) -> Self {
        let factor = session.method().factor().to_owned();
        let tokens = TokenOwner::Session(&session).open(app).unwrap_or_default();
        Self {
            id: session.id.as_str().into(),
            created_at: session.created_at.into(),
            updated_at: session.updated_at.into(),
            user_id: session.user_id.as_str().into(),
            expire: session.expires_at.into(),
            provider: session.provider.clone(),
            provider_uid: session.provider_uid,
            provider_access_token: tokens.access_token,
            provider_access_token_expiry: tokens.expires_at.map(DateTime::from),
            provider_refresh_token: tokens.refresh_token,
            ip: session.ip,
            agent: Agent::of(&session.user_agent),
            country_name: country::name(&session.country_code, &client.languages).to_owned(),
            country_code: session.country_code,
            current,
            factors: vec![factor],
            secret: String::new(),
            mfa_updated_at: None,
        }
    }

    /// Shows the secret in this answer.
    pub(in crate::account) fn with_secret(self, secret: String) -> Self {
        Self { secret, ..self }
    }
}

/// The sessions of a user.
#[derive(Clone, Debug, SimpleObject)]
pub struct SessionList {
    /// How many sessions the list holds.
    pub(in crate::account) total: usize,
    /// The sessions, oldest first.
    pub(in crate::account) sessions: Vec<Session>,
}

/// What a user agent header tells. Parts that it doesn't tell are empty.
#[derive(Clone, Debug, SimpleObject)]
pub struct Agent {
    /// The operating system's short code, as `WIN`, `MAC`, `AND`, `IOS`, `LIN`.
    os_code: String,
    /// The operating system's name.
    os_name: String,
    /// The operating system's version, in two components.
    os_version: String,
    /// The kind of client: `browser`, `library`, `mobile app`, `desktop`.
    client_type: String,
    /// The client's short code, as `CH`, `FF`, `SF`.
    client_code: String,
    /// The client's name.
    client_name: String,
    /// The client's version, in two components.
    client_version: String,
    /// The client's engine: `Blink`, `Gecko`, `WebKit`.
    client_engine: String,
    /// The engine's version.
    client_engine_version: String,
    /// The kind of device: `desktop`, `smartphone`, `tablet`.
    device_name: String,
    /// The device's brand.
    device_brand: String,
    /// The device's model.
    device_model: String,
}

impl Agent {
    /// What `header` tells.
    pub(in crate::account) fn of(header: &str) -> Self {
        let agent = UserAgent::clone(&user_agent::parse(header));
        Self {
            os_code: agent.os_code,
            os_name: agent.os_name,
            os_version: agent.os_version,
            client_type: agent.client_type,
            client_code: agent.client_code,
            client_name: agent.client_name,
            client_version: agent.client_version,
            client_engine: agent.client_engine,
            client_engine_version: agent.client_engine_version,
            device_name: agent.device_name,
            device_brand: agent.device_brand,
            device_model: agent.device_model,
        }
    }
}
