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
    /// Whether a browser runs it: such a request carries `Origin`, and gets session secrets as a cookie only.
    pub in_browser: bool,
    /// Whether it calls the server by a name of this machine, and not by one that somebody lets lead to it.
    pub by_local_name: bool,
    /// Whether it shows a valid API key of the project.
    pub is_trusted: bool,
}

impl Client {
    /// Whether an answer may hold the session secret itself.
    pub fn may_see_secret(&self) -> bool {
        self.is_trusted || !self.in_browser
    }
}
