//! The transports of messages, and their results.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::StatusCode;

use crate::crypto::keys::Keys;

pub(super) mod mail;
pub(super) mod sms;

/// How long one attempt may take.
const TIMEOUT: Duration = Duration::from_secs(30);
/// How long a provider may send nothing within an attempt.
const SILENCE: Duration = Duration::from_secs(10);

/// Why a message was not delivered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeliveryError {
    /// It may succeed later.
    #[error("{0}")]
    Transient(String),
    /// It will never succeed.
    #[error("{0}")]
    Permanent(String),
    /// It may have been delivered: there was no answer in time. It is tried only once more, because every
    /// copy annoys the recipient and may cost money.
    #[error("{0}")]
    Unknown(String),
}

impl DeliveryError {
    /// Whether to give up after so many `attempts`.
    pub fn is_final(&self, attempts: i32) -> bool {
        match self {
            Self::Transient(_) => false,
            Self::Permanent(_) => true,
            Self::Unknown(_) => attempts > 1,
        }
    }

    /// Interprets an HTTP status. A rejection of the message itself is final. An operator can fix everything
    /// else, for example a wrong credential.
    fn of(status: StatusCode) -> Result<(), Self> {
        let refusal = format!("the provider answered {status}");
        match status.as_u16() {
            200..300 => Ok(()),
            400 | 410 | 413 | 422 => Err(Self::Permanent(refusal)),
            _ => Err(Self::Transient(refusal)),
        }
    }
}

/// The key that signs webhook calls.
fn webhook_key(keys: &Keys) -> [u8; 32] {
    keys.derive("sms webhook")
}

/// The same in the format of Standard Webhooks libraries.
pub fn webhook_secret(keys: &Keys) -> String {
    format!("whsec_{}", STANDARD.encode(webhook_key(keys)))
}
