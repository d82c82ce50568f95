//! The session, with data from its user agent.

use std::sync::{Arc, OnceLock};

use async_graphql::SimpleObject;
use entity::{Factor, session};

use super::OfClient;
use crate::account::oauth::provider_tokens::TokenOwner;
use crate::app::App;
use crate::client::user_agent::UserAgent;
use crate::client::{Client, country, user_agent};
use crate::graphql::row::{Field, Id, Object, Rows, fields, object};
use crate::graphql::scalars::DateTime;
use crate::oauth::ProviderTokens;

/// A session in a response.
#[derive(Clone)]
pub struct Session {
    row: Arc<session::Model>,
    current: bool,
    secret: String,
    /// Whose languages it is in. Without a client it is in English.
    client: Option<Arc<Client>>,
    /// Decrypts the provider's tokens, if the reader may see them.
    app: Option<App>,
    tokens: OnceLock<ProviderTokens>,
    agent: OnceLock<Arc<UserAgent>>,
}

impl Object for Session {
    const NAME: &'static str = "Session";
    const DESCRIPTION: &'static str = "A session: one sign-in of a user.";
    const FIELDS: &'static [&'static [Field<Self>]] = &[
        fields! {
            /// The session's id.
            _id: Id<'_> = |it| Id(it.row.id.as_str());
            /// When the user signed in.
            _createdAt: DateTime = |it| it.row.created_at.into();
            /// When the session was last extended.
            _updatedAt: DateTime = |it| it.row.updated_at.into();
            /// The id of the user who signed in.
            userId: Id<'_> = |it| Id(it.row.user_id.as_str());
            /// When the session expires unless it is extended.
            expire: DateTime = |it| it.row.expires_at.into();
            /// How the user signed in: `email`, `anonymous`, `magic-url`, `phone`, `token`, `passkey`, or the name of a
            /// provider.
            provider: &str = |it| &it.row.provider;
            /// The user's id at the provider. The e-mail address if `provider` is `email`, empty if it is
            /// `anonymous`.
            providerUid: &str = |it| &it.row.provider_uid;
            /// The provider's access token; empty if none, and for servers.
            providerAccessToken: &str = |it| &it.tokens().access_token;
            /// When the provider's access token expires; null if there is none, if the provider doesn't say, and for servers.
            providerAccessTokenExpiry: Option<DateTime> = |it| it.tokens().expires_at.map(DateTime);
            /// The provider's refresh token; empty if none, and for servers.
            providerRefreshToken: &str = |it| &it.tokens().refresh_token;
            /// The IP address from which the user signed in.
            ip: &str = |it| &it.row.ip;
        },
        Self::AGENT,
        fields! {
            /// The country of the IP address: ISO 3166-1 alpha-2 in lower case; `--` if unknown.
            countryCode: &str = |it| &it.row.country_code;
            /// The country's name, or the word for "unknown", in the language of `X-Appwrite-Locale` or
            /// `Accept-Language`.
            countryName: &str = |it| {
                let languages = it.client.as_ref().map_or(&[][..], |client| &client.languages);
                country::name(&it.row.country_code, languages)
            };
            /// Whether this is the session of the current request.
            current: bool = |it| it.current;
            /// The factors that were shown in this session, those of the sign-in first.
            factors: Vec<&str> = |it| it.row.factors().into_iter().map(Factor::as_str).collect();
            /// The session secret. Set only in the response to a sign-in by an app or server; empty otherwise.
            /// Browsers get it as a cookie.
            secret: &str = |it| &it.secret;
            /// When a second factor was last checked; null if never.
            mfaUpdatedAt: Option<DateTime> = |it| it.row.mfa_updated_at.map(DateTime);
        },
    ];
}

object!(Session);

impl OfClient for Session {
    fn agent(&self) -> &UserAgent {
        self.agent.get_or_init(|| user_agent::parse(&self.row.user_agent))
    }
}

impl Session {
    /// The response for a session; `current` if the request was made with it.
    pub(crate) fn new(
        app: &App,
        session: impl Into<Arc<session::Model>>,
        current: bool,
        client: &Arc<Client>,
    ) -> Self {
        let client = Some(Arc::clone(client));
        Self { current, client, app: Some(app.clone()), ..Self::without_tokens(session) }
    }

    /// The response to a server: without the provider's tokens, which only the user sees.
    pub(crate) fn for_server(
        session: impl Into<Arc<session::Model>>,
        client: &Arc<Client>,
    ) -> Self {
        Self { client: Some(Arc::clone(client)), ..Self::without_tokens(session) }
    }

    /// A session in an event: without the provider's tokens, and in English.
    pub(in crate::account) fn without_tokens(session: impl Into<Arc<session::Model>>) -> Self {
        Self {
            row: session.into(),
            current: false,
            secret: String::new(),
            client: None,
            app: None,
            tokens: OnceLock::new(),
            agent: OnceLock::new(),
        }
    }

    /// Includes the secret in this response.
    pub(crate) fn with_secret(self, secret: String) -> Self {
        Self { secret, ..self }
    }

    /// The provider's tokens, decrypted once.
    fn tokens(&self) -> &ProviderTokens {
        self.tokens.get_or_init(|| {
            let decrypt = |app| TokenOwner::Session(&self.row).decrypt(app);
            self.app.as_ref().and_then(decrypt).unwrap_or_default()
        })
    }
}

/// The sessions of a user.
#[derive(Clone, SimpleObject)]
pub struct SessionList {
    /// How many sessions there are.
    pub(crate) total: usize,
    /// The sessions, oldest first.
    pub(crate) sessions: Rows<Session>,
}
