//! scrypt.

use std::fmt;
use std::ops::RangeInclusive;

use scrypt::{Params, scrypt};
use subtle::ConstantTimeEq as _;

use super::{Cost, Malformed, base64_field, base64_text, decimal};

/// The upper bound of N × r: 256 MiB.
const MAX_MEMORY: u64 = 1 << 21;
/// The upper bound of N × r × p: about three seconds.
const MAX_WORK: u64 = 1 << 23;
/// The upper bound of r × p: the blocks that are made before and after.
const MAX_BLOCKS: u64 = 1 << 10;
/// The lengths of a salt in bytes: 128 characters have up to 512.
const SALTS: RangeInclusive<usize> = 1..=512;
/// The lengths of a digest in bytes.
pub(in super::super) const DIGESTS: RangeInclusive<usize> = 16..=128;

/// The cost of scrypt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct ScryptParams {
    log_n: u8,
    r: u32,
    p: u32,
}

/// A hash of scrypt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScryptHash {
    params: ScryptParams,
    salt: String,
    digest: Vec<u8>,
}

impl ScryptParams {
    /// The base 2 logarithm of N, the block size, and the parallelism.
    pub(in super::super) fn new(log_n: u8, r: u32, p: u32) -> Result<Self, Malformed> {
        let n = 1_u64.checked_shl(log_n.into()).unwrap_or(u64::MAX);
        let memory = n.saturating_mul(r.into());
        if memory > MAX_MEMORY {
            return Err(Malformed(
                "is too expensive: N × r may be at most 2097152, which is 256 MiB.",
            ));
        }
        if memory.saturating_mul(p.into()) > MAX_WORK {
            return Err(Malformed("is too expensive: N × r × p may be at most 8388608."));
        }
        if u64::from(r).saturating_mul(p.into()) > MAX_BLOCKS {
            return Err(Malformed("is too expensive: r × p may be at most 1024."));
        }
        Params::new(log_n, r, p)
            .ok()
            .filter(|_| log_n > 0)
            .map(|_| Self { log_n, r, p })
            .ok_or(Malformed("has parameters that scrypt doesn't allow."))
    }

    /// Reads `ln=14,r=8,p=1`.
    pub(super) fn parse(text: &str) -> Result<Self, Malformed> {
        let malformed = Malformed("must have the parameters `ln=…,r=…,p=…`.");
        let mut fields = text.split(',');
        let mut field = |name| {
            let field = fields.next().and_then(|field| field.strip_prefix(name));
            field.and_then(decimal).ok_or(malformed)
        };
        let (log_n, r, p) = (field("ln=")?, field("r=")?, field("p=")?);
        if fields.next().is_some() {
            return Err(malformed);
        }
        Self::new(u8::try_from(log_n).map_err(|_| malformed)?, r, p)
    }

    /// Derives as many bytes as `key` has.
    pub(super) fn derive(self, password: &[u8], salt: &[u8], key: &mut [u8]) -> bool {
        let params = Params::new(self.log_n, self.r, self.p);
        params.is_ok_and(|params| scrypt(password, salt, &params, key).is_ok())
    }

    /// N.
    pub(in super::super) fn n(self) -> u64 {
        1_u64.checked_shl(self.log_n.into()).unwrap_or(u64::MAX)
    }

    /// The block size.
    pub(in super::super) fn r(self) -> u32 {
        self.r
    }

    /// The parallelism.
    pub(in super::super) fn p(self) -> u32 {
        self.p
    }

    /// A block of 128 bytes takes about a third of a microsecond.
    pub(super) fn cost(self) -> Cost {
        let blocks = self.n().saturating_mul(self.r.into());
        Cost { micros: blocks.saturating_mul(self.p.into()) / 3, memory_kib: blocks / 8 }
    }
}

impl ScryptHash {
    /// Reads `ln=14,r=8,p=1$SALT$HASH`.
    pub(super) fn parse(fields: &str) -> Result<Self, Malformed> {
        let malformed = Malformed("must be `$scrypt$ln=…,r=…,p=…$`, the salt, `$`, and the hash.");
        let (params, fields) = fields.split_once('$').ok_or(malformed)?;
        let (salt, digest) = fields.split_once('$').ok_or(malformed)?;
        let salt = String::from_utf8(base64_field(salt, SALTS)?).map_err(|_| malformed)?;
        let (params, digest) = (ScryptParams::parse(params)?, base64_field(digest, DIGESTS)?);
        Ok(Self { params, salt, digest })
    }

    /// A hash of the parts that were checked.
    pub(in super::super) fn new(params: ScryptParams, salt: &str, digest: Vec<u8>) -> Self {
        Self { params, salt: salt.to_owned(), digest }
    }

    pub(super) fn matches(&self, password: &[u8]) -> bool {
        let mut digest = vec![0; self.digest.len()];
        self.params.derive(password, self.salt.as_bytes(), &mut digest)
            && digest.ct_eq(&self.digest).into()
    }

    /// The parameters.
    pub(in super::super) fn params(&self) -> ScryptParams {
        self.params
    }

    /// The salt, whose bytes go into the hash.
    pub(in super::super) fn salt(&self) -> &str {
        &self.salt
    }

    /// The digest.
    pub(in super::super) fn digest(&self) -> &[u8] {
        &self.digest
    }
}

impl fmt::Display for ScryptParams {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ln={},r={},p={}", self.log_n, self.r, self.p)
    }
}

impl fmt::Display for ScryptHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (salt, digest) = (base64_text(self.salt.as_bytes()), base64_text(&self.digest));
        write!(f, "$scrypt${}${salt}${digest}", self.params)
    }
}
