//! The OAuth providers.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use url::Url;

use super::{ConfigErrors, Secret, web_url};

/// The names of other sign-in methods.
const TAKEN: [&str; 5] = ["anonymous", "email", "magic-url", "phone", "token"];

/// The authorization parameters that the server sets itself.
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

/// The providers by id.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct Providers(pub BTreeMap<String, Provider>);

/// One provider. All keys are optional for the parser, because variables set them one by one; `check`
/// reports missing ones.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Provider {
    /// The kind.
    pub kind: Option<Kind>,
    /// The client id.
    #[serde(deserialize_with = "trimmed")]
    pub client_id: String,
    /// The client secret.
    pub client_secret: Option<Secret>,
    /// The issuer, exactly as in its metadata.
    #[serde(deserialize_with = "trimmed")]
    pub issuer: String,
    /// Additional hosts that may have private addresses, separated by spaces.
    pub hosts: String,
    /// The scopes instead of the default ones, separated by spaces.
    pub scopes: String,
    /// Additional authorization parameters; an empty value removes a default one.
    pub authorization_params: BTreeMap<String, String>,
    /// The team id of an Apple developer.
    #[serde(deserialize_with = "trimmed")]
    pub team_id: String,
    /// The id of `private_key`.
    #[serde(deserialize_with = "trimmed")]
    pub key_id: String,
    /// Apple's key in PEM, which signs the client secret.
    pub private_key: Option<Secret>,
    /// Whether users may sign in with ID tokens that apps have got themselves.
    pub id_tokens: bool,
    /// The client ids of apps that present ID tokens, besides `client_id`, separated by spaces.
    pub native_client_ids: String,
    /// A server on this machine that replaces the provider in tests.
    #[serde(deserialize_with = "web_url::deserialize")]
    pub stand_in: Option<Url>,
}

/// The kind of a provider: any OpenID Connect issuer, or a named one.
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
                self.id_tokens && !self.has_id_tokens(),
                "id_tokens: providers of this kind have no ID tokens, without an issuer of their own",
            ),
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

    /// Whether its metadata say how ID tokens are checked.
    fn has_id_tokens(&self) -> bool {
        match self.kind {
            Some(Kind::Oidc | Kind::Apple | Kind::Gitlab | Kind::Google | Kind::Slack) | None => {
                true
            }
            Some(
                Kind::Discord
                | Kind::Facebook
                | Kind::Github
                | Kind::Linkedin
                | Kind::Microsoft
                | Kind::Spotify,
            ) => !self.issuer.is_empty(),
        }
    }

    /// Whether there is a client secret, or Apple's key to sign one.
    fn has_secret(&self) -> bool {
        let has_key =
            self.private_key.is_some() && !self.team_id.is_empty() && !self.key_id.is_empty();
        self.client_secret.is_some() || (self.kind == Some(Kind::Apple) && has_key)
    }
}

/// Reads a string without surrounding spaces and line breaks.
fn trimmed<'de, D: Deserializer<'de>>(input: D) -> Result<String, D::Error> {
    String::deserialize(input).map(|text| text.trim().to_owned())
}

fn is_id(id: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
    (1..=36).contains(&id.len()) && id.chars().all(is_plain) && !TAKEN.contains(&id)
}
