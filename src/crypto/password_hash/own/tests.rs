//! Tests of what an attempt costs.

use super::*;

fn own(memory_kib: u32, iterations: u32) -> OwnHashes {
    let config = config::password::Password {
        memory_kib,
        iterations,
        parallelism: 1,
        concurrent: None,
        queue: 64,
    };
    OwnHashes::new(&config).unwrap()
}

/// EN-4: the dummy has the parameters and lengths of a new hash.
#[test]
fn the_dummy_looks_like_a_hash_of_today() {
    let own = own(16, 3);
    let stored = own.hash(&Password::presented("correct horse").unwrap(), [7; 16]).unwrap();
    let stored = PasswordHash::new(&stored).unwrap();
    let dummy = &own.dummy;

    assert_eq!(dummy.algorithm, stored.algorithm);
    assert_eq!(dummy.version, stored.version);
    assert_eq!(dummy.params, stored.params);
    let length = |hash: &PasswordHash| (hash.salt.map(|it| it.len()), hash.hash.map(|it| it.len()));
    assert_eq!(length(dummy), length(&stored));
    assert_eq!(own.argon2.verify_password(b"x", dummy), Err(HashError::PasswordInvalid));
}

/// EN-3: a cheaper hash leaves a rest of the usual time, which is computed; a more expensive one none.
#[test]
fn the_rest_of_the_usual_time_is_proportional() {
    let rest = |passed| remaining_memory(19_456, 40_000, Duration::from_micros(passed));

    assert_eq!(rest(0), 19_456);
    assert_eq!(rest(10_000), 14_592);
    assert_eq!(rest(39_999), 0);
    assert_eq!(rest(40_000), 0);
    assert_eq!(rest(2_000_000), 0);
    // Before the first hash nothing is known of the time.
    assert_eq!(remaining_memory(19_456, 0, Duration::from_millis(1)), 19_456);
}

/// AV-1: what costs more than four times as much as ours is slow, by time or by memory.
#[test]
fn slow_hashes_are_known_before_they_run() {
    let own = own(19_456, 2);
    for (stored, is_slow) in [
        ("$md5$00000000000000000000000000000000", false),
        ("$2b$11$EGdrhbKUv8Oc9vGiXX0HQOxSg445d458Muh7DAHskb6QbtCvdxcie", false),
        ("$2b$12$EGdrhbKUv8Oc9vGiXX0HQOxSg445d458Muh7DAHskb6QbtCvdxcie", true),
        ("$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$YWFhYWFhYWFhYWFhYWE", false),
        ("$argon2id$v=19$m=65536,t=4,p=1$c29tZXNhbHQ$YWFhYWFhYWFhYWFhYWE", true),
        ("$argon2id$v=19$m=131072,t=1,p=1$c29tZXNhbHQ$YWFhYWFhYWFhYWFhYWE", true),
    ] {
        assert_eq!(own.is_slow(&StoredHash::parse(stored).unwrap()), is_slow, "{stored}");
    }
}
