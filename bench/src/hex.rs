//! Hashes as the database keeps them.

use std::fmt::Write;

use sha2::{Digest, Sha256};

/// The SHA-256 of a text or of bytes, in hexadecimal digits.
pub fn sha256(text: impl AsRef<[u8]>) -> String {
    encode(&Sha256::digest(text.as_ref()))
}

/// Hexadecimal digits.
pub fn encode(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing to a text can't fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
