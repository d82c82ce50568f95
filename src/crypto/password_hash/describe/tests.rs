//! Tests of descriptions.

use super::*;
use crate::crypto::password_hash::ScryptArguments;

#[test]
fn options_are_those_of_the_hash() {
    for (stored, name, options) in [
        (
            "$argon2i$v=19$m=20,t=3,p=2$YXBwd3JpdGU$A/54i238ed09ZR4NwlACU5XnkjNBZU9QeOEuhjLiexI",
            "argon2",
            json!({"type": "argon2", "memoryCost": 20, "memory_cost": 20, "timeCost": 3, "time_cost": 3, "threads": 2}),
        ),
        (
            "$2a$06$If6bvum7DFjUnE9p2uDeDu0YHzrHM6tf.iqN8.yx.jNN1ILEf7h0i",
            "bcrypt",
            json!({"type": "bcrypt", "cost": 6}),
        ),
        ("$md5$f96b697d7cb7938d525a2f31aaf161d0", "md5", json!({"type": "md5"})),
        (
            "$sha$v=sha1$a9993e364706816aba3e25717850c26c9cd0d89d",
            "sha",
            json!({"type": "sha", "version": "sha1"}),
        ),
        (
            "$P$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0",
            "phpass",
            json!({"type": "phpass", "iteration_count_log2": 11, "portable_hashes": true}),
        ),
        (
            "$scrypt$ln=10,r=8,p=16$TmFDbA$YWFhYWFhYWFhYWFhYWFhYQ",
            "scrypt",
            json!({"type": "scrypt", "salt": "NaCl", "costCpu": 1024, "costMemory": 8, "costParallel": 16, "length": 16}),
        ),
        (
            "$firebase-scrypt$ln=14,r=8,p=1$TmFDbA$Bw$YWFhYWFhYWFhYWFhYWFhYQ",
            "scryptMod",
            json!({"type": "scryptMod", "salt": "TmFDbA==", "saltSeparator": "Bw==", "signerKey": "AAAAAAAAAAAAAAAAAAAAAA=="}),
        ),
    ] {
        let description = describe(stored).unwrap();

        assert_eq!(description.name, name);
        assert_eq!(description.options.to_json(), options);
        assert_eq!(import(&description).to_string(), stored);
    }
    assert_eq!(
        describe("$argon2id$v=19$m=1073741824,t=2,p=1$YXBwd3JpdGU$YWFhYWFhYWFhYWFhYWFhYQ"),
        None
    );
}

/// Imports a hash as it was described.
fn import(described: &HashDescription) -> StoredHash {
    let password = &described.password;
    let imported = match &described.options {
        HashOptions::Argon2 { .. } => StoredHash::argon2(password),
        HashOptions::Bcrypt { .. } => StoredHash::bcrypt(password),
        HashOptions::Md5 => StoredHash::md5(password),
        HashOptions::Sha { version } => StoredHash::sha(password, Some(version)),
        HashOptions::Phpass { .. } => StoredHash::phpass(password),
        HashOptions::Scrypt { salt, cost_cpu, cost_memory, cost_parallel, length } => {
            let arguments = ScryptArguments {
                salt,
                cpu: (*cost_cpu).try_into().unwrap(),
                memory: (*cost_memory).try_into().unwrap(),
                parallel: (*cost_parallel).try_into().unwrap(),
                length: (*length).try_into().unwrap(),
            };
            StoredHash::scrypt(password, arguments)
        }
        HashOptions::ScryptModified { salt, salt_separator, signer_key } => {
            StoredHash::firebase_scrypt(password, salt, salt_separator, signer_key)
        }
    };
    imported.unwrap()
}
