//! Secrets: the server's keys, encryption, passwords, JWTs, and the secrets of sessions, links and codes.

pub mod encrypter;
pub mod jwt;
pub mod keys;
pub mod one_time_secret;
pub mod password;
pub mod password_hash;
pub mod recovery_code;
pub mod session_secret;
pub mod totp;
pub mod webauthn;

use sha2::{Digest, Sha256};

/// SHA-256 in lower-case hexadecimal digits.
pub fn sha256_hex(bytes: impl AsRef<[u8]>) -> String {
    hex::encode(Sha256::digest(bytes))
}
