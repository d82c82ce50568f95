//! The webhooks of a project: which events go to which server.

use std::collections::HashSet;

use entity::ProjectId;
use serde::Deserialize;
use url::Host;

use super::project::is_id;
use super::{ConfigErrors, SecretUrl, web_url};
use crate::http_client::is_link_local;

/// A server of the operator that gets events of a project.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Webhook {
    /// The id, unique within the project. The secret depends on it.
    pub id: String,
    /// `https://…`, or `http://` with a loopback host.
    pub url: SecretUrl,
    /// The events that it gets.
    pub events: Events,
    /// Whether the host may have a link-local address.
    #[serde(default)]
    pub allow_link_local: bool,
}

/// The events that a webhook gets.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Vec<String>")]
pub struct Events(Vec<WebhookEvent>);

/// An event that webhooks can get.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WebhookEvent {
    /// There is a new user.
    UserCreate,
    /// A user was deleted.
    UserDelete,
    /// A user's e-mail address changed.
    UserUpdateEmail,
    /// A server has changed a user's labels.
    UserUpdateLabels,
    /// A user's second factors changed.
    UserUpdateMfa,
    /// A user's name changed.
    UserUpdateName,
    /// A user's password changed.
    UserUpdatePassword,
    /// A user's phone number changed.
    UserUpdatePhone,
    /// A user's preferences changed.
    UserUpdatePrefs,
    /// A user was blocked or unblocked.
    UserUpdateStatus,
    /// An address or number of a user was verified.
    UserVerify,
    /// A user signed in.
    SessionCreate,
    /// A session was ended.
    SessionDelete,
    /// A user has added a passkey.
    PasskeyCreate,
    /// A user has deleted a passkey.
    PasskeyDelete,
}

impl WebhookEvent {
    /// All of them.
    pub const ALL: [Self; 15] = [
        Self::UserCreate,
        Self::UserDelete,
        Self::UserUpdateEmail,
        Self::UserUpdateLabels,
        Self::UserUpdateMfa,
        Self::UserUpdateName,
        Self::UserUpdatePassword,
        Self::UserUpdatePhone,
        Self::UserUpdatePrefs,
        Self::UserUpdateStatus,
        Self::UserVerify,
        Self::SessionCreate,
        Self::SessionDelete,
        Self::PasskeyCreate,
        Self::PasskeyDelete,
    ];

    /// The name, in which `*` stands for the id of the user, session or passkey. Ids aren't part of it, because they may
    /// contain dots.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UserCreate => "users.*.create",
            Self::UserDelete => "users.*.delete",
            Self::UserUpdateEmail => "users.*.update.email",
            Self::UserUpdateLabels => "users.*.update.labels",
            Self::UserUpdateMfa => "users.*.update.mfa",
            Self::UserUpdateName => "users.*.update.name",
            Self::UserUpdatePassword => "users.*.update.password",
            Self::UserUpdatePhone => "users.*.update.phone",
            Self::UserUpdatePrefs => "users.*.update.prefs",
            Self::UserUpdateStatus => "users.*.update.status",
            Self::UserVerify => "users.*.verify",
            Self::SessionCreate => "users.*.sessions.*.create",
            Self::SessionDelete => "users.*.sessions.*.delete",
            Self::PasskeyCreate => "users.*.passkeys.*.create",
            Self::PasskeyDelete => "users.*.passkeys.*.delete",
        }
    }

    /// Whether a pattern matches: each of its parts is `*` or the same as in the name. A shorter pattern matches
    /// everything below it, as `users.*.update` does.
    fn matches(self, pattern: &str) -> bool {
        let mut parts = self.as_str().split('.');
        pattern
            .split('.')
            .all(|wanted| parts.next().is_some_and(|part| wanted == "*" || wanted == part))
    }
}

impl TryFrom<Vec<String>> for Events {
    type Error = String;

