//! The ways messages leave, and what came of trying.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::StatusCode;

use crate::crypto::keys::Keys;

pub(super) mod mail;
pub(super) mod sms;

/// How long one attempt may take.
const TIMEOUT: Duration = Duration::from_secs(30);
/// How long a provider may be silent within an attempt.
const SILENCE: Duration = Duration::from_secs(10);

/// Why a message was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeliveryError {
    /// It may be taken later.
    #[error("{0}")]
    Transient(String),
    /// It will never be taken.
    #[error("{0}")]
    Permanent(String),
    /// It may have been taken: nobody has said so in time. It is tried once more, lest somebody get it again and again, and
    /// somebody else pay for it.
    #[error("{0}")]
    Unknown(String),
}

impl DeliveryError {
    /// Whether the message is given up after so many `attempts`.
    pub fn is_final(&self, attempts: i32) -> bool {
        match self {
            Self::Transient(_) => false,
            Self::Permanent(_) => true,
            Self::Unknown(_) => attempts > 1,
        }
    }

    /// Reads the status of a provider that speaks HTTP. A refusal of the message itself is final; all else, a wrong
    /// credential among it, an operator can mend.
    fn of(status: StatusCode) -> Result<(), Self> {
        let refusal = format!("the provider answered {status}");
        match status.as_u16() {
            200..300 => Ok(()),
            400 | 410 | 413 | 422 => Err(Self::Permanent(refusal)),
            _ => Err(Self::Transient(refusal)),
        }
    }
}

/// The key that signs the calls of a webhook.
fn webhook_key(keys: &Keys) -> [u8; 32] {
    keys.derive("sms webhook")
}

/// The key that signs the calls of a webhook, as libraries for Standard Webhooks take it.
pub fn webhook_secret(keys: &Keys) -> String {
    format!("whsec_{}", STANDARD.encode(webhook_key(keys)))
}
