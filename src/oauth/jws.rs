//! Signed tokens (RFC 7515): splitting them, and signing with ES256.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::Value;

use super::answer::{Answer, Unusable, quote_text, text_of};
use super::keys::{Algorithm, KeySet};

const PLACE: &str = "ID token";
const HEADER: &str = "header of the ID token";

/// A token with an unverified signature.
pub(super) struct Jws<'a> {
    algorithm: Algorithm,
    key_id: Option<String>,
    /// The signed part.
    message: &'a str,
    payload: Vec<u8>,
    signature: Vec<u8>,
}

impl<'a> Jws<'a> {
    /// Splits a token. Fails if it has no asymmetric algorithm, is no JWT, or has unknown critical headers.
    pub(super) fn parse(token: &'a str) -> Result<Self, Unusable> {
        let form = || Unusable::new(PLACE, "not three parts of base64url, expected a signed JWT");
        let (message, signature) = token.rsplit_once('.').ok_or_else(form)?;
        let (header, payload) = message.split_once('.').ok_or_else(form)?;
        if payload.contains('.') {
            return Err(Unusable::new(
                PLACE,
                "it has more than three parts, expected a JWT that is signed and not encrypted",
            ));
        }
        let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| form());
        let header = Answer::read(HEADER, &decode(header)?)?;
        let algorithm = header.text("alg").and_then(Algorithm::named);
        let algorithm = algorithm.ok_or_else(|| {
            header.refuse_value(
                "alg",
                &"one of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384 and EdDSA",
            )
        })?;
        if header.get("typ").is_some_and(|kind| !is_jwt(kind)) {
            return Err(header.refuse_value("typ", &"\"JWT\""));
        }
        if header.get("crit").is_some() {
            return Err(header.refuse_value("crit", &"none"));
        }
        Ok(Self {
            algorithm,
            key_id: header.get("kid").and_then(text_of),
            message,
            payload: decode(payload)?,
            signature: decode(signature)?,
        })
    }

    /// The signed text. One signature may be written in several ways; this can't.
    pub(super) fn message(&self) -> &str {
        self.message
    }

    /// The payload, if it is signed by one of `keys`.
    pub(super) fn verified(&self, keys: &KeySet) -> Result<&[u8], Unusable> {
        let message = self.message.as_bytes();
        let id = self.key_id.as_deref();
        if keys.have_signed(message, &self.signature, self.algorithm, id) {
            return Ok(&self.payload);
        }
        let id =
            id.map_or_else(|| "without `kid`".to_owned(), |id| format!("`kid` {}", quote_text(id)));
        let (algorithm, count) = (self.algorithm, keys.len());
        let problem = format!(
            "its signature ({algorithm:?}, {id}) fits none of the provider's {count} usable keys"
        );
        Err(Unusable::new(PLACE, problem))
    }
}

fn is_jwt(kind: &Value) -> bool {
    kind.as_str().is_some_and(|kind| kind.eq_ignore_ascii_case("jwt"))
}

/// A token with `claims`, signed by ES256.
pub(crate) fn sign(key: &SigningKey, header: &Value, claims: &Value) -> String {
    let encode = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
    let message = format!("{}.{}", encode(header), encode(claims));
    let signature: Signature = key.sign(message.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
}
