//! Password hashes: what is read is written alike, and described so that it can be imported again.
#![no_main]

use accountd::crypto::password_hash::{describe, ScryptArguments, StoredHash};
use fuzz::{parts, within_limit};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &str| {
    if let Ok(hash) = within_limit(|| StoredHash::parse(input)) {
        assert_eq!(hash.to_string(), input);
    }
    let [password, salt, other] = parts(input);
    let number = |at: usize| salt.bytes().nth(at).map_or(0, i32::from);
    let cpu = 1_i32.checked_shl(number(0).unsigned_abs()).unwrap_or(0);
    let (memory, parallel, length) = (number(1), number(2), number(3));
    let imported = within_limit(|| {
        [
            StoredHash::argon2(password),
            StoredHash::bcrypt(password),
            StoredHash::md5(password),
            StoredHash::sha(password, Some(other).filter(|version| !version.is_empty())),
            StoredHash::phpass(password),
            StoredHash::scrypt(password, ScryptArguments { salt, cpu, memory, parallel, length }),
            StoredHash::firebase_scrypt(password, salt, "Bw==", other),
        ]
    });
    for hash in imported.into_iter().flatten() {
        let stored = hash.to_string();
        assert_eq!(StoredHash::parse(&stored).as_ref(), Ok(&hash), "{stored}");
        assert!(describe(&stored).is_some(), "{stored}");
    }
});
