//! Projects: isolated tenants.

use std::collections::HashMap;
use std::time::Duration;

use entity::ProjectId;
use serde::Deserialize;
use url::Host;

use super::mail::Sender;
use super::{ApiKey, ConfigErrors, Webhook, WebhookEvent, webhooks};
use crate::address::is_app_scheme;

mod auth;
mod jwt;
mod mfa;
mod passkeys;
mod security_log;
mod sign_up;
mod tokens;

pub use auth::{Auth, AuthMethod};
pub use jwt::{Jwt, MAX_CLAIMS, Placeholder, Template};
pub use mfa::Mfa;
pub use passkeys::Passkeys;
pub use security_log::SecurityLog;
pub use sign_up::{EmailDomain, SignUp};
pub use tokens::Tokens;

/// A project: every row belongs to one.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Project {
    /// The id.
    pub id: ProjectId,
    /// The name in mails.
    #[serde(default)]
    pub name: String,
    /// The hosts of its apps in the form of `url`, where `*.` stands for all subdomains; and app schemes
    /// with a colon.
    #[serde(default)]
    pub platforms: Vec<String>,
    /// The sender of its mails.
    #[serde(default)]
    pub mail: Mail,
    /// Its API keys.
    #[serde(default)]
    pub api_keys: Vec<ApiKey>,
    /// The webhooks that get its events.
    #[serde(default)]
    pub webhooks: Vec<Webhook>,
    /// Who may sign up.
    #[serde(default)]
    pub sign_up: SignUp,
    /// The sign-in methods.
    #[serde(default)]
    pub auth: Auth,
    /// The second factors.
    #[serde(default)]
    pub mfa: Mfa,
    /// The passkeys.
    #[serde(default)]
    pub passkeys: Passkeys,
    /// The lifetime of sessions.
    #[serde(default)]
    pub session: Session,
    /// The rules for passwords.
    #[serde(default)]
    pub password: Password,
    /// JWTs.
    #[serde(default)]
    pub jwt: Jwt,
    /// The lifetime of one-time secrets.
    #[serde(default)]
    pub tokens: Tokens,
    /// Security switches.
    #[serde(default)]
    pub security: Security,
    /// The security log.
    #[serde(default)]
    pub security_log: SecurityLog,
}

/// The mails of a project.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mail {
    /// The sender; the common one if there is none.
    pub from: Option<Sender>,
}

/// The lifetime of sessions.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Session {
    /// The lifetime of a session after it was opened or extended.
    pub ttl_seconds: u64,
    /// The maximum age.
    pub absolute_ttl_seconds: u64,
    /// The maximum number of a user's sessions.
    pub per_user: u32,
}

impl Default for Session {
    fn default() -> Self {
        const DAY: u64 = 24 * 60 * 60;
        Self { ttl_seconds: 30 * DAY, absolute_ttl_seconds: 365 * DAY, per_user: 10 }
    }
}

impl Session {
    /// The lifetime of a session after it was opened or extended.
    pub fn ttl(&self) -> Duration {
        Duration::from_secs(self.ttl_seconds)
    }

    /// The maximum age of a session.
    pub fn absolute_ttl(&self) -> Duration {
        Duration::from_secs(self.absolute_ttl_seconds)
    }
}

/// The rules for passwords.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Password {
    /// How many characters a new password has at least.
    pub min_length: usize,
    /// Whether the most common passwords are rejected.
    pub dictionary: bool,
}

impl Default for Password {
    fn default() -> Self {
        Self { min_length: 8, dictionary: true }
    }
}

/// Security switches.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Security {
    /// Whether responses may reveal which accounts exist.
    pub reveal_accounts: bool,
    /// Whether signing up with a taken address gets the same response as with a free one, and mails the
    /// owner instead.
    pub hide_taken_addresses: bool,
    /// Whether a new password ends the user's other sessions.
    pub end_other_sessions_on_password_change: bool,
    /// Whether risky changes of an account need a recent sign-in.
    pub require_recent_sign_in: bool,
}

