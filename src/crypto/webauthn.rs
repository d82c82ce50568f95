//! Verifies what authenticators sign, as WebAuthn Level 3 asks in sections 7.1 (registration) and 7.2 (assertion).
//!
//! Discoverable credentials with user verification only, and no attestation. CBOR and COSE are read by `ciborium` and
//! `coset`, signatures are verified by `ring`. The caller keeps challenges, counters and owners.

use sha2::{Digest, Sha256};

use crate::config::project::Passkeys;
use crate::error::Error;

mod attestation;
mod authenticator_data;
mod client_data;
mod credential;
mod public_key;

use attestation::Attestation;
use authenticator_data::AuthenticatorData;
use client_data::Ceremony;
pub use credential::{AssertionResponse, AttestationResponse, Credential, decode, encode};
pub use public_key::{Algorithm, PublicKey};

/// The longest credential id, in bytes, as the standard says.
const MAX_CREDENTIAL_ID: usize = 1023;

/// The expected properties of a credential.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The relying party's id.
    pub rp_id: &'a str,
    /// Its settings, which know the origins of its pages and apps.
    pub settings: &'a Passkeys,
    /// The project's platforms, whose pages are origins if the settings name none.
    pub platforms: &'a [String],
    /// The challenge, as it was sent: unpadded base64url.
    pub challenge: &'a str,
}

/// A credential that was just created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCredential {
    /// The credential's id.
    pub id: Vec<u8>,
    /// Its public key, in COSE.
    pub public_key: Vec<u8>,
    /// The model of the authenticator.
    pub aaguid: [u8; 16],
    /// The authenticator's state.
    pub state: State,
}

/// The state of an authenticator, as each response has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    /// How many signatures it has made; 0 if it doesn't count.
    pub sign_count: u32,
    /// Whether the key may be synced to other devices (BE).
    pub backup_eligible: bool,
    /// Whether the key is synced now (BS).
    pub backed_up: bool,
}

/// Why a credential is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rejection {
    /// It is not the JSON of a credential, or a part of it can't be read.
    Malformed,
    /// It was made for another ceremony.
    Ceremony,
    /// It was made for another challenge.
    Challenge,
    /// The page is none of the origins.
    Origin,
    /// The page was in a frame of another site.
    CrossOrigin,
    /// It was made for another relying party.
    RpId,
    /// The user was not there.
    UserPresence,
    /// The device has not verified the user.
    UserVerification,
    /// The key is synced, but not one that may be.
    BackupState,
    /// The algorithm was not offered.
    Algorithm,
    /// The public key is none.
    PublicKey,
    /// The attestation is neither absent nor the key's own.
    Attestation,
    /// The credential's id is too long, or not that of the signed data.
    CredentialId,
    /// It was made for another user.
    UserHandle,
    /// The signature is wrong.
    Signature,
}

impl Rejection {
    /// The reason, for developers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Malformed => "it is not the JSON of a credential",
            Self::Ceremony => "it was made for another ceremony",
            Self::Challenge => "it was made for another challenge",
            Self::Origin => {
                "the page's origin is none of passkeys.origins, or of the platforms on passkeys.rp_id"
            }
            Self::CrossOrigin => "the page was in a frame of another site",
            Self::RpId => "it was made for another RP id than passkeys.rp_id",
            Self::UserPresence => "the user was not present",
            Self::UserVerification => "the device has not verified the user",
            Self::BackupState => "it is backed up, but not eligible for backup",
            Self::Algorithm => "its algorithm was not offered",
            Self::PublicKey => "its public key is invalid",
            Self::Attestation => "its attestation is neither `none` nor one by the key itself",
            Self::CredentialId => "its id is not that of the signed data",
            Self::UserHandle => "its user handle is another user's",
            Self::Signature => "its signature is wrong",
        }
    }
}

impl From<Rejection> for Error {
    fn from(rejection: Rejection) -> Self {
        Self::UserPasskeyInvalid(rejection.as_str())
    }
}

/// Verifies a registration.
pub fn verify_registration(
    credential: &Credential<AttestationResponse>,
    expected: Expected<'_>,
) -> Result<NewCredential, Rejection> {
    let id = credential.id()?;
    let response = &credential.response;
    client_data::check(&response.client_data, Ceremony::Create, expected)?;
    let attestation = Attestation::parse(&response.attestation_object)?;
    let data = AuthenticatorData::parse(&attestation.auth_data)?;
    let state = data.check(expected.rp_id)?;
    let attested = data.attested.ok_or(Rejection::Malformed)?;
    if attested.id != id || id.len() > MAX_CREDENTIAL_ID {
        return Err(Rejection::CredentialId);
    }
    let key = PublicKey::parse(&attested.public_key)?;
    attestation.check(&key, &signed(&attestation.auth_data, &response.client_data))?;
    let (public_key, aaguid) = (attested.public_key, attested.aaguid);
    Ok(NewCredential { id: attested.id, public_key, aaguid, state })
}

/// Verifies an assertion with the stored key in COSE.
pub fn verify_assertion(
    credential: &Credential<AssertionResponse>,
    expected: Expected<'_>,
    public_key: &[u8],
) -> Result<State, Rejection> {
    let response = &credential.response;
    client_data::check(&response.client_data, Ceremony::Get, expected)?;
    let data = AuthenticatorData::parse(&response.authenticator_data)?;
    let state = data.check(expected.rp_id)?;
    let message = signed(&response.authenticator_data, &response.client_data);
    PublicKey::parse(public_key)?.verify(&message, &response.signature)?;
    Ok(state)
}

/// The bytes that an authenticator signs.
fn signed(authenticator_data: &[u8], client_data: &[u8]) -> Vec<u8> {
    let hash = Sha256::digest(client_data);
    [authenticator_data, hash.as_slice()].concat()
}
