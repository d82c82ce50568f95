//! Tests of the gate: who waits, who is refused, and how many run at once.

use tokio::sync::oneshot;
use tokio::task::JoinSet;

use super::*;

fn gate(concurrent: usize) -> Arc<Gate> {
    Arc::new(Gate::new(Some(concurrent), 64).unwrap())
}

/// AV-1: where hashes take long, nobody waits in vain: who would wait too long is refused at once.
#[tokio::test]
async fn a_wait_in_vain_is_refused_at_once() {
    let gate = gate(1);
    for _ in 0..40 {
        gate.durations.add(Duration::from_secs(2));
    }
    let free = gate.enqueue().unwrap();
    drop(free);
    let held = gate.block().await.unwrap();
    let first = gate.enqueue().unwrap();
    assert!(matches!(gate.enqueue(), Err(Error::GeneralServerBusy)));
    drop((first, held));

    // Hashes are quick again, which the average learns.
    for _ in 0..80 {
        gate.durations.add(Duration::from_millis(1));
    }
    let held = gate.block().await.unwrap();
    let slots: Vec<_> = (0..64).map(|_| gate.enqueue().unwrap()).collect();
    assert_eq!(gate.waiting(), slots.len());
    drop(held);
}

/// AV-1: a hash has a lower priority than requests, and no other thread has the hash's.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn hashes_have_a_low_priority() {
    let priority = || rustix::process::getpriority_process(None).unwrap();
    let before = priority();
    let gate = gate(1);

    let of_hash = gate.run(gate.enqueue().unwrap(), Speed::Usual, priority).await.unwrap();
    let of_blocking_thread = tokio::task::spawn_blocking(priority).await.unwrap();

    assert_eq!(of_hash, (before + 10).min(19));
    assert_eq!((of_blocking_thread, priority()), (before, before));
}

/// A hash that panics is an error, and the next one runs.
#[tokio::test]
async fn a_panic_is_an_error() {
    let gate = gate(1);

    let ran = gate.run(gate.enqueue().unwrap(), Speed::Usual, || panic!("for the test")).await;

    assert!(matches!(ran, Err::<(), _>(Error::Internal(_))));
    gate.run(gate.enqueue().unwrap(), Speed::Usual, || ()).await.unwrap();
}

/// PW-5: 64 wait, the others are refused at once; a caller who leaves makes room.
#[tokio::test]
async fn the_queue_is_bounded() {
    let gate = gate(1);
    let held = gate.block().await.unwrap();
    let mut callers = JoinSet::new();
    for _ in 0..200 {
        let gate = gate.clone();
        callers.spawn(async move { gate.run(gate.enqueue()?, Speed::Usual, || ()).await });
    }
    for _ in 0..136 {
        let ran = callers.join_next().await.unwrap().unwrap();
        assert!(matches!(ran, Err(Error::GeneralServerBusy)));
    }
    assert_eq!(gate.waiting(), 64);
    assert_eq!(gate.hashes(), 0);

    callers.abort_all();
    while callers.join_next().await.is_some() {}

    assert_eq!(gate.waiting(), 0);
    drop(held);
    gate.run(gate.enqueue().unwrap(), Speed::Usual, || ()).await.unwrap();
}

/// PW-5: of many at once as many are computed as there are permits, and no more.
#[tokio::test(flavor = "multi_thread")]
async fn as_many_run_at_once_as_are_permitted() {
    assert_eq!(peak_of(3, Speed::Usual).await, 3);
}

