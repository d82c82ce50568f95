//! What a provider tells of a user.

use serde_json::Value;

use crate::address::Email;

/// The longest subject, in bytes: what OpenID Connect allows.
const LONGEST_SUBJECT: usize = 255;

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
    /// Reads a profile; none if it doesn't say whose it is.
    pub(super) fn read(json: &Value, fields: Fields) -> Option<Self> {
        let subject = match at(json, fields.subject)? {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => return None,
        };
        if subject.is_empty() || subject.len() > LONGEST_SUBJECT {
            return None;
        }
        let text = |pointer| at(json, pointer).and_then(Value::as_str);
        Some(Self {
            subject,
            email: text(fields.email).and_then(Email::parse),
            email_verified: at(json, fields.verified) == Some(&Value::Bool(true)),
            name: text(fields.name).unwrap_or_default().to_owned(),
        })
    }

    /// The same with the address that a list of them marks as the first: `[{ email, primary, verified }, …]`.
    pub(super) fn with_primary(self, emails: &Value) -> Self {
        let is_primary = |entry: &&Value| entry.get("primary") == Some(&Value::Bool(true));
        let primary = emails.as_array().and_then(|emails| emails.iter().find(is_primary));
        let Some(primary) = primary else { return self };
        let email = primary.get("email").and_then(Value::as_str).and_then(Email::parse);
        let email_verified = primary.get("verified") == Some(&Value::Bool(true));
        Self { email, email_verified, ..self }
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
