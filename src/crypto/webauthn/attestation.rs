//! The attestation object of a registration.
//!
//! Attestation is not asked for. Browsers then leave it out, except for one that the new key has signed itself, which
//! names no model.

use coset::cbor::Value;

use super::{PublicKey, Rejection};

/// An attestation object, read.
pub(super) struct Attestation {
    format: String,
    statement: Vec<(Value, Value)>,
    /// The authenticator's data.
    pub(super) auth_data: Vec<u8>,
}

impl Attestation {
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, Rejection> {
        let mut rest = bytes;
        let object: Value = ciborium::from_reader(&mut rest).map_err(|_| Rejection::Malformed)?;
        let Value::Map(mut object) = object else { return Err(Rejection::Malformed) };
        let mut member = |name| {
            let at = object.iter().position(|(key, _)| key.as_text() == Some(name));
            at.map(|at| object.swap_remove(at).1).ok_or(Rejection::Malformed)
        };
        let (format, statement, data) = (member("fmt")?, member("attStmt")?, member("authData")?);
        match (rest, format, statement, data) {
            ([], Value::Text(format), Value::Map(statement), Value::Bytes(auth_data)) => {
                Ok(Self { format, statement, auth_data })
            }
            _ => Err(Rejection::Malformed),
        }
    }

    /// Checks that there is none, or that it was `signed` by the new key.
    pub(super) fn check(&self, key: &PublicKey, signed: &[u8]) -> Result<(), Rejection> {
        match self.format.as_str() {
            "none" if self.statement.is_empty() => Ok(()),
            "packed" if self.member("x5c").is_none() => {
                let algorithm = self.member("alg").and_then(Value::as_integer);
                if algorithm != Some(key.algorithm().id().into()) {
                    return Err(Rejection::Attestation);
                }
                let signature = self.member("sig").and_then(Value::as_bytes);
                let signature = signature.ok_or(Rejection::Attestation)?;
                key.verify(signed, signature).map_err(|_| Rejection::Attestation)
            }
            _ => Err(Rejection::Attestation),
        }
    }

    fn member(&self, name: &str) -> Option<&Value> {
        let found = self.statement.iter().find(|(key, _)| key.as_text() == Some(name));
        found.map(|(_, value)| value)
    }
}
