//! Credentials as WebAuthn's JSON, which `PublicKeyCredential.toJSON()` makes.

use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, URL_SAFE_NO_PAD};
use base64::engine::{DecodePaddingMode, Engine};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use super::Rejection;

/// Base64url. Browsers send it without padding, some polyfills with it.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A credential with the authenticator's response.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Credential<R> {
    #[serde(deserialize_with = "bytes")]
    id: Vec<u8>,
    #[serde(deserialize_with = "bytes")]
    raw_id: Vec<u8>,
    r#type: String,
    /// The authenticator's response.
    pub response: R,
}

/// The response to a registration.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AttestationResponse {
    #[serde(rename = "clientDataJSON", deserialize_with = "bytes")]
    pub(super) client_data: Vec<u8>,
    #[serde(deserialize_with = "bytes")]
    pub(super) attestation_object: Vec<u8>,
    /// How the authenticator can be reached, for example `internal` or `usb`.
    #[serde(default)]
    pub transports: Vec<String>,
}

/// The response to a request for a signature.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AssertionResponse {
    #[serde(rename = "clientDataJSON", deserialize_with = "bytes")]
    pub(super) client_data: Vec<u8>,
    #[serde(deserialize_with = "bytes")]
    pub(super) authenticator_data: Vec<u8>,
    #[serde(deserialize_with = "bytes")]
    pub(super) signature: Vec<u8>,
    /// The handle of the user whom the credential was made for. Discoverable credentials always have one.
    #[serde(deserialize_with = "bytes")]
    pub user_handle: Vec<u8>,
}

impl<'de, R: Deserialize<'de>> Credential<R> {
    /// Reads a credential.
    pub fn parse(json: &'de str) -> Result<Self, Rejection> {
        let credential: Self = serde_json::from_str(json).map_err(|_| Rejection::Malformed)?;
        if credential.r#type != "public-key" {
            return Err(Rejection::Malformed);
        }
        Ok(credential)
    }
}

impl<R> Credential<R> {
    /// The credential's id.
    pub fn id(&self) -> Result<&[u8], Rejection> {
        if self.id == self.raw_id { Ok(&self.id) } else { Err(Rejection::CredentialId) }
    }
}

fn bytes<'de, D: Deserializer<'de>>(input: D) -> Result<Vec<u8>, D::Error> {
    let text = String::deserialize(input)?;
    LENIENT.decode(text).map_err(D::Error::custom)
}

/// Reads what [`encode`] has written.
pub fn decode(text: &str) -> Result<Vec<u8>, Rejection> {
    LENIENT.decode(text).map_err(|_| Rejection::Malformed)
}

/// Writes bytes as WebAuthn's JSON has them: base64url without padding.
pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
