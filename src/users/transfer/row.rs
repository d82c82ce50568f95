//! A user as a row of JSON.

use async_graphql::Value;
use chrono::DateTime;
use entity::{Timestamp, user};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::hash::ForeignHash;
use super::problem;
use crate::account::arguments;
use crate::account::preferences::text;
use crate::address::Phone;
use crate::crypto::password_hash::StoredHash;
use crate::error::Error;
use crate::users::profile::update_labels;

/// A user as a row of JSON. What is left out has its default.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub(super) struct Row {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) email: Option<String>,
    #[serde(skip_serializing_if = "is_false")]
    pub(super) email_verification: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) phone: Option<String>,
    #[serde(skip_serializing_if = "is_false")]
    pub(super) phone_verification: bool,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) name: String,
    /// The hash of a password, as another system has stored it.
    #[serde(skip_serializing)]
    pub(super) hash: Option<ForeignHash>,
    /// The hash of a password, as an export has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) password_hash: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) password_update: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) labels: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) prefs: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) status: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) created_at: Option<String>,
    /// Read only to be refused with a reason.
    #[serde(skip_serializing)]
    password: Option<serde::de::IgnoredAny>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "called by serde")]
fn is_false(flag: &bool) -> bool {
    !flag
}

impl Row {
    /// Reads a row. Fails with what is wrong.
    pub(super) fn parse(line: &str) -> Result<Self, String> {
        // Otherwise the items of an array would be taken for the members in their order.
        if line.trim_start().starts_with('[') {
            return Err("not a JSON object".to_owned());
        }
        let row: Self =
            serde_json::from_str(line).map_err(|error| problem::of_line(line, &error))?;
        if row.password.is_some() {
            return Err("password: only hashes are imported, because hashing takes long".to_owned());
        }
        if row.hash.is_some() && row.password_hash.is_some() {
            return Err("hash: there is a passwordHash already".to_owned());
        }
        if row.id.is_none() && row.email.is_none() && row.phone.is_none() {
            return Err("id: missing, and so are email and phone".to_owned());
        }
        Ok(row)
    }

    /// Puts the row's values into a new user.
    pub(super) fn fill(self, new: user::Model) -> Result<user::Model, Error> {
        let now = new.created_at;
        let email = self.email.as_deref().map(arguments::email).transpose()?;
        let phone =
            self.phone.as_deref().map(|phone| arguments::phone("phone", phone)).transpose()?;
        let name = if self.name.is_empty() { self.name } else { arguments::name(self.name)? };
        let hash = match (self.hash, self.password_hash) {
            (Some(foreign), _) => Some(foreign.read()?),
            (None, Some(text)) => Some(
                StoredHash::parse(&text)
                    .map_err(|problem| Error::argument("passwordHash", problem.to_string()))?,
            ),
            (None, None) => None,
        };
        let created_at = past("createdAt", self.created_at.as_deref(), now)?.unwrap_or(now);
        let password_update = past("passwordUpdate", self.password_update.as_deref(), now)?;
        let prefs = match self.prefs {
            Some(prefs) => text::read("prefs", Value::from(prefs.get()))?,
            None => new.prefs,
        };
        Ok(user::Model {
            email_verified: self.email_verification && email.is_some(),
            email: email.map(|email| email.to_string()),
            phone_verified: self.phone_verification && phone.is_some(),
            phone: phone.as_ref().map(Phone::to_string),
            name,
            password_updated_at: hash.is_some().then(|| password_update.unwrap_or(created_at)),
            password_hash: hash.map(|hash| hash.to_string()),
            labels: update_labels::read(self.labels.into_iter().map(Some).collect())?,
            prefs,
            enabled: self.status.unwrap_or(true),
            created_at,
            ..new
        })
    }

    /// The row of a user.
    pub(super) fn of(user: user::Model, with_hash: bool) -> Self {
        let has_prefs = user.prefs != "{}";
        let password_hash = user.password_hash.filter(|_| with_hash);
        let password_updated_at = user.password_updated_at.filter(|_| password_hash.is_some());
        Self {
            id: Some(user.id.to_string()),
            email: user.email,
            email_verification: user.email_verified,
            phone: user.phone,
            phone_verification: user.phone_verified,
            name: user.name,
            hash: None,
            password_hash,
            password_update: password_updated_at.map(|time| time.to_string()),
            labels: serde_json::from_str(&user.labels).unwrap_or_default(),
            prefs: if has_prefs {
                RawValue::from_string(on_one_line(&user.prefs)).ok()
            } else {
                None
            },
            status: (!user.enabled).then_some(false),
            created_at: Some(user.created_at.to_string()),
            password: None,
        }
    }
}

/// The same JSON on one line. In strings, line breaks are escaped.
fn on_one_line(json: &str) -> String {
    json.replace(['\r', '\n'], " ")
}

/// Reads a time, which must not be after `now`.
fn past(
    argument: &'static str,
    text: Option<&str>,
    now: Timestamp,
) -> Result<Option<Timestamp>, Error> {
    let Some(text) = text else { return Ok(None) };
    let time = DateTime::parse_from_rfc3339(text)
        .map_err(|_| Error::argument(argument, "must be a time such as 2026-11-29T10:00:00Z."))?;
    let time = Timestamp::from_millis(time.timestamp_millis());
    if time > now {
        return Err(Error::argument(argument, "must not be in the future."));
    }
    Ok(Some(time))
}
