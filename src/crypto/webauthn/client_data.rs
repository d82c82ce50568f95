//! The client's data: what the browser says about the page that asked.

use serde::Deserialize;

use super::{Expected, Rejection};

/// The ceremony that the page has begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ceremony {
    /// A new credential.
    Create,
    /// A signature.
    Get,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ClientData {
    r#type: String,
    challenge: String,
    origin: String,
    cross_origin: Option<bool>,
    top_origin: Option<String>,
}

/// Checks the client's data, as JSON, against what was expected.
pub(super) fn check(
    json: &[u8],
    ceremony: Ceremony,
    expected: Expected<'_>,
) -> Result<(), Rejection> {
    let data: ClientData = serde_json::from_slice(json).map_err(|_| Rejection::Malformed)?;
    let kind = match ceremony {
        Ceremony::Create => "webauthn.create",
        Ceremony::Get => "webauthn.get",
    };
    if data.r#type != kind {
        return Err(Rejection::Ceremony);
    }
    if data.challenge != expected.challenge {
        return Err(Rejection::Challenge);
    }
    if !expected.settings.has_origin(&data.origin, expected.platforms) {
        return Err(Rejection::Origin);
    }
    if data.cross_origin == Some(true) || data.top_origin.is_some() {
        return Err(Rejection::CrossOrigin);
    }
    Ok(())
}
