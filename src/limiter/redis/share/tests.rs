//! The arithmetic of shares.

use std::time::Duration;

use proptest::prelude::*;

use super::*;

const HOUR: Duration = Duration::from_hours(1);
const NOON: Timestamp = Timestamp::from_millis(1_795_435_200_000);

fn claim(key: u64, limit: u32) -> Claim {
    Claim { key: format!("{key:016x}{key:016x}"), limit, window: HOUR }
}

fn standing(left: u32, since: Timestamp) -> Standing {
    Standing { left, room_at: since + HOUR, until: since + HOUR }
}

/// A call at noon, in the first epoch.
fn first(call: u64) -> Attempt {
    Attempt { call, epoch: 1, now: NOON }
}

/// How many of a few calls are granted.
fn grants(share: &Share, claim: &Claim, epoch: u32, now: Timestamp) -> usize {
    let claims = std::slice::from_ref(claim);
    let call = |n| {
        share
            .grant(claims, Attempt { call: n, epoch, now })
            .is_some_and(|decision| decision.allowed)
    };
    (0..50).filter(|n| call(*n)).count()
}

proptest! {
    /// RL-9: for all limits and numbers of instances, the parts of what is left are at most two more than that.
    #[test]
    fn the_parts_are_at_most_two_more(left in 0_u32..5_000, instances in 1_u32..200) {
        let parts = part(left, instances).saturating_mul(instances);

        prop_assert!(parts <= left.saturating_add(2));
        prop_assert!(part(left, instances) <= left.div_ceil(instances));
        if instances <= 3 {
            prop_assert_eq!(part(left, instances), left.div_ceil(instances));
        }
    }

    /// RL-9: whatever was used before, three instances together reach at most N + 2.
    #[test]
    fn three_instances_grant_at_most_two_more(limit in 1_u32..100, used in 0_u32..100) {
        let claim = claim(1, limit);
        let used = used.min(limit);
        let mut passed = usize::try_from(used).unwrap();
        for _ in 0..3 {
            let share = Share::new(3);
            share.learn(&claim.key, standing(limit.saturating_sub(used), NOON), NOON);
            passed = passed.saturating_add(grants(&share, &claim, 1, NOON));
        }

        prop_assert!(passed <= usize::try_from(limit).unwrap().saturating_add(2));
    }
}

/// C-39: calls that were written to Redis open no fresh share, neither in the same epoch nor in the next.
#[test]
fn a_share_is_granted_once() {
    let (share, claim) = (Share::new(3), claim(1, 10));
    assert_eq!(grants(&share, &claim, 1, NOON), 4);
    share.written(&share.owed(10));
    assert_eq!(share.owed(10), []);

    assert_eq!(grants(&share, &claim, 1, NOON), 0);
    share.learn(&claim.key, standing(0, NOON), NOON);
    assert_eq!(grants(&share, &claim, 2, NOON), 0);
    assert_eq!(grants(&share, &claim, 2, NOON + HOUR), 4);
}

/// C-39: what is owed is subtracted in the next epoch, too.
#[test]
fn what_is_owed_counts_until_redis_has_it() {
    let (share, claim) = (Share::new(3), claim(1, 10));
    assert_eq!(grants(&share, &claim, 1, NOON), 4);

    assert_eq!(grants(&share, &claim, 2, NOON), 0);
    assert_eq!(share.owed(10).len(), 4);
}

/// RL-9: in an epoch a call needs the word of Redis and room in the share.
#[test]
fn an_answer_of_redis_is_drawn_from_the_share() {
    let (share, claim) = (Share::new(3), claim(1, 10));
    let confirmed = (0..10).filter(|n| {
        let left = 9_u32.saturating_sub(u32::try_from(*n).unwrap());
        let claims = std::slice::from_ref(&claim);
        share.confirm(claims, &[left], first(*n)).is_some_and(|decision| decision.allowed)
    });

    assert_eq!(confirmed.count(), 4);
    assert_eq!(share.owed(10), []);
}

