//! The transports of messages, and their results.

use std::time::Duration;

use reqwest::StatusCode;

pub(super) mod mail;
pub(super) mod signed_call;
pub(super) mod sms;
pub(super) mod webhooks;

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
        let error = format!("the provider answered {status}");
        match status.as_u16() {
            200..300 => Ok(()),
            400 | 410 | 413 | 422 => Err(Self::Permanent(error)),
            _ => Err(Self::Transient(error)),
        }
    }
}
