//! Hashes of passwords, as other systems have stored them.

use serde::Deserialize;

use crate::crypto::password_hash::{ScryptArguments, StoredHash};
use crate::error::Result;

/// A hash and its parameters, named like the arguments of `usersCreateBcryptUser` and the other six.
#[derive(Debug, Deserialize)]
#[serde(
    tag = "type",
    expecting = "an object with `type` and the arguments of that kind of hash",
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
pub(super) enum ForeignHash {
    /// Argon2i or argon2id.
    Argon2 { password: String },
    /// Bcrypt.
    Bcrypt { password: String },
    /// MD5, without a salt.
    Md5 { password: String },
    /// The portable hashes of `PHPass`.
    Phpass { password: String },
    /// Scrypt.
    Scrypt {
        password: String,
        password_salt: String,
        password_cpu: i32,
        password_memory: i32,
        password_parallel: i32,
        password_length: i32,
    },
    /// Firebase's scrypt.
    ScryptModified {
        password: String,
        password_salt: String,
        password_salt_separator: String,
        password_signer_key: String,
    },
    /// One of the SHA family, without a salt.
    Sha { password: String, password_version: Option<String> },
}

impl ForeignHash {
    /// Checks the hash.
    pub(super) fn read(&self) -> Result<StoredHash> {
        match self {
            Self::Argon2 { password } => StoredHash::argon2(password),
            Self::Bcrypt { password } => StoredHash::bcrypt(password),
            Self::Md5 { password } => StoredHash::md5(password),
            Self::Phpass { password } => StoredHash::phpass(password),
            Self::Scrypt {
                password,
                password_salt: salt,
                password_cpu: cpu,
                password_memory: memory,
                password_parallel: parallel,
                password_length: length,
            } => StoredHash::scrypt(
                password,
                ScryptArguments {
                    salt,
                    cpu: *cpu,
                    memory: *memory,
                    parallel: *parallel,
                    length: *length,
                },
            ),
            Self::ScryptModified {
                password,
                password_salt,
                password_salt_separator,
                password_signer_key,
            } => StoredHash::firebase_scrypt(
                password,
                password_salt,
                password_salt_separator,
                password_signer_key,
            ),
            Self::Sha { password, password_version } => {
                StoredHash::sha(password, password_version.as_deref())
            }
        }
    }
}
