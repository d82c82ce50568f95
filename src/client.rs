//! The client of a request, for rate limits, sessions and the security log.

use std::net::IpAddr;
use std::sync::Arc;

use crate::config::{Project, Scope, Secret};
use crate::error::{Error, Result};

pub mod api_key;
pub mod country;
pub mod language;
pub mod network;
pub mod user_agent;

use api_key::KeyHolder;

const NO_COOKIE: &str =
    "A page can't sign in over a WebSocket, because no cookie can be set there. Use POST.";
const NO_PLATFORM: &str = "The page's origin is not a platform of the project: it can't sign in, because it gets no cookie.";
const NO_SECRETS: &str = "The console can't get secrets of users. Use an API key from a server.";

/// The client of a request.
#[derive(Clone, Debug)]
pub struct Client {
    /// The requested project.
    pub project: Arc<Project>,
    /// Its IP address. If a trusted proxy or server forwards the visitor's, that one.
    pub ip: IpAddr,
    /// The country of the address: ISO 3166-1 alpha-2 in lower case, or `--`.
    pub country_code: String,
    /// The user agent header, cut at 512 bytes.
    pub user_agent: String,
    /// Its languages by preference: `X-Appwrite-Locale`, then `Accept-Language`.
    pub languages: Vec<String>,
    /// How it gets the secret of a new session.
    pub secrets: SecretDelivery,
    /// The session cookie that it has sent, which a sign-in replaces; empty if none. It may be anything.
    pub cookie: Secret,
    /// The API key that it has presented, for which it gets the server's schema.
    pub key: Option<Arc<KeyHolder>>,
    /// Whether it calls from this machine, by a name of this machine that no one else controls, and not from
    /// another machine's page. False in production, where nobody asks.
    pub is_local: bool,
    /// Whether it is the operator, who calls through the socket beside the database.
    pub is_operator: bool,
}

impl Client {
    /// Whether it gets the server's schema: with an API key, or as the operator.
    pub fn is_admin(&self) -> bool {
        self.is_operator || self.key.is_some()
    }

    /// Fails if it can't get the secret of a session, or may not.
    pub fn check_gets_secrets(&self) -> Result<()> {
        match self.secrets {
            SecretDelivery::Body | SecretDelivery::Cookie => Ok(()),
            SecretDelivery::Impossible => Err(Error::GeneralSecretImpossible(NO_COOKIE)),
            SecretDelivery::Withheld => Err(Error::GeneralSecretImpossible(NO_SECRETS)),
            SecretDelivery::Foreign => Err(Error::GeneralSecretImpossible(NO_PLATFORM)),
        }
    }

    /// Whether it may do what `scope` allows: with its API key, or as the operator, who may do everything.
    pub fn allows(&self, scope: Scope) -> bool {
        self.is_operator || self.key.as_ref().is_some_and(|key| key.allows(scope))
    }
}

/// How a client gets the secret of a new session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretDelivery {
    /// In the response and in a cookie: the client is not a browser, or is one of the project's servers with
    /// an API key.
    Body,
    /// Only in a cookie: the client is a browser (it sends `Origin`), and scripts must not see the secret.
    Cookie,
    /// Not at all: the client is a browser, and a WebSocket sets no cookies.
    Impossible,
    /// Not at all: the client is the console. Someone who gets hold of that page for a moment would have access to the users'
    /// accounts for as long as the secrets are valid.
    Withheld,
    /// Not at all: the client is a page on none of the project's platforms. Its cookie would sign the visitor in as someone
    /// whom that page has chosen.
    Foreign,
}
