//! The session, with data from its user agent.

use async_graphql::{ID, SimpleObject};
use entity::{Factor, session};
use serde::Serialize;

use super::date_or_empty;
use crate::account::oauth::provider_tokens::TokenOwner;
use crate::app::App;
use crate::client::user_agent::UserAgent;
use crate::client::{Client, country, user_agent};
use crate::graphql::row::Row;
use crate::graphql::scalars::DateTime;
use crate::oauth::ProviderTokens;

// Its JSON, for webhooks, is that of REST.
/// A session: one sign-in of a user.
#[derive(Clone, Debug, SimpleObject, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    /// The session's id.
    #[graphql(name = "_id")]
    #[serde(rename = "$id")]
    id: ID,
    /// When the user signed in.
    #[graphql(name = "_createdAt")]
    #[serde(rename = "$createdAt")]
    created_at: DateTime,
    /// When the session was last extended.
    #[graphql(name = "_updatedAt")]
    #[serde(rename = "$updatedAt")]
    updated_at: DateTime,
    /// The id of the user who signed in.
    user_id: ID,
    /// When the session expires unless it is extended.
    expire: DateTime,
    /// How the user signed in: `email`, `anonymous`, `magic-url`, `phone`, `token`, `passkey`, or the name of a
    /// provider.
    provider: String,
    /// The user's id at the provider. The e-mail address if `provider` is `email`, empty if it is
    /// `anonymous`.
    provider_uid: String,
    /// The provider's access token; empty if none, and for servers.
    provider_access_token: String,
    /// When the provider's access token expires; null if there is none, if the provider doesn't say, and for servers.
    #[serde(serialize_with = "date_or_empty")]
    provider_access_token_expiry: Option<DateTime>,
    /// The provider's refresh token; empty if none, and for servers.
    provider_refresh_token: String,
    /// The IP address from which the user signed in.
    ip: String,
    /// The operating system, the client and the device.
    #[graphql(flatten)]
    #[serde(flatten)]
    agent: Agent,
    /// The country of the IP address: ISO 3166-1 alpha-2 in lower case; `--` if unknown.
    country_code: String,
    /// The country's name, or the word for "unknown", in the language of `X-Appwrite-Locale` or
    /// `Accept-Language`.
    country_name: String,
    /// Whether this is the session of the current request.
    current: bool,
    /// The factors that were shown in this session, those of the sign-in first.
    factors: Vec<String>,
    /// The session secret. Set only in the response to a sign-in by an app or server; empty otherwise.
    /// Browsers get it as a cookie.
    secret: String,
    /// When a second factor was last checked; null if never.
    #[serde(serialize_with = "date_or_empty")]
    mfa_updated_at: Option<DateTime>,
}

impl Session {
    /// The response for a session; `current` if the request was made with it.
    pub(crate) fn new(app: &App, session: session::Model, current: bool, client: &Client) -> Self {
        let tokens = TokenOwner::Session(&session).open(app).unwrap_or_default();
        Self { current, ..Self::with_tokens(session, tokens, &client.languages) }
    }

    /// The response to a server: without the provider's tokens, which only the user sees.
    pub(crate) fn for_server(session: session::Model, client: &Client) -> Self {
        Self::with_tokens(session, ProviderTokens::default(), &client.languages)
    }

    /// A session in an event: without the provider's tokens, and in English.
    pub(in crate::account) fn without_tokens(session: session::Model) -> Self {
        Self::with_tokens(session, ProviderTokens::default(), &[])
    }

    fn with_tokens(session: session::Model, tokens: ProviderTokens, languages: &[String]) -> Self {
        let factors = session.factors().into_iter().map(Factor::as_str);
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
            country_name: country::name(&session.country_code, languages).to_owned(),
            country_code: session.country_code,
            current: false,
            factors: factors.map(str::to_owned).collect(),
            secret: String::new(),
            mfa_updated_at: session.mfa_updated_at.map(DateTime::from),
        }
    }

    /// Includes the secret in this response.
    pub(crate) fn with_secret(self, secret: String) -> Self {
        Self { secret, ..self }
    }
}

/// The sessions of a user.
#[derive(Clone, Debug, SimpleObject)]
pub struct SessionList {
    /// How many sessions there are.
    pub(crate) total: usize,
    /// The sessions, oldest first.
    pub(crate) sessions: Vec<Row<Session>>,
}

/// What a user agent header says. Unknown parts are empty.
#[derive(Clone, Debug, SimpleObject, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Agent {
    /// The operating system's short code, for example `WIN`, `MAC`, `AND`, `IOS` or `LIN`; empty if unknown.
    os_code: String,
    /// The operating system's name; empty if unknown.
    os_name: String,
    /// The operating system's version: major and minor, for example `10.15`.
    os_version: String,
    /// The kind of client, for example `browser`, `library`, `mobile app` or `desktop`.
    client_type: String,
    /// The client's short code, for example `CH` (Chrome), `FF` (Firefox) or `SF` (Safari); empty if
    /// unknown.
    client_code: String,
    /// The client's name; empty if unknown.
    client_name: String,
    /// The client's version: major and minor, for example `128.0`.
    client_version: String,
    /// The client's rendering engine, for example `Blink`, `Gecko` or `WebKit`.
    client_engine: String,
    /// The rendering engine's version.
    client_engine_version: String,
    /// The kind of device, for example `desktop`, `smartphone` or `tablet`.
    device_name: String,
    /// The device's brand; empty if unknown.
    device_brand: String,
    /// The device's model; empty if unknown.
    device_model: String,
}

impl Agent {
    /// Parses `header`.
    pub(crate) fn of(header: &str) -> Self {
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
