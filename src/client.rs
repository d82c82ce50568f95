//! Where a request comes from: limits, sessions and the security log go by it.

use std::net::IpAddr;
use std::sync::Arc;

use crate::config::Project;

pub mod country;
pub mod language;
pub mod network;
pub mod user_agent;

/// The far end of a request.
#[derive(Clone, Debug)]
pub struct Client {
    /// The project that the request names.
    pub project: Arc<Project>,
    /// Its address: the visitor's where a trusted proxy or server passes it on.
    pub ip: IpAddr,
    /// ISO 3166-1 alpha-2 of the address in lower case, or `--`.
    pub country_code: String,
    /// The user agent header, cut at 512 bytes.
    pub user_agent: String,
    /// The languages that it asks for, the dearest first: `X-Appwrite-Locale`, then `Accept-Language`.
    pub languages: Vec<String>,
    /// How it gets the secret of a session that it opens.
    pub secrets: SecretDelivery,
    /// Whether it calls the server by a name of this machine, and not by one that somebody lets lead to it, and is no page
    /// of another machine.
    pub is_local: bool,
}

/// How a client gets the secret of a session that it opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretDelivery {
    /// In the answer, and in a cookie: it is no browser, or a server of the project, as an API key proves.
    Body,
    /// In a cookie alone: a browser runs the client, as `Origin` tells, and a script must not see the secret.
    Cookie,
    /// Not at all: a browser runs it, and a WebSocket sets no cookies.
    Impossible,
}
