//! Describes a stored hash for servers: its kind and parameters.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::stored::StoredHash;

/// A stored hash as servers with the scope `users.hashes` see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HashDescription {
    /// The kind: `hash` of a user.
    pub name: &'static str,
    /// Its parameters: `hashOptions` of a user.
    pub options: HashOptions,
    /// The hash in the form in which the Users API takes it: `password` of a user. With these options it can be
    /// imported again, here or by another server.
    pub password: String,
}

/// The parameters of each kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HashOptions {
    /// argon2id or argon2i.
    Argon2 {
        /// Memory in KiB.
        memory_cost: u32,
        /// Passes over the memory.
        time_cost: u32,
        /// Lanes.
        threads: u32,
    },
    /// bcrypt.
    Bcrypt {
        /// The base 2 logarithm of the rounds.
        cost: u32,
    },
    /// MD5.
    Md5,
    /// A member of the SHA family.
    Sha {
        /// Its name, such as `sha256`.
        version: &'static str,
    },
    /// A portable hash of `PHPass`.
    Phpass {
        /// The base 2 logarithm of the rounds.
        iteration_count_log2: u32,
    },
    /// scrypt.
    Scrypt {
        /// The salt.
        salt: String,
        /// N.
        cost_cpu: u64,
        /// r.
        cost_memory: u32,
        /// p.
        cost_parallel: u32,
        /// The length of the hash in bytes.
        length: usize,
    },
    /// Firebase's scrypt.
    ScryptModified {
        /// The salt in base64.
        salt: String,
        /// The separator in base64.
        salt_separator: String,
        /// A signer key of zeros, in base64. The project's key, a secret, isn't stored: what is stored is the
        /// hash that this key would have made.
        signer_key: String,
    },
}

/// Describes a stored hash. None if it is malformed, so that no password matches it.
pub fn describe(stored: &str) -> Option<HashDescription> {
    let hash = StoredHash::parse(stored).ok()?;
    let (options, password) = match &hash {
        StoredHash::Argon2(hash) => {
            let (memory_cost, time_cost, threads) =
                (hash.memory_kib(), hash.passes(), hash.lanes());
            (HashOptions::Argon2 { memory_cost, time_cost, threads }, hash.to_string())
        }
        StoredHash::Bcrypt(hash) => {
            (HashOptions::Bcrypt { cost: hash.log_rounds() }, hash.to_string())
        }
        StoredHash::Md5(hash) => (HashOptions::Md5, hash.hex()),
        StoredHash::Sha(hash) => (HashOptions::Sha { version: hash.version().name() }, hash.hex()),
        StoredHash::Phpass(hash) => {
            (HashOptions::Phpass { iteration_count_log2: hash.log_rounds() }, hash.to_string())
        }
        StoredHash::Scrypt(hash) => {
            let params = hash.params();
            let options = HashOptions::Scrypt {
                salt: hash.salt().to_owned(),
                cost_cpu: params.n(),
                cost_memory: params.r(),
                cost_parallel: params.p(),
                length: hash.digest().len(),
            };
            (options, hex::encode(hash.digest()))
        }
        StoredHash::FirebaseScrypt(hash) => {
            let options = HashOptions::ScryptModified {
                salt: STANDARD.encode(hash.salt()),
                salt_separator: STANDARD.encode(hash.separator()),
                signer_key: STANDARD.encode(vec![0; hash.keystream().len()]),
            };
            (options, STANDARD.encode(hash.keystream()))
        }
    };
    Some(HashDescription { name: options.name(), options, password })
}

impl HashOptions {
    /// The kind, which is also the options' `type`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Argon2 { .. } => "argon2",
            Self::Bcrypt { .. } => "bcrypt",
            Self::Md5 => "md5",
            Self::Sha { .. } => "sha",
            Self::Phpass { .. } => "phpass",
            Self::Scrypt { .. } => "scrypt",
            Self::ScryptModified { .. } => "scryptMod",
        }
    }

    /// The options on the wire. Those of argon2 have both spellings: SDKs read `memoryCost`, their servers send
    /// `memory_cost`.
    pub fn to_json(&self) -> Value {
        let name = self.name();
        match self {
            Self::Argon2 { memory_cost, time_cost, threads } => json!({
                "type": name, "memoryCost": memory_cost, "memory_cost": memory_cost,
                "timeCost": time_cost, "time_cost": time_cost, "threads": threads,
            }),
            Self::Bcrypt { cost } => json!({"type": name, "cost": cost}),
            Self::Md5 => json!({"type": name}),
            Self::Sha { version } => json!({"type": name, "version": version}),
            Self::Phpass { iteration_count_log2 } => json!({
                "type": name, "iteration_count_log2": iteration_count_log2, "portable_hashes": true,
            }),
            Self::Scrypt { salt, cost_cpu, cost_memory, cost_parallel, length } => json!({
                "type": name, "salt": salt, "costCpu": cost_cpu, "costMemory": cost_memory,
                "costParallel": cost_parallel, "length": length,
            }),
            Self::ScryptModified { salt, salt_separator, signer_key } => json!({
                "type": name, "salt": salt, "saltSeparator": salt_separator,
                "signerKey": signer_key,
            }),
        }
    }
}

#[cfg(test)]
mod tests;
