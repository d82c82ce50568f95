//! How mails leave: by SMTP, into a folder, or not at all.

use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;
use std::time::SystemTime;

use anyhow::Context;
use entity::Timestamp;
use entity::message;
use lettre::Address;
use lettre::AsyncSmtpTransport;
use lettre::AsyncTransport;
use lettre::Message;
use lettre::Tokio1Executor;
use lettre::message::Mailbox;
use lettre::message::MultiPart;
use lettre::transport::smtp;
use tokio::time::timeout;
use url::Url;

use super::PATIENCE;
use super::SILENCE;
use super::Undelivered;
use crate::config::Config;
use crate::config::is_loopback;
use crate::files;
use crate::message::Content;
use crate::message::template::one_line;
use crate::outgoing::causes;

/// How mails leave.
pub(in crate::message) enum MailTransport {
    /// Through a mail server. Each mail has a connection of its own: one that was left in the middle of a mail, as by a
    /// timeout, would answer the next mail with what was meant for the last.
    Smtp { server: Box<AsyncSmtpTransport<Tokio1Executor>>, from: Address },
    /// Into a folder, a file for each.
    Folder { path: PathBuf, from: Address },
    /// They stay in the outbox, where the inbox of dev shows them.
    Inbox,
    /// Not at all.
    None,
}

impl MailTransport {
    /// Opens the transport that `mail.url` names. Nothing is connected before the first mail.
    pub(in crate::message) fn open(config: &Config) -> anyhow::Result<Self> {
        let Some(url) = config.mail.url.as_ref().map(crate::config::SecretUrl::expose) else {
            return Ok(Self::None);
        };
        let from = || -> anyhow::Result<Address> {
            let from = config.mail.from.as_deref().context("mail.from is missing")?;
            from.parse().context("mail.from: not an email address")
        };
        Ok(match url.scheme() {
            "smtp" | "smtps" => Self::Smtp { server: Box::new(server(url)?), from: from()? },
            "folder" => Self::Folder { path: PathBuf::from(url.path()), from: from()? },
            // Nobody could look into it.
            "inbox" if config.is_dev() => Self::Inbox,
            _ => Self::None,
        })
    }

    /// Whether mails don't leave at all.
    pub(in crate::message) fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }

    /// Tells how mails leave, after trying what can be tried without sending one.
    pub(in crate::message) async fn check(&self) -> Result<String, String> {
        match self {
            Self::Smtp { server, .. } => match timeout(PATIENCE, server.test_connection()).await {
                Ok(Ok(true)) => Ok("the mail server answers".to_owned()),
                Ok(Ok(false)) => Err("the mail server hangs up".to_owned()),
                Ok(Err(error)) => Err(causes(&error)),
                Err(_) => Err("the mail server is too slow".to_owned()),
            },
            Self::Folder { path, .. } => {
                let probe = file(path.clone(), "accountd-doctor", Vec::new()).await;
                probe.map_err(|error| error.to_string())?;
                let written = path.join("accountd-doctor.eml");
                tokio::fs::remove_file(written).await.map_err(|error| error.to_string())?;
                check_modes(path)?;
                Ok(format!("files can be written to {}", path.display()))
            }
            Self::Inbox => Ok("kept in the inbox".to_owned()),
            Self::None => Ok("none: fields that need mail answer general_smtp_disabled".to_owned()),
        }
    }

    /// Sends a mail.
    pub(in crate::message) async fn send(
        &self,
        message: &message::Model,
        content: &Content,
        now: Timestamp,
    ) -> Result<(), Undelivered> {
        match self {
            Self::Smtp { server, from } => {
                let mail = write(from, message, content, now)?;
                match timeout(PATIENCE, server.send(mail)).await {
                    Ok(Ok(_)) => Ok(()),
                    Ok(Err(error)) => Err(refusal(&error)),
                    Err(_) => Err(Undelivered::Later("the mail server is too slow".to_owned())),
                }
            }
            Self::Folder { path, from } => {
                let mail = write(from, message, content, now)?.formatted();
                file(path.clone(), message.id.as_str(), mail).await
            }
            Self::Inbox => Ok(()),
            Self::None => Err(Undelivered::Never("there is no mail transport".to_owned())),
        }
    }
}

