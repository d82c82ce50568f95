//! Tests of hashing: what is judged, what it costs, what is replaced.

use super::*;

fn hasher(memory_kib: u32, iterations: u32) -> PasswordHasher {
    let config = config::password::Password {
        memory_kib,
        iterations,
        parallelism: 1,
        concurrent: Some(1),
        queue: 64,
    };
    PasswordHasher::new(&config).unwrap()
}

fn password(text: &str) -> Password {
    Password::presented(text).unwrap()
}

async fn sign_in(hasher: &PasswordHasher, text: &str, stored: &str) -> Verified {
    let slot = hasher.enqueue().unwrap();
    hasher.verify_and_renew(slot, &password(text), Some(stored), [9; 16]).await.unwrap()
}

/// PW-1: argon2id in PHC form; hashes with other parameters are replaced, poisoned ones are not run.
#[tokio::test]
async fn stored_hashes_are_judged_by_their_cost() {
    let (weak, strong) = (hasher(8, 1), hasher(16, 2));
    let right = password("correct horse");
    let stored = strong.hash(&right, [7; 16]).await.unwrap();
    assert!(stored.starts_with("$argon2id$v=19$m=16,t=2,p=1$"), "{stored}");
    let weakly = weak.hash(&right, [7; 16]).await.unwrap();

    assert_eq!(sign_in(&strong, "correct horse", &stored).await, Verified::Right);
    for (hasher, other) in [(&strong, &weakly), (&weak, &stored)] {
        let Verified::Outdated { replacement } = sign_in(hasher, "correct horse", other).await
        else {
            panic!("{other} has other parameters");
        };
        assert_eq!(sign_in(hasher, "correct horse", &replacement).await, Verified::Right);
        assert_eq!(sign_in(hasher, "nope", other).await, Verified::Wrong);
    }
    for poisoned in ["m=1073741824,t=2,p=1", "m=16,t=11,p=1", "m=256,t=2,p=9"] {
        let poisoned = stored.replace("m=16,t=2,p=1", poisoned);
        assert_eq!(sign_in(&strong, "correct horse", &poisoned).await, Verified::Wrong);
    }
}

/// PW-1: also one with our parameters, but a shorter salt or digest, isn't ours.
#[tokio::test]
async fn a_shorter_hash_is_replaced() {
    let hasher = hasher(256, 2);
    // A vector of the reference implementation: its salt has 8 bytes.
    let stored =
        "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";

    let verified = sign_in(&hasher, "password", stored).await;

    assert!(matches!(verified, Verified::Outdated { .. }), "{verified:?}");
}

/// A hash of another system is of what was typed, and replaced by one of the normal form.
#[tokio::test]
async fn other_systems_have_hashed_what_was_typed() {
    let hasher = hasher(8, 1);
    let typed = "cafe\u{301} noir";
    let stored = format!("$sha$v=sha256${}", crate::crypto::sha256_hex(typed));

    assert_eq!(sign_in(&hasher, "caf\u{e9} noir", &stored).await, Verified::Wrong);
    let Verified::Outdated { replacement } = sign_in(&hasher, typed, &stored).await else {
        panic!("the password is right");
    };
    for spelling in [typed, "caf\u{e9} noir"] {
        assert_eq!(sign_in(&hasher, spelling, &replacement).await, Verified::Right);
    }
}

/// PW-3: no byte is ignored, whatever its position.
#[tokio::test]
async fn passwords_are_not_cut() {
    let hasher = hasher(8, 1);
    let long = "x".repeat(256);
    let stored = hasher.hash(&password(&long), [1; 16]).await.unwrap();
    for position in [73, 129, 256] {
        let mut other = long.clone();
        other.replace_range(position - 1..position, "y");
        assert!(!hasher.verify(&password(&other), Some(&stored)).await.unwrap(), "byte {position}");
    }
    let with_nul = hasher.hash(&password("correct\0horse"), [1; 16]).await.unwrap();
    assert!(!hasher.verify(&password("correct\0house"), Some(&with_nul)).await.unwrap());
}

/// EN-4: without a readable hash, or with one of another system, a call costs one turn all the same.
#[tokio::test]
async fn every_attempt_costs_one_hash() {
    let hasher = hasher(8, 1);
    for stored in [
        None,
        Some("garbage"),
        Some("$argon2i$v=19$m=8,t=1,p=1$YWFhYWFhYWE$YWFhYWFhYWFhYWFhYWE"),
        Some("$argon2id$v=19$m=8,t=1,p=1$YWFhYWFhYWE"),
        Some("$argon2id$v=19$m=8,t=1,p=1$YWFhYQ$YWFhYWFhYWFhYWFhYWE"),
        Some("$argon2id$v=20$m=8,t=1,p=1$YWFhYWFhYWE$YWFhYWFhYWFhYWFhYWE"),
        Some("$md5$00000000000000000000000000000000"),
        Some("$2b$04$EGdrhbKUv8Oc9vGiXX0HQOxSg445d458Muh7DAHskb6QbtCvdxcie"),
    ] {
        let before = hasher.hashes();
        assert!(!hasher.verify(&password("x"), stored).await.unwrap());
        assert_eq!(hasher.hashes(), before + 1);
    }
}
