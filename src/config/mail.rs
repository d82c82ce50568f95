//! How mails leave.

use std::path::PathBuf;

use email_address::EmailAddress;
use serde::Deserialize;

use super::Mode;
use super::Problems;
use super::SecretUrl;

/// The transport of mails.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// `smtp://`, `smtps://`, `folder:`, `inbox:` or `none:`.
    pub url: Option<SecretUrl>,
    /// The sender of all mails.
    pub from: Option<String>,
    /// A folder with templates that replace built-in ones.
    pub templates: Option<PathBuf>,
}

impl Mail {
    pub(super) fn check(&self, mode: Mode, problems: &mut Problems) {
        if let Some(from) = &self.from {
            problems.when(!EmailAddress::is_valid(from), "mail.from: not an email address");
        }
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
        problems.when(
            is_sending && self.from.is_none(),
            "mail.from is missing: set it to the sender of all mails",
        );
    }
}
