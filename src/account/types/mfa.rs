//! Second factors.

use async_graphql::{ID, SimpleObject};
use entity::challenge;

use crate::crypto::totp::Enrolment;
use crate::graphql::scalars::DateTime;

/// The secret of a new authenticator. It is shown only once.
#[derive(Clone, Debug, SimpleObject)]
pub struct MfaType {
    /// The secret in base32, to be typed into an authenticator app.
    secret: String,
    /// The same as `otpauth://totp/…`, which apps open.
    uri: String,
    /// The URI as a QR code: an SVG document, to be scanned by an app on another device.
    qr_code: String,
}

impl From<Enrolment> for MfaType {
    fn from(enrolment: Enrolment) -> Self {
        let Enrolment { secret, uri, qr_code } = enrolment;
        Self { secret, uri, qr_code }
    }
}

/// The second factors that the user could show in this session.
#[expect(clippy::struct_excessive_bools, reason = "the API has them")]
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct MfaFactors {
    /// Whether there is a verified authenticator app.
    pub(crate) totp: bool,
    /// Whether a code can be sent to the verified phone number.
    pub(crate) phone: bool,
    /// Whether a code can be sent to the verified e-mail address.
    pub(crate) email: bool,
    /// Whether there are recovery codes left.
    pub(crate) recovery_code: bool,
    /// Always false.
    pub(crate) custom: bool,
}

/// A challenge: a request to show a second factor.
#[derive(Clone, Debug, SimpleObject)]
pub struct MfaChallenge {
    /// The challenge's id.
    #[graphql(name = "_id")]
    id: ID,
    /// When the challenge was created.
    #[graphql(name = "_createdAt")]
    created_at: DateTime,
    /// The id of the user.
    user_id: ID,
    /// When the challenge expires.
    expire: DateTime,
}

impl From<challenge::Model> for MfaChallenge {
    fn from(challenge: challenge::Model) -> Self {
        Self {
            id: challenge.id.as_str().into(),
            created_at: challenge.created_at.into(),
            user_id: challenge.user_id.as_str().into(),
            expire: challenge.expires_at.into(),
        }
    }
}

/// Recovery codes.
#[derive(Clone, Debug, SimpleObject)]
pub struct MfaRecoveryCodes {
    /// The codes, in the response that creates them. Later as many masked ones as are left, because only their hashes are
    /// stored.
    pub(crate) recovery_codes: Vec<String>,
    /// How many codes are left.
    pub(crate) remaining: usize,
}