    fn try_from(patterns: Vec<String>) -> Result<Self, String> {
        for pattern in &patterns {
            if !WebhookEvent::ALL.iter().any(|event| event.matches(pattern)) {
                let names = WebhookEvent::ALL.map(WebhookEvent::as_str).join(", ");
                return Err(format!("`{pattern}` matches no event; there are {names}"));
            }
        }
        let is_wanted = |event: &WebhookEvent| patterns.iter().any(|it| event.matches(it));
        Ok(Self(WebhookEvent::ALL.into_iter().filter(is_wanted).collect()))
    }
}

impl Webhook {
    /// Whether it gets `event`.
    pub fn wants(&self, event: WebhookEvent) -> bool {
        self.events.0.contains(&event)
    }

    /// Whether a server accepts it.
    pub(super) fn is_valid(&self) -> bool {
        let mut problems = ConfigErrors::default();
        self.check("", &mut problems);
        problems.into_result().is_ok()
    }

    fn check(&self, path: &str, problems: &mut ConfigErrors) {
        problems.when(!is_id(&self.id), format!("{path}: the id is not written like a project's"));
        problems.when(
            !web_url::is_safe(self.url.expose()),
            format!("{path}.url: neither https://host nor http:// with a loopback host"),
        );
        let is_link_local = match self.url.expose().host() {
            Some(Host::Ipv4(ip)) => is_link_local(ip.into()),
            Some(Host::Ipv6(ip)) => is_link_local(ip.into()),
            Some(Host::Domain(_)) | None => false,
        };
        problems.when(
            is_link_local && !self.allow_link_local,
            format!("{path}.url: a link-local address: if it is right, set allow_link_local"),
        );
        problems.when(self.events.0.is_empty(), format!("{path}.events: at least one"));
    }
}

/// Checks the webhooks of a project.
pub(super) fn check_all(webhooks: &[Webhook], project: &ProjectId, problems: &mut ConfigErrors) {
    let mut ids = HashSet::new();
    for webhook in webhooks {
        let path = format!("projects.{project}.webhooks.{}", webhook.id);
        // Case-insensitive, so that they can't be confused.
        let is_new = ids.insert(webhook.id.to_lowercase());
        problems.when(!is_new, format!("{path}: there are two with this id"));
        webhook.check(&path, problems);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matched(patterns: &[&str]) -> Result<Vec<&'static str>, String> {
        let patterns: Vec<_> = patterns.iter().map(|&pattern| pattern.to_owned()).collect();
        Events::try_from(patterns)
            .map(|Events(events)| events.into_iter().map(WebhookEvent::as_str).collect())
    }

    #[test]
    fn a_pattern_matches_whole_parts_and_what_is_below() {
        assert_eq!(matched(&["users.*.create"]).unwrap(), ["users.*.create"]);
        assert_eq!(matched(&["users.*.verify", "users.*.create"]).unwrap().len(), 2);
        assert_eq!(matched(&["users.*.update"]).unwrap().len(), 8);
        assert_eq!(matched(&["users.*.update.*"]).unwrap().len(), 8);
        assert_eq!(matched(&["*.*.sessions"]).unwrap().len(), 2);
        for all in ["*", "users", "users.*", "users.*.*"] {
            assert_eq!(matched(&[all]).unwrap().len(), WebhookEvent::ALL.len(), "{all}");
        }
        assert!(matched(&[]).unwrap().is_empty());
    }

    /// A misspelled pattern is an error: it would never match.
    #[test]
    fn a_pattern_that_matches_nothing_is_refused() {
        for pattern in [
            "",
            "user.*.create",
            "users.create",
            "users.ada.create",
            "users.*.creat",
            "users.*.create.*",
            "users.*.update.name.",
        ] {
            let error = matched(&["users.*", pattern]).unwrap_err();
            assert!(error.contains("users.*.sessions.*.delete"), "{error}");
        }
    }
}