/// The mail server that `url` names: STARTTLS is a must on the way to other machines, unless `tls=none` says otherwise.
fn server(url: &Url) -> anyhow::Result<AsyncSmtpTransport<Tokio1Executor>> {
    let mut url = url.clone();
    let mut modes = url.query_pairs().filter(|(name, _)| name == "tls").map(|(_, mode)| mode);
    let mode = modes.next().map(std::borrow::Cow::into_owned);
    if url.scheme() == "smtp" {
        match mode.as_deref() {
            None if is_loopback(&url) => url.set_query(None),
            None => url.set_query(Some("tls=required")),
            Some("none") => url.set_query(None),
            Some(_) => {}
        }
    }
    let server = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.as_str()).map_err(|_| {
        anyhow::anyhow!("mail.url: tls is none of none, opportunistic and required")
    })?;
    Ok(server.timeout(Some(SILENCE)).build())
}

/// The mail as it goes over the wire. Its id is the same at every attempt, so that a second copy can be told.
fn write(
    from: &Address,
    message: &message::Model,
    content: &Content,
    now: Timestamp,
) -> Result<Message, Undelivered> {
    let never = |error: &dyn std::error::Error| Undelivered::Never(causes(error));
    let to: Address = message.recipient.parse().map_err(|error| never(&error))?;
    let since_1970 = Duration::from_millis(u64::try_from(now.millis()).unwrap_or_default());
    let date = SystemTime::UNIX_EPOCH.checked_add(since_1970);
    Message::builder()
        .from(Mailbox::new(Some(one_line(&content.project)), from.clone()))
        .to(Mailbox::new(None, to))
        .subject(one_line(&content.subject))
        .date(date.unwrap_or(SystemTime::UNIX_EPOCH))
        .message_id(Some(format!("<{}@{}>", message.id, from.domain())))
        .multipart(MultiPart::alternative_plain_html(content.text.clone(), content.html.clone()))
        .map_err(|error| never(&error))
}

/// A refusal of the mail itself is final: 550 to 554. All else, a wrong password among it, an operator can mend.
fn refusal(error: &smtp::Error) -> Undelivered {
    let code = error.status().map(u16::from);
    let text = without_addresses(&error.to_string());
    match code {
        Some(550..=554) => Undelivered::Never(text),
        _ => Undelivered::Later(text),
    }
}

/// A server's words without the addresses that it repeats: they end in logs, which are read by many.
fn without_addresses(text: &str) -> String {
    let words =
        text.split_whitespace().map(|word| if word.contains('@') { "(address)" } else { word });
    words.collect::<Vec<_>>().join(" ")
}

/// Writes a mail into a file of its own, which nobody sees half written, and nobody but its owner reads.
async fn file(folder: PathBuf, id: &str, mail: Vec<u8>) -> Result<(), Undelivered> {
    let later = |error: std::io::Error| Undelivered::Later(format!("the folder: {error}"));
    let half = folder.join(format!(".{id}"));
    let whole = folder.join(format!("{id}.eml"));
    let written = tokio::task::spawn_blocking(move || {
        files::create_private_folder(&folder)?;
        files::write_private(&half, &mail)?;
        std::fs::rename(&half, whole)
    });
    written.await.map_err(std::io::Error::other).flatten().map_err(later)
}

/// Fails when others may read a mail in the folder: older versions wrote them so.
fn check_modes(folder: &Path) -> Result<(), String> {
    let entries = std::fs::read_dir(folder).map_err(|error| error.to_string())?;
    let mails = entries.filter_map(Result::ok).map(|entry| entry.path());
    let mut mails = mails.filter(|path| path.extension().is_some_and(|kind| kind == "eml"));
    mails.try_for_each(|mail| files::check_private(&mail))
}

#[cfg(test)]
mod tests;