/// RL-9: a quota that Redis has said to be used up is so until the moment that Redis named.
#[test]
fn used_up_is_used_up() {
    let (share, claim) = (Share::new(1), claim(1, 10));
    share.learn(&claim.key, standing(0, NOON), NOON);

    assert_eq!(share.used_up_until(&claim.key, NOON + HOUR / 2), Some(NOON + HOUR));
    assert_eq!(share.used_up_until(&claim.key, NOON + HOUR), None);
    share.reset(&claim.key);
    assert_eq!(share.used_up_until(&claim.key, NOON), None);
}

/// RL-9: a Redis that has lost its data frees no quota that was used up.
#[test]
fn lost_data_frees_nothing() {
    let (share, claim) = (Share::new(1), claim(1, 10));
    let later = NOON + HOUR / 2;
    share.learn(&claim.key, standing(0, NOON), NOON);

    for left in [10, 9, 5] {
        share.learn(&claim.key, standing(left, later), later);
        assert_eq!(share.used_up_until(&claim.key, later), Some(NOON + HOUR));
    }

    // One that still knows the oldest call has taken back another one.
    share.learn(&claim.key, standing(1, NOON), later);
    assert_eq!(share.used_up_until(&claim.key, later), None);
}

/// RL-10: of a flood of quotas so many are known, and those that are used up stay known.
#[test]
fn a_flood_of_quotas_takes_bounded_memory() {
    let share = Share::new(3);
    let exhausted = claim(u64::MAX, 10);
    share.learn(&exhausted.key, standing(0, NOON), NOON);
    for n in 0..1_000_000_u64 {
        share.learn(&format!("{n:016x}"), standing(9, NOON), NOON);
    }

    let kept = share.lock();
    assert!(kept.known.len() <= MAX_KNOWN);
    // Entries of 20 bytes and one of the table's own, in 2^20 places.
    assert_eq!(size_of::<(Short, Known)>(), 20);
    assert!(kept.known.capacity() < 1 << 20);
    drop(kept);
    assert_eq!(grants(&share, &exhausted, 1, NOON), 0);
}

/// RL-10: without Redis only so many calls are granted: beyond, none goes uncounted.
#[test]
fn a_flood_without_redis_is_refused_in_the_end() {
    let share = Share::new(1);
    let granted = (0..150_000_u64).filter(|n| {
        let claims = [claim(*n, 10)];
        share.grant(&claims, first(*n)).is_some_and(|decision| decision.allowed)
    });

    assert_eq!(granted.count(), MAX_OWED);
    // What was refused leaves nothing behind.
    assert_eq!(share.lock().granted.len(), MAX_OWED);
}

/// RL-9: a quota that was used up before Redis lost its data, and again since, has room when it was first said to.
#[test]
fn used_up_twice_is_used_up_until_the_first_time() {
    let (share, claim) = (Share::new(3), claim(1, 10));
    share.learn(&claim.key, standing(0, NOON), NOON);
    let later = NOON + Duration::from_mins(10);

    // Redis counts ten calls that are refused here, and then that they were.
    for left in (0..10).rev().chain(1..=10) {
        share.learn(&claim.key, standing(left, later), later);
    }

    assert_eq!(share.used_up_until(&claim.key, later), Some(NOON + HOUR));
    share.learn(&claim.key, standing(9, later), NOON + HOUR);
    assert_eq!(share.used_up_until(&claim.key, NOON + HOUR), None);
}

/// RL-9: calls that count no longer are not owed to Redis, and keep nobody from the share.
#[test]
fn what_no_longer_counts_is_not_owed() {
    let share = Share::new(1);
    for key in 0..u64::try_from(MAX_OWED).unwrap() {
        assert!(share.grant(&[claim(key, 10)], first(key)).unwrap().allowed);
    }
    let next = [claim(u64::MAX, 10)];
    assert!(!share.grant(&next, first(0)).unwrap().allowed);

    let later = Attempt { call: 0, epoch: 1, now: NOON + HOUR };

    assert!(share.grant(&next, later).unwrap().allowed);
}
