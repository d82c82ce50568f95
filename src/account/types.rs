//! The types of answers, made from rows.

use async_graphql::ID;
use async_graphql::SimpleObject;
use async_graphql::Value;
use entity::session;
use entity::token;
use entity::user;

use crate::client::Client;
use crate::client::country;
use crate::client::user_agent;
use crate::client::user_agent::UserAgent;
use crate::graphql::scalars::DateTime;
use crate::graphql::scalars::Json;

/// A user of the project.
#[expect(clippy::struct_excessive_bools, reason = "the API has them")]
#[derive(Clone, Debug, SimpleObject)]
pub struct User {
    /// The user's id, unique within the project.
    #[graphql(name = "_id")]
    id: ID,
    /// When the user was created.
    #[graphql(name = "_createdAt")]
    created_at: DateTime,
    /// When the user was last changed.
    #[graphql(name = "_updatedAt")]
    updated_at: DateTime,
    /// The user's name, of up to 128 characters; empty when never set.
    name: String,
    /// When the user registered.
    registration: DateTime,
    /// Whether the user may sign in; false once blocked.
    status: bool,
    /// Labels that the project's servers have put on the user.
    labels: Vec<String>,
    /// When the user last set a password; null for a user who never did.
    password_update: Option<DateTime>,
    /// The e-mail address in its normalised form; empty when there is none.
    email: String,
    /// The phone number in E.164 form; empty when there is none.
    phone: String,
    /// Whether the user proved to own the e-mail address.
    email_verification: bool,
    /// Whether the user proved to own the phone number.
    phone_verification: bool,
    /// Whether signing in needs a second factor.
    mfa: bool,
    /// The user's preferences.
    prefs: Preferences,
    /// Where messages to the user can go.
    targets: Vec<Target>,
    /// When the user last signed in.
    accessed_at: DateTime,
}

impl From<user::Model> for User {
    fn from(user: user::Model) -> Self {
        Self {
            id: user.id.as_str().into(),
            created_at: user.created_at.into(),
            updated_at: user.updated_at.into(),
            name: user.name,
            registration: user.created_at.into(),
            status: user.enabled,
            // Neither labels, second factors nor messaging targets can be set up so far.
            labels: Vec::new(),
            password_update: user.password_updated_at.map(DateTime),
            email: user.email.unwrap_or_default(),
            phone: user.phone.unwrap_or_default(),
            email_verification: user.email_verified,
            phone_verification: user.phone_verified,
            mfa: false,
            prefs: Preferences::new(user.prefs),
            targets: Vec::new(),
            accessed_at: user.accessed_at.into(),
        }
    }
}

/// What a user prefers, as the app has stored it.
#[derive(Clone, Debug, SimpleObject)]
pub struct Preferences {
    /// The preferences as a text that holds a JSON object, exactly as it was stored; `{}` when nothing was.
    data: String,
    /// The same as a JSON value.
    #[graphql(flatten)]
    parsed: Parsed,
}

impl Preferences {
    /// Wraps the stored text.
    pub(super) fn new(data: String) -> Self {
        Self { parsed: Parsed(data.clone()), data }
    }
}

/// The preferences read as JSON, only when somebody asks.
#[derive(Clone, Debug)]
pub struct Parsed(String);

#[async_graphql::Object]
impl Parsed {
    /// The preferences as a JSON value.
    async fn json(&self) -> Json {
        // Only well-formed objects are ever stored.
        Json(serde_json::from_str::<Value>(&self.0).unwrap_or_default())
    }
}

/// An address or device that messages to a user can go to.
#[derive(Clone, Debug, SimpleObject)]
pub struct Target {
    /// The target's id.
    #[graphql(name = "_id")]
    id: ID,
    /// When the target was created.
    #[graphql(name = "_createdAt")]
    created_at: DateTime,
    /// When the target was last changed.
    #[graphql(name = "_updatedAt")]
    updated_at: DateTime,
    /// The target's name; may be empty.
    name: String,
    /// The user it belongs to.
    user_id: ID,
    /// The provider that delivers; empty for the project's own.
    provider_id: String,
    /// `email`, `sms` or `push`.
    provider_type: String,
    /// The address, number or device token.
    identifier: String,
    /// Whether the target no longer works.
    expired: bool,
}

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
    /// The user at the provider: the e-mail address for `email`; empty for `anonymous`.
    provider_uid: String,
    /// The provider's access token; empty where there is none.
    provider_access_token: String,
    /// When the provider's access token ends; null where there is none.
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
    /// The country's name; `Unknown` when unknown.
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
    pub(super) fn new(session: session::Model, current: bool, client: &Client) -> Self {
        let factor = match session.provider.as_str() {
            "email" => "password",
            "magic-url" | "token" => "email",
            other => other,
        };
        Self {
            id: session.id.as_str().into(),
            created_at: session.created_at.into(),
            updated_at: session.updated_at.into(),
            user_id: session.user_id.as_str().into(),
            expire: session.expires_at.into(),
            provider: session.provider.clone(),
            provider_uid: session.provider_uid,
            provider_access_token: String::new(),
            provider_access_token_expiry: None,
            provider_refresh_token: String::new(),
            ip: session.ip,
            agent: Agent::of(&session.user_agent),
            country_name: country::name(&session.country_code, &client.locale).to_owned(),
            country_code: session.country_code,
            current,
            factors: vec![factor.to_owned()],
            secret: String::new(),
            mfa_updated_at: None,
        }
    }

    /// Shows the secret in this answer.
    pub(super) fn with_secret(self, secret: String) -> Self {
        Self { secret, ..self }
    }
}

/// The sessions of a user.
#[derive(Clone, Debug, SimpleObject)]
pub struct SessionList {
    /// How many sessions the list holds.
    pub(super) total: usize,
    /// The sessions, oldest first.
    pub(super) sessions: Vec<Session>,
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
    pub(super) fn of(header: &str) -> Self {
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

/// A secret that was sent to an address.
#[derive(Clone, Debug, SimpleObject)]
pub struct Token {
    /// The token's id.
    #[graphql(name = "_id")]
    id: ID,
    /// When it was made.
    #[graphql(name = "_createdAt")]
    created_at: DateTime,
    /// The id under which it is redeemed.
    user_id: ID,
    /// Always empty: the secret goes to the address, and nowhere else.
    secret: &'static str,
    /// When it ends.
    expire: DateTime,
    /// The phrase that the mail shows, too; empty, since none was asked for.
    phrase: &'static str,
}

impl From<token::Model> for Token {
    fn from(token: token::Model) -> Self {
        Self {
            id: token.id.as_str().into(),
            created_at: token.created_at.into(),
            user_id: token.asked_id.as_str().into(),
            secret: "",
            expire: token.expires_at.into(),
            phrase: "",
        }
    }
}

/// What a field answers that has nothing to tell but that it is done.
#[derive(Clone, Debug, SimpleObject)]
pub struct None {
    /// `OK`.
    status: &'static str,
}

impl None {
    /// Done.
    pub(super) const OK: Self = Self { status: "OK" };
}

/// A JSON Web Token.
#[derive(Clone, Debug, SimpleObject)]
pub struct Jwt {
    /// The token, for the header `X-Appwrite-JWT` or `Authorization: Bearer`.
    pub(super) jwt: String,
}
