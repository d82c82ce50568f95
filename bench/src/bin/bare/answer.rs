//! The JSON of answers, with the fields and names of accountd's.

use bench::clock::Time;
use serde::Serialize;

/// A user.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "the API has them")]
pub(crate) struct User {
    /// Unique within the project.
    #[serde(rename = "_id")]
    pub(crate) id: String,
    #[serde(rename = "_createdAt")]
    pub(crate) created_at: Time,
    #[serde(rename = "_updatedAt")]
    pub(crate) updated_at: Time,
    pub(crate) accessed_at: Time,
    pub(crate) name: String,
    pub(crate) registration: Time,
    pub(crate) status: bool,
    pub(crate) labels: [String; 0],
    pub(crate) password_update: Option<Time>,
    pub(crate) email: String,
    pub(crate) phone: String,
    pub(crate) email_verification: bool,
    pub(crate) phone_verification: bool,
    pub(crate) mfa: bool,
    pub(crate) prefs: Preferences,
}

/// What an app has stored with its user.
#[derive(Debug, Serialize)]
pub(crate) struct Preferences {
    /// A JSON object.
    pub(crate) data: String,
}

/// A session.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Session {
    /// Unique over all users.
    #[serde(rename = "_id")]
    pub(crate) id: String,
    #[serde(rename = "_createdAt")]
    pub(crate) created_at: Time,
    #[serde(rename = "_updatedAt")]
    pub(crate) updated_at: Time,
    pub(crate) user_id: String,
    pub(crate) expire: Time,
    pub(crate) provider: String,
    pub(crate) provider_uid: String,
    pub(crate) provider_access_token: &'static str,
    pub(crate) provider_access_token_expiry: Option<Time>,
    pub(crate) provider_refresh_token: &'static str,
    pub(crate) ip: String,
    pub(crate) os_code: &'static str,
    pub(crate) os_name: &'static str,
    pub(crate) os_version: &'static str,
    pub(crate) client_type: &'static str,
    pub(crate) client_code: &'static str,
    pub(crate) client_name: &'static str,
    pub(crate) client_version: &'static str,
    pub(crate) client_engine: &'static str,
    pub(crate) client_engine_version: &'static str,
    pub(crate) device_name: &'static str,
    pub(crate) device_brand: &'static str,
    pub(crate) device_model: &'static str,
    pub(crate) country_code: String,
    pub(crate) country_name: &'static str,
    /// Whether the request came with this one.
    pub(crate) current: bool,
    pub(crate) factors: [&'static str; 1],
}

/// A session whose row is still to be filled in. accountd makes the other fields of the row, too; it remembers what a user agent
/// says, so that here it is known beforehand.
pub(crate) const SESSION: Session = Session {
    id: String::new(),
    created_at: Time(0),
    updated_at: Time(0),
    user_id: String::new(),
    expire: Time(0),
    provider: String::new(),
    provider_uid: String::new(),
    provider_access_token: "",
    provider_access_token_expiry: None,
    provider_refresh_token: "",
    ip: String::new(),
    os_code: "LIN",
    os_name: "GNU/Linux",
    os_version: "",
    client_type: "browser",
    client_code: "CH",
    client_name: "Chrome",
    client_version: "139.0",
    client_engine: "Blink",
    client_engine_version: "139.0.0.0",
    device_name: "desktop",
    device_brand: "",
    device_model: "",
    country_code: String::new(),
    country_name: "Unknown",
    current: false,
    factors: ["password"],
};

/// The sessions of a user.
#[derive(Debug, Serialize)]
pub(crate) struct Sessions {
    /// How many they are.
    pub(crate) total: usize,
    /// All of them.
    pub(crate) sessions: Vec<Session>,
}

/// A new session with its secret.
#[derive(Debug, Serialize)]
pub(crate) struct SignedIn {
    /// The session.
    #[serde(flatten)]
    pub(crate) session: Session,
    /// What shows it.
    pub(crate) secret: String,
}

/// Where a request comes from.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    /// The address.
    pub(crate) ip: String,
    /// The header.
    pub(crate) user_agent: String,
}
