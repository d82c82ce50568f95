//! The identity providers that users may sign in with.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use url::Url;

use super::{ConfigErrors, Secret, web_url};

/// Ways of signing in that have a name already.
const TAKEN: [&str; 5] = ["anonymous", "email", "magic-url", "phone", "token"];

/// What the server sends to an authorization endpoint itself, at each sign-in anew.
const RESERVED: [&str; 12] = [
    "client_id",
    "client_secret",
    "code_challenge",
    "code_challenge_method",
    "nonce",
    "redirect_uri",
    "request",
    "request_uri",
    "response_mode",
    "response_type",
    "scope",
    "state",
];

/// The providers by the ids that paths, sessions and identities call them by.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct Providers(pub BTreeMap<String, Provider>);

/// One provider. No key is required to be read, since variables come one by one; `check` tells which are missing.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Provider {
    /// What it is.
    pub kind: Option<Kind>,
    /// The server's name at the provider.
    #[serde(deserialize_with = "trimmed")]
    pub client_id: String,
    /// The server's password at the provider.
    pub client_secret: Option<Secret>,
    /// The issuer whose metadata tell everything else, letter for letter.
    #[serde(deserialize_with = "trimmed")]
    pub issuer: String,
    /// Hosts besides the issuer's that may have private addresses, with spaces between.
    pub hosts: String,
    /// What is asked for in place of the usual, with spaces between.
    pub scopes: String,
    /// What else the authorization endpoint is sent; an empty text leaves one of the usual ones out.
    pub authorization_params: BTreeMap<String, String>,
    /// The team of an Apple developer.
    #[serde(deserialize_with = "trimmed")]
    pub team_id: String,
    /// The id of `private_key`.
    #[serde(deserialize_with = "trimmed")]
    pub key_id: String,
    /// Apple's key in PEM, by which the client secret is made.
    pub private_key: Option<Secret>,
    /// A server on this machine in place of the provider's own, for tests.
    #[serde(deserialize_with = "web_url::deserialize")]
    pub stand_in: Option<Url>,
}

/// What a provider is: any issuer of OpenID Connect, or one that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Kind {
    Oidc,
    Apple,
    Discord,
    Facebook,
    Github,
    Gitlab,
    Google,
    Linkedin,
    Microsoft,
    Slack,
    Spotify,
}

impl Providers {
    pub(super) fn check(&self, problems: &mut ConfigErrors) {
        for (id, provider) in &self.0 {
            problems.when(
                !is_id(id),
                format!(
                    "providers.{id}: an id has a-z, 0-9, \"-\" and \"_\", and is none of {}",
                    TAKEN.join(", ")
                ),
            );
            provider.check(id, problems);
        }
    }
}

impl Provider {
    fn check(&self, id: &str, problems: &mut ConfigErrors) {
        let lacks_issuer = self.kind == Some(Kind::Oidc) && self.issuer.is_empty();
        let is_safe = Url::parse(&self.issuer).is_ok_and(|issuer| web_url::is_public(&issuer));
        let is_elsewhere = |url: &Url| !web_url::is_loopback(url);
        let is_broken = |secret: &Secret| !secret.is_one_line();
        let ids = [&self.client_id, &self.team_id, &self.key_id];
        for (is_wrong, problem) in [
            (self.kind.is_none(), "kind is missing"),
            (self.client_id.is_empty(), "client_id is missing"),
            (!self.has_secret(), "client_secret is missing"),
            (
                self.client_secret.as_ref().is_some_and(is_broken),
                "client_secret: has a line break or another control character inside",
            ),
            (
                ids.iter().any(|id| id.contains(char::is_control)),
                "client_id, team_id, key_id: one has a control character inside",
            ),
            (lacks_issuer, "issuer is missing"),
            (
                !self.issuer.is_empty() && !is_safe,
                "issuer: not https with a host (or http with a loopback host)",
            ),
            (self.stand_in.as_ref().is_some_and(is_elsewhere), "stand_in: not on this machine"),
        ] {
            problems.when(is_wrong, format!("providers.{id}: {problem}"));
        }
        for name in self.authorization_params.keys() {
            problems.when(
                RESERVED.contains(&name.as_str()) || name.is_empty(),
                format!("providers.{id}.authorization_params: the server sets `{name}` itself"),
            );
        }
    }

    /// Whether there is a client secret, or Apple's key to make one with.
    fn has_secret(&self) -> bool {
        let has_key =
            self.private_key.is_some() && !self.team_id.is_empty() && !self.key_id.is_empty();
        self.client_secret.is_some() || (self.kind == Some(Kind::Apple) && has_key)
    }
}

/// Reads a text without the spaces and line breaks around it.
fn trimmed<'de, D: Deserializer<'de>>(input: D) -> Result<String, D::Error> {
    String::deserialize(input).map(|text| text.trim().to_owned())
}

fn is_id(id: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
    (1..=36).contains(&id.len()) && id.chars().all(is_plain) && !TAKEN.contains(&id)
}