/// AV-1: slow hashes leave half of the permits to the others; of a single one they leave nothing.
#[tokio::test(flavor = "multi_thread")]
async fn slow_hashes_leave_room() {
    assert_eq!(peak_of(4, Speed::Slow).await, 2);
    assert_eq!(peak_of(1, Speed::Slow).await, 1);

    let gate = gate(2);
    let (release, held) = oneshot::channel::<()>();
    let slow = tokio::spawn({
        let gate = gate.clone();
        async move {
            let queued = gate.enqueue().unwrap();
            gate.run(queued, Speed::Slow, || held.blocking_recv()).await.unwrap()
        }
    });
    while gate.hashes() == 0 {
        tokio::task::yield_now().await;
    }
    let second = gate.run(gate.enqueue().unwrap(), Speed::Slow, || ()).await;
    assert!(matches!(second, Err(Error::GeneralServerBusy)));
    gate.run(gate.enqueue().unwrap(), Speed::Usual, || ()).await.unwrap();
    release.send(()).unwrap();
    slow.await.unwrap().unwrap();
}

/// AV-1: a flood of sign-ins whose hashes are slow fills a queue of its own, and refuses nobody else.
#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_slow_hashes_refuses_only_slow_ones() {
    let gate = gate(2);
    let (release, held) = oneshot::channel::<()>();
    let mut slow = JoinSet::new();
    let queued = gate.enqueue().unwrap();
    let running = gate.clone();
    slow.spawn(
        async move { running.run(queued, Speed::Slow, || held.blocking_recv().unwrap()).await },
    );
    while gate.hashes() == 0 {
        tokio::task::yield_now().await;
    }
    for _ in 0..100 {
        let gate = gate.clone();
        slow.spawn(async move { gate.run(gate.enqueue()?, Speed::Slow, || ()).await });
    }
    for _ in 0..92 {
        let refused = slow.join_next().await.unwrap().unwrap();
        assert!(matches!(refused, Err(Error::GeneralServerBusy)));
    }
    assert_eq!(gate.waiting(), 8);

    let usual = (0..64).map(|_| gate.enqueue().unwrap());
    assert_eq!(usual.collect::<Vec<_>>().len(), 64);
    gate.run(gate.enqueue().unwrap(), Speed::Usual, || ()).await.unwrap();

    release.send(()).unwrap();
    while slow.join_next().await.is_some() {}
    assert_eq!(gate.waiting(), 0);
}

/// AV-1: how long slow hashes take says nothing of how long others wait, so after a slow import nobody is refused.
#[tokio::test]
async fn slow_hashes_do_not_count_in_the_expected_wait() {
    let gate = gate(1);
    let take = async |speed| {
        let sleep = || std::thread::sleep(Duration::from_millis(2));
        gate.run(gate.enqueue().unwrap(), speed, sleep).await.unwrap();
        gate.durations.micros()
    };

    assert_eq!(take(Speed::Slow).await, 0);
    let usual = take(Speed::Usual).await;
    assert!(usual >= 2_000);
    assert_eq!(take(Speed::Slow).await, usual);
}

/// PW-5: a sign-in that has waited a second is refused, and makes room.
#[tokio::test]
async fn nobody_waits_for_long() {
    let gate = gate(1);
    let _held = gate.block().await.unwrap();

    let ran = gate.run(gate.enqueue().unwrap(), Speed::Usual, || ()).await;

    assert!(matches!(ran, Err(Error::GeneralServerBusy)));
    assert_eq!((gate.waiting(), gate.hashes()), (0, 0));
}

/// How many of many run at once.
async fn peak_of(concurrent: usize, speed: Speed) -> u64 {
    let gate = gate(concurrent);
    let (running, peak) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let mut callers = JoinSet::new();
    for _ in 0..8 {
        let (gate, running, peak) = (gate.clone(), running.clone(), peak.clone());
        callers.spawn(async move {
            let queued = gate.enqueue().unwrap();
            gate.run(queued, speed, move || {
                let before = running.fetch_add(1, Ordering::SeqCst);
                peak.fetch_max(before.saturating_add(1), Ordering::SeqCst);
                std::thread::sleep(Duration::from_millis(5));
                running.fetch_sub(1, Ordering::SeqCst);
            })
            .await
        });
    }
    assert!(callers.join_all().await.iter().all(Result::is_ok));
    peak.load(Ordering::SeqCst)
}
