//! Tests of hashing: what is judged, what it costs, who waits.

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

/// PW-1: argon2id in PHC form; weaker hashes are found out, poisoned ones are not run.
#[tokio::test]
async fn stored_hashes_are_judged_by_their_cost() {
    let (weak, strong) = (hasher(8, 1), hasher(16, 2));
    let right = password("correct horse");
    let stored = strong.hash(&right, [7; 16]).await.unwrap();
    assert!(stored.starts_with("$argon2id$v=19$m=16,t=2,p=1$"), "{stored}");
    let weakly = weak.hash(&right, [7; 16]).await.unwrap();

    assert_eq!(strong.verify(&right, Some(&stored)).await.unwrap(), Verified::Right);
    assert_eq!(strong.verify(&right, Some(&weakly)).await.unwrap(), Verified::RightButWeak);
    assert_eq!(strong.verify(&password("nope"), Some(&stored)).await.unwrap(), Verified::Wrong);
    for poisoned in ["m=1073741824,t=2,p=1", "m=16,t=11,p=1", "m=256,t=2,p=9"] {
        let poisoned = stored.replace("m=16,t=2,p=1", poisoned);
        assert_eq!(strong.verify(&right, Some(&poisoned)).await.unwrap(), Verified::Wrong);
    }
}

/// PW-3: no byte is ignored, whatever its place.
#[tokio::test]
async fn passwords_are_not_cut() {
    let hasher = hasher(8, 1);
    let long = "x".repeat(256);
    let stored = hasher.hash(&password(&long), [1; 16]).await.unwrap();
    for place in [73, 129, 256] {
        let mut other = long.clone();
        other.replace_range(place - 1..place, "y");
        let verified = hasher.verify(&password(&other), Some(&stored)).await.unwrap();
        assert_eq!(verified, Verified::Wrong, "byte {place}");
    }
    let with_nul = hasher.hash(&password("correct\0horse"), [1; 16]).await.unwrap();
    let cut = hasher.verify(&password("correct\0house"), Some(&with_nul)).await.unwrap();
    assert_eq!(cut, Verified::Wrong);
}

/// EN-4: the dummy has the parameters and lengths of a new hash.
#[tokio::test]
async fn the_dummy_looks_like_a_hash_of_today() {
    let hasher = hasher(16, 3);
    let stored = hasher.hash(&password("correct horse"), [7; 16]).await.unwrap();
    let stored = PasswordHash::new(&stored).unwrap();
    let dummy = &hasher.0.dummy;

    assert_eq!(dummy.algorithm, stored.algorithm);
    assert_eq!(dummy.version, stored.version);
    assert_eq!(dummy.params, stored.params);
    let length = |hash: &PasswordHash| (hash.salt.map(|it| it.len()), hash.hash.map(|it| it.len()));
    assert_eq!(length(dummy), length(&stored));
    let verified = hasher.0.argon2.verify_password(b"x", dummy);
    assert_eq!(verified, Err(HashError::PasswordInvalid));
}

/// EN-4: without a stored hash a call costs one hash all the same.
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
    ] {
        let before = hasher.hashes();
        assert_eq!(hasher.verify(&password("x"), stored).await.unwrap(), Verified::Wrong);
        assert_eq!(hasher.hashes(), before + 1);
    }
}

/// AV-1: where hashes take long, nobody waits in vain: who would wait too long is refused at once.
#[tokio::test]
async fn a_wait_in_vain_is_refused_at_once() {
    let hasher = hasher(8, 1);
    for _ in 0..40 {
        hasher.0.note_time(Duration::from_secs(2));
    }
    let free = hasher.take_place().unwrap();
    drop(free);
    let held = hasher.block().await.unwrap();
    let first = hasher.take_place().unwrap();
    assert!(matches!(hasher.take_place(), Err(Error::GeneralServerBusy)));
    drop((first, held));

    // Hashes are quick again, which the average learns.
    for _ in 0..80 {
        hasher.0.note_time(Duration::from_millis(1));
    }
    let held = hasher.block().await.unwrap();
    let places: Vec<_> = (0..64).map(|_| hasher.take_place().unwrap()).collect();
    assert_eq!(hasher.waiting(), places.len());
    drop(held);
}

/// PW-5: 64 wait, the others are refused at once; a caller who leaves makes room.
#[tokio::test]
async fn the_queue_is_bounded() {
    let hasher = hasher(8, 1);
    let held = hasher.block().await.unwrap();
    let mut callers = tokio::task::JoinSet::new();
    for _ in 0..200 {
        let hasher = hasher.clone();
        callers.spawn(async move { hasher.verify(&password("x"), None).await });
    }
    for _ in 0..136 {
        let verified = callers.join_next().await.unwrap().unwrap();
        assert!(matches!(verified, Err(Error::GeneralServerBusy)));
    }
    assert_eq!(hasher.waiting(), 64);
    assert_eq!(hasher.hashes(), 0);

    callers.abort_all();
    while callers.join_next().await.is_some() {}

    assert_eq!(hasher.waiting(), 0);
    drop(held);
    assert_eq!(hasher.verify(&password("x"), None).await.unwrap(), Verified::Wrong);
}

/// PW-5: of many at once as many are computed as there are permits, and no more.
#[tokio::test(flavor = "multi_thread")]
async fn as_many_run_at_once_as_are_permitted() {
    let config = config::password::Password {
        memory_kib: 8,
        iterations: 1,
        parallelism: 1,
        concurrent: Some(3),
        queue: 64,
    };
    let hasher = PasswordHasher::new(&config).unwrap();
    let (running, peak) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let mut callers = tokio::task::JoinSet::new();
    for _ in 0..60 {
        let (hasher, running, peak) = (hasher.clone(), running.clone(), peak.clone());
        callers.spawn(async move {
            hasher
                .run(hasher.take_place().unwrap(), move |_| {
                    let now = running.fetch_add(1, Ordering::SeqCst) + 1;
                    peak.fetch_max(now, Ordering::SeqCst);
                    std::thread::sleep(Duration::from_millis(5));
                    running.fetch_sub(1, Ordering::SeqCst);
                })
                .await
        });
    }

    assert!(callers.join_all().await.iter().all(Result::is_ok));
    assert_eq!(peak.load(Ordering::SeqCst), 3);
}

/// PW-5: whoever has waited a second is refused, and makes room.
#[tokio::test]
async fn nobody_waits_for_long() {
    let hasher = hasher(8, 1);
    let _held = hasher.block().await.unwrap();

    let verified = hasher.verify(&password("x"), None).await;

    assert!(matches!(verified, Err(Error::GeneralServerBusy)));
    assert_eq!((hasher.waiting(), hasher.hashes()), (0, 0));
}
