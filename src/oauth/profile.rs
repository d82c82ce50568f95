//! A user's profile at a provider.

use serde_json::Value;

use super::answer::{Answer, Unusable, is_true, text_of};
use crate::address::Email;

/// The longest subject, in bytes: what OpenID Connect allows.
const MAX_SUBJECT: usize = 255;

/// The JSON pointers of a profile's parts; empty if it has none.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields {
    pub(super) subject: &'static str,
    pub(super) email: &'static str,
    /// Whether the address is verified.
    pub(super) verified: &'static str,
    pub(super) name: &'static str,
}

/// The claims of OpenID Connect.
pub(super) const OPENID: Fields =
    Fields { subject: "/sub", email: "/email", verified: "/email_verified", name: "/name" };

/// A provider account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// The account's permanent id at the issuer.
    pub subject: String,
    /// Its address.
    pub email: Option<Email>,
    /// Whether the provider has verified the address.
    pub email_verified: bool,
    /// The user's name; empty if unknown.
    pub name: String,
}

impl Profile {
    /// Parses a profile, which must have a subject. Other members of unexpected types count as missing.
    pub(super) fn read(answer: &Answer, fields: Fields) -> Result<Self, Unusable> {
        let json = answer.json();
        let subject = at(json, fields.subject).and_then(text_of);
        let is_subject = |text: &String| (1..=MAX_SUBJECT).contains(&text.len());
        let subject = subject.filter(is_subject).ok_or_else(|| {
            answer.refuse(fields.subject.trim_start_matches('/'), "1 to 255 bytes of text")
        })?;
        let text = |pointer| at(json, pointer).and_then(Value::as_str);
        Ok(Self {
            subject,
            email: text(fields.email).and_then(Email::parse),
            email_verified: at(json, fields.verified).is_some_and(is_true),
            name: text(fields.name).unwrap_or_default().to_owned(),
        })
    }

    /// Parses the response of a userinfo endpoint.
    pub fn read_userinfo(body: &[u8]) -> Result<Self, Unusable> {
        Self::read(&Answer::read("userinfo", body)?, OPENID)
    }

    /// The same with the primary address of a list: `[{ email, primary, verified }, …]`.
    #[must_use]
    pub fn with_primary(self, emails: &[u8]) -> Self {
        let emails: Value = serde_json::from_slice(emails).unwrap_or_default();
        let is = |entry: &Value, member: &str| entry.get(member).is_some_and(is_true);
        let primary = emails.as_array().into_iter().flatten().find(|entry| is(entry, "primary"));
        let Some(primary) = primary else { return self };
        let email = primary.get("email").and_then(Value::as_str).and_then(Email::parse);
        Self { email, email_verified: is(primary, "verified"), ..self }
    }

    /// The same with the name in `{ name: { firstName, lastName } }`, if it has none. The name is not
    /// verified.
    #[must_use]
    pub fn with_name(self, user: &str) -> Self {
        let user: Value = serde_json::from_str(user).unwrap_or_default();
        let parts = ["/name/firstName", "/name/lastName"];
        let parts = parts.map(|part| at(&user, part).and_then(Value::as_str).unwrap_or_default());
        let name = if self.name.is_empty() { parts.join(" ").trim().to_owned() } else { self.name };
        Self { name, ..self }
    }

    /// The address, if the provider has verified it.
    pub fn verified_email(&self) -> Option<&Email> {
        self.email.as_ref().filter(|_| self.email_verified)
    }
}

fn at<'a>(json: &'a Value, pointer: &str) -> Option<&'a Value> {
    if pointer.is_empty() { None } else { json.pointer(pointer) }
}
