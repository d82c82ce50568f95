//! What a provider says about a user.

use serde_json::Value;

use super::answer::{Answer, Unusable, is_true, text_of};
use crate::address::Email;

/// The longest subject, in bytes: what OpenID Connect allows.
const MAX_SUBJECT: usize = 255;

/// Where a profile has its parts, as JSON pointers; empty for what it doesn't have.
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

/// An account at a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Names the account at its issuer, for good.
    pub subject: String,
    /// Its address.
    pub email: Option<Email>,
    /// Whether the provider says that the address is the user's.
    pub email_verified: bool,
    /// The user's name; empty when not told.
    pub name: String,
}

impl Profile {
    /// Reads a profile, which has to say whose it is. Whatever else it says in an odd form counts as not said.
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

    /// Reads the answer of an issuer's userinfo endpoint.
    pub fn read_userinfo(body: &[u8]) -> Result<Self, Unusable> {
        Self::read(&Answer::read("userinfo", body)?, OPENID)
    }

    /// The same with the address that a list of them marks as the first: `[{ email, primary, verified }, …]`.
    #[must_use]
    pub fn with_primary(self, emails: &[u8]) -> Self {
        let emails: Value = serde_json::from_slice(emails).unwrap_or_default();
        let is = |entry: &Value, member: &str| entry.get(member).is_some_and(is_true);
        let primary = emails.as_array().into_iter().flatten().find(|entry| is(entry, "primary"));
        let Some(primary) = primary else { return self };
        let email = primary.get("email").and_then(Value::as_str).and_then(Email::parse);
        Self { email, email_verified: is(primary, "verified"), ..self }
    }

    /// The same with the name in `{ name: { firstName, lastName } }`, if it has none so far. Nobody vouches for it.
    #[must_use]
    pub fn with_name(self, user: &str) -> Self {
        let user: Value = serde_json::from_str(user).unwrap_or_default();
        let parts = ["/name/firstName", "/name/lastName"];
        let parts = parts.map(|part| at(&user, part).and_then(Value::as_str).unwrap_or_default());
        let name = if self.name.is_empty() { parts.join(" ").trim().to_owned() } else { self.name };
        Self { name, ..self }
    }

    /// The address, if the provider says that it is the user's.
    pub fn verified_email(&self) -> Option<&Email> {
        self.email.as_ref().filter(|_| self.email_verified)
    }
}

fn at<'a>(json: &'a Value, pointer: &str) -> Option<&'a Value> {
    if pointer.is_empty() { None } else { json.pointer(pointer) }
}
