//! The mail transport.

use std::path::PathBuf;

use serde::Deserialize;

use super::{ConfigErrors, Mode, Project, SecretUrl};

mod hello;
mod sender;

pub use hello::Hello;
pub use sender::Sender;

/// The mail transport.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// `smtp://`, `smtps://`, `folder:`, `inbox:` or `none:`.
    pub url: Option<SecretUrl>,
    /// The sender for projects without one.
    pub from: Option<Sender>,
    /// The name in EHLO.
    pub hello: Option<Hello>,
    /// A folder with templates that replace built-in ones.
    pub templates: Option<PathBuf>,
}

impl Mail {
    pub(super) fn check(&self, mode: Mode, projects: &[Project], problems: &mut ConfigErrors) {
        let Some(url) = &self.url else {
            problems.when(
                mode == Mode::Serve,
                "mail.url is missing: set it to smtp://…, smtps://…, folder:/path or, to send nothing, none:",
            );
            return;
        };
        let is_known = match url.scheme() {
            "smtp" | "smtps" => url.has_host(),
            "folder" => url.expose().path().starts_with(['/', '.']) && !url.has_host(),
            scheme @ ("inbox" | "none") => url.is_bare(scheme),
            _ => false,
        };
        problems.when(
            !is_known,
            "mail.url: none of smtp://host, smtps://host, folder:/path, inbox: and none:",
        );
        let is_sending = matches!(url.scheme(), "smtp" | "smtps" | "folder");
        let is_sent_by_all = projects.iter().all(|project| project.mail.from.is_some());
        problems.when(
            is_sending && self.from.is_none() && !is_sent_by_all,
            "mail.from is missing: set it to the sender of all mails",
        );
    }
}