impl Default for Security {
    fn default() -> Self {
        Self {
            reveal_accounts: false,
            hide_taken_addresses: false,
            end_other_sessions_on_password_change: true,
            require_recent_sign_in: false,
        }
    }
}

impl Project {
    /// The name in mails.
    pub fn title(&self) -> &str {
        if self.name.is_empty() { "accountd" } else { &self.name }
    }

    /// Whether it is the default project.
    pub fn is_default(&self) -> bool {
        self.id.as_str() == "default"
    }

    /// Adds new ones of `platforms`.
    pub fn add_platforms(&mut self, platforms: &[String]) {
        for platform in platforms {
            if !self.platforms.contains(platform) {
                self.platforms.push(platform.clone());
            }
        }
    }

    /// The warning about a project without platforms.
    pub(super) fn warn_of_no_platforms(&self) -> String {
        let id = &self.id;
        let variable = ", or ACCOUNTD_PLATFORMS=app.example.com,";
        let variable = if self.is_default() { variable } else { "" };
        format!(
            "projects.{id}.platforms is empty: browsers let no page of another host call the server, and links in mails \
             can lead nowhere; set it{variable} to the hosts of your apps"
        )
    }

    /// The webhooks that get `event`.
    pub fn webhooks_for(&self, event: WebhookEvent) -> impl Iterator<Item = &Webhook> {
        self.webhooks.iter().filter(move |webhook| webhook.wants(event))
    }

    fn check(&self, problems: &mut ConfigErrors) {
        let id = &self.id;
        problems.when(!is_id(id.as_str()), format!("projects: `{id}` is not a project's id"));
        for platform in &self.platforms {
            let is_platform = is_host(platform) || is_app_scheme(platform);
            problems.when(
                !is_platform,
                format!(
                    "projects.{id}.platforms: `{platform}` is neither a host in lower case nor an app's scheme with a colon"
                ),
            );
        }
        webhooks::check_all(&self.webhooks, id, problems);
        self.sign_up.check(id, problems);
        self.passkeys.check(id, &self.platforms, problems);
        let Session { ttl_seconds, absolute_ttl_seconds, per_user } = self.session;
        let is_alive = (1..=absolute_ttl_seconds).contains(&ttl_seconds);
        problems.when(
            !is_alive,
            format!("projects.{id}.session.ttl_seconds: not 1 to absolute_ttl_seconds"),
        );
        self.tokens.check(id, problems);
        self.jwt.check(id, problems);
        self.security_log.check(id, problems);
        problems.when(
            !(8..=64).contains(&self.password.min_length),
            format!("projects.{id}.password.min_length: not 8 to 64 characters"),
        );
        problems.when(per_user == 0, format!("projects.{id}.session.per_user: at least 1"));
    }
}

/// Whether `text` can be a project's id.
pub fn is_id(text: &str) -> bool {
    let is_special = |c: char| matches!(c, '.' | '_' | '-');
    (1..=36).contains(&text.len())
        && !text.starts_with(is_special)
        && text.chars().all(|c| c.is_ascii_alphanumeric() || is_special(c))
}

/// Whether `platform` is written like the host of a parsed URL, so that comparing strings is enough.
fn is_host(platform: &str) -> bool {
    let host = platform.strip_prefix("*.").unwrap_or(platform);
    Host::parse(host).is_ok_and(|parsed| parsed.to_string() == host)
}

pub(super) fn check_all(projects: &[Project], problems: &mut ConfigErrors) {
    problems.when(projects.is_empty(), "projects: at least one");
    // Case-insensitive, because cookie names contain the id in lower case.
    let mut ids = HashMap::new();
    for project in projects {
        let id = project.id.as_str();
        match ids.insert(id.to_lowercase(), id) {
            Some(other) if other == id => {
                problems.note(format!("projects: there are two with the id `{id}`"));
            }
            Some(other) => problems.note(
                format!(
                    "projects: `{other}` and `{id}` must differ by more than case, since they would share a cookie's name"
                ),
            ),
            None => {}
        }
        project.check(problems);
    }
}
