//! Mail transports: SMTP, a folder, or none.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use entity::{ProjectId, Timestamp, message};
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp;
use lettre::{Address, Message};
use tokio::time::timeout;

use super::{DeliveryError, SILENCE, TIMEOUT};
use crate::config::mail::Sender;
use crate::config::{Config, Project};
use crate::files;
use crate::http_client::causes;
use crate::message::Content;
use crate::message::template::one_line;
use crate::trace::Call;

mod server;

use server::MailServer;

/// The mail transport.
pub(in crate::message) enum MailTransport {
    /// A mail server.
    Smtp { server: Box<MailServer>, senders: Senders },
    /// A folder, with a file for each mail.
    Folder { path: PathBuf, senders: Senders },
    /// Kept in the outbox, for the inbox of `accountd dev`.
    Inbox,
    /// None.
    None,
}

impl MailTransport {
    /// Opens the transport of `mail.url`. It connects with the first mail.
    pub(in crate::message) fn open(config: &Config) -> anyhow::Result<Self> {
        let Some(url) = config.mail.url.as_ref().map(crate::config::SecretUrl::expose) else {
            return Ok(Self::None);
        };
        let senders = Senders::of(config);
        Ok(match url.scheme() {
            "smtp" | "smtps" => {
                Self::Smtp { server: Box::new(MailServer::open(url, config)?), senders }
            }
            "folder" => Self::Folder { path: PathBuf::from(url.path()), senders },
            // No one could read the inbox.
            "inbox" if config.is_dev() => Self::Inbox,
            _ => Self::None,
        })
    }

    /// Whether there is no transport.
    pub(in crate::message) fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }

    /// Describes the transport, after testing it without sending a mail.
    pub(in crate::message) async fn check(&self) -> Result<String, String> {
        match self {
            Self::Smtp { server, .. } => match timeout(TIMEOUT, server.check()).await {
                Ok(Ok((true, hello))) => {
                    Ok(format!("the mail server {} answers to EHLO {hello}", server.name()))
                }
                Ok(Ok((false, _))) => Err(format!("the mail server {} hangs up", server.name())),
                Ok(Err(error)) => {
                    Err(format!("the mail server {}: {}", server.name(), causes(&error)))
                }
                Err(_) => Err(format!("the mail server {} is too slow", server.name())),
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
    ) -> Result<(), DeliveryError> {
        match self {
            Self::Smtp { server, senders } => {
                let mail = write(senders.find(&message.project_id)?, message, content, now)?;
                let mut call = Call::begin("SMTP", server.host_and_port());
                let sent = timeout(TIMEOUT, server.send(mail)).await;
                match sent {
                    Ok(Ok(())) => {}
                    Ok(Err(_)) => call.fail("_OTHER"),
                    Err(_) => call.fail("timeout"),
                }
                match sent {
                    Ok(Ok(())) => Ok(()),
                    Ok(Err(error)) => Err(delivery_error(&error)),
                    Err(_) => {
                        Err(DeliveryError::Transient("the mail server is too slow".to_owned()))
                    }
                }
            }
            Self::Folder { path, senders } => {
                let sender = senders.find(&message.project_id)?;
                let mail = write(sender, message, content, now)?.formatted();
                file(path.clone(), message.id.as_str(), mail).await
            }
            Self::Inbox => Ok(()),
            Self::None => Err(DeliveryError::Permanent("there is no mail transport".to_owned())),
        }
    }
}

/// The senders of mails.
pub(in crate::message) struct Senders {
    of_projects: HashMap<ProjectId, Sender>,
    /// The sender for projects without one.
    of_others: Option<Sender>,
}

impl Senders {
    fn of(config: &Config) -> Self {
        let own = |project: &Project| Some((project.id.clone(), project.mail.from.clone()?));
        Self {
            of_projects: config.projects.iter().filter_map(own).collect(),
            of_others: config.mail.from.clone(),
        }
    }

    /// The sender of a project's mails. If it is missing, an operator can add it.
    fn find(&self, project: &ProjectId) -> Result<&Sender, DeliveryError> {
        let sender = self.of_projects.get(project).or(self.of_others.as_ref());
        sender.ok_or_else(|| DeliveryError::Transient("mail.from is missing".to_owned()))
    }
}

/// Builds the mail. Its id is the same in every attempt, so that a copy can be recognised.
fn write(
    sender: &Sender,
    message: &message::Model,
    content: &Content,
    now: Timestamp,
) -> Result<Message, DeliveryError> {
    let never = |error: &dyn std::error::Error| DeliveryError::Permanent(causes(error));
    let to: Address = message.recipient.parse().map_err(|error| never(&error))?;
    let since_1970 = Duration::from_millis(u64::try_from(now.millis()).unwrap_or_default());
    let date = SystemTime::UNIX_EPOCH.checked_add(since_1970);
    let name = sender.name.as_deref().unwrap_or(&content.project);
    Message::builder()
        .from(Mailbox::new(Some(one_line(name)), sender.address.clone()))
        .to(Mailbox::new(None, to))
        .subject(one_line(&content.subject))
        .date(date.unwrap_or(SystemTime::UNIX_EPOCH))
        .message_id(Some(format!("<{}@{}>", message.id, sender.address.domain())))
        .raw_header(header("Auto-Submitted", "auto-generated"))
        .raw_header(header("X-Auto-Response-Suppress", "All"))
        .multipart(MultiPart::alternative_plain_html(content.text.clone(), content.html.clone()))
        .map_err(|error| never(&error))
}

/// A header that prevents automatic replies (RFC 3834).
fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

/// A rejection of the mail itself is final: 550 to 554. An operator can fix everything else, for example a
/// wrong password.
fn delivery_error(error: &smtp::Error) -> DeliveryError {
    let code = error.status().map(u16::from);
    let text = without_addresses(&error.to_string());
    match code {
        Some(550..=554) => DeliveryError::Permanent(text),
        _ => DeliveryError::Transient(text),
    }
}

/// A server's answer without addresses in it, because it is logged.
fn without_addresses(text: &str) -> String {
    let words =
        text.split_whitespace().map(|word| if word.contains('@') { "(address)" } else { word });
    words.collect::<Vec<_>>().join(" ")
}

/// Writes a mail to a file atomically, readable by the owner only.
async fn file(folder: PathBuf, id: &str, mail: Vec<u8>) -> Result<(), DeliveryError> {
    let later = |error: std::io::Error| DeliveryError::Transient(format!("the folder: {error}"));
    let half = folder.join(format!(".{id}"));
    let whole = folder.join(format!("{id}.eml"));
    let written = tokio::task::spawn_blocking(move || {
        files::create_private_folder(&folder)?;
        files::write_private(&half, &mail)?;
        std::fs::rename(&half, whole)
    });
    written.await.map_err(std::io::Error::other).flatten().map_err(later)
}

/// Fails if others can read a mail in the folder: older versions wrote them so.
fn check_modes(folder: &Path) -> Result<(), String> {
    let entries = std::fs::read_dir(folder).map_err(|error| error.to_string())?;
    let mails = entries.filter_map(Result::ok).map(|entry| entry.path());
    let mut mails = mails.filter(|path| path.extension().is_some_and(|kind| kind == "eml"));
    mails.try_for_each(|mail| files::check_private(&mail))
}

#[cfg(test)]
mod tests;
