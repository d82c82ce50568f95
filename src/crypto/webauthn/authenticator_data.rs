//! The authenticator's data: flags, counter, and a new credential.

use coset::cbor::Value;
use sha2::{Digest, Sha256};

use super::{Rejection, State};

/// The flags, section 6.1 of the standard.
const USER_PRESENT: u8 = 0x01;
const USER_VERIFIED: u8 = 0x04;
const BACKUP_ELIGIBLE: u8 = 0x08;
const BACKED_UP: u8 = 0x10;
const HAS_CREDENTIAL: u8 = 0x40;
const HAS_EXTENSIONS: u8 = 0x80;

/// The authenticator's data, read.
pub(super) struct AuthenticatorData {
    rp_id_hash: [u8; 32],
    flags: u8,
    sign_count: u32,
    /// The new credential, if there is one.
    pub(super) attested: Option<Attested>,
}

/// A new credential.
pub(super) struct Attested {
    pub(super) aaguid: [u8; 16],
    pub(super) id: Vec<u8>,
    /// In COSE.
    pub(super) public_key: Vec<u8>,
}

impl AuthenticatorData {
    /// Reads the data to its last byte.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, Rejection> {
        let mut rest = bytes;
        let rp_id_hash = *take(&mut rest)?;
        let [flags] = *take(&mut rest)?;
        let sign_count = u32::from_be_bytes(*take(&mut rest)?);
        let has = |flag| flags & flag != 0;
        let attested = if has(HAS_CREDENTIAL) { Some(Attested::read(&mut rest)?) } else { None };
        if has(HAS_EXTENSIONS) && !matches!(read_cbor(&mut rest)?.0, Value::Map(_)) {
            return Err(Rejection::Malformed);
        }
        if !rest.is_empty() {
            return Err(Rejection::Malformed);
        }
        Ok(Self { rp_id_hash, flags, sign_count, attested })
    }

    /// Checks that the user was present and verified, for the relying party `rp_id`.
    pub(super) fn check(&self, rp_id: &str) -> Result<State, Rejection> {
        let has = |flag| self.flags & flag != 0;
        if self.rp_id_hash.as_slice() != Sha256::digest(rp_id).as_slice() {
            return Err(Rejection::RpId);
        }
        if !has(USER_PRESENT) {
            return Err(Rejection::UserPresence);
        }
        if !has(USER_VERIFIED) {
            return Err(Rejection::UserVerification);
        }
        let (backup_eligible, backed_up) = (has(BACKUP_ELIGIBLE), has(BACKED_UP));
        if backed_up && !backup_eligible {
            return Err(Rejection::BackupState);
        }
        Ok(State { sign_count: self.sign_count, backup_eligible, backed_up })
    }
}

impl Attested {
    fn read(rest: &mut &[u8]) -> Result<Self, Rejection> {
        let aaguid = *take(rest)?;
        let length = u16::from_be_bytes(*take(rest)?);
        let (id, behind) = rest.split_at_checked(length.into()).ok_or(Rejection::Malformed)?;
        *rest = behind;
        let (_, public_key) = read_cbor(rest)?;
        Ok(Self { aaguid, id: id.to_owned(), public_key: public_key.to_owned() })
    }
}

/// Takes `N` bytes.
fn take<'a, const N: usize>(rest: &mut &'a [u8]) -> Result<&'a [u8; N], Rejection> {
    let (taken, behind) = rest.split_first_chunk().ok_or(Rejection::Malformed)?;
    *rest = behind;
    Ok(taken)
}

/// Takes one value, and returns it with its bytes.
fn read_cbor<'a>(rest: &mut &'a [u8]) -> Result<(Value, &'a [u8]), Rejection> {
    let before = *rest;
    let value = ciborium::from_reader(&mut *rest).map_err(|_| Rejection::Malformed)?;
    let length = before.len().checked_sub(rest.len()).ok_or(Rejection::Malformed)?;
    let (bytes, _) = before.split_at_checked(length).ok_or(Rejection::Malformed)?;
    Ok((value, bytes))
}
