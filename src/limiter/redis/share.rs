//! The share of this process in the quotas in Redis, which it grants on its own.
//!
//! `part` bounds it. When Redis falls silent for all of K instances, a quota has had N - `left` calls, which
//! every instance knows. From then on, each grants at most `part(left)`, until Redis has been quiet and
//! reliable again: together at most `left + 2`, so that N + 2 pass at most. Of calls that Redis doesn't have
//! yet, an instance grants no more than `part` of what is left now, which may be less: Redis has continued
//! to grant to others.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use entity::Timestamp;

use super::super::{Balance, Decision};

mod kept;

/// How many quotas are remembered, in addition to used-up ones (RL-10).
const MAX_KNOWN: usize = 800_000;
/// How many calls may wait to be written to Redis. Beyond that, none is granted without it.
const MAX_OWED: usize = 100_000;
/// For how many quotas granted calls are remembered. Beyond that, other quotas have no share.
const MAX_GRANTED: usize = 200_000;
/// How often expired entries are removed, in milliseconds.
const SWEEP_INTERVAL: i64 = 1_000;
/// How much later than known a quota has room, in seconds, if Redis has lost the calls that used it up.
const ROUNDING: u32 = 1;

/// A call to charge to a quota.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Claim {
    /// The key of the store.
    pub(super) key: String,
    pub(super) limit: u32,
    pub(super) window: Duration,
}

/// A call whose decision Redis may not know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Owed {
    pub(super) claim: Claim,
    pub(super) call: u64,
    pub(super) at: Timestamp,
    /// Whether it was refused: then Redis has to remove it.
    pub(super) is_void: bool,
}

/// A call to decide here.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attempt {
    pub(super) call: u64,
    pub(super) epoch: u32,
    pub(super) now: Timestamp,
}

/// The state of a quota in Redis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    /// How many calls are left.
    pub(super) left: u32,
    /// When one more will be.
    pub(super) room_at: Timestamp,
    /// When all will be.
    pub(super) until: Timestamp,
}

/// The quotas, as known to this process.
#[derive(Debug)]
pub(super) struct Share(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    instances: u32,
    known: HashMap<Short, Known>,
    granted: HashMap<Short, Granted>,
    /// When expired entries were last removed, in milliseconds since 1970.
    swept_at: i64,
    owed: VecDeque<Owed>,
}

/// Half of a stored key, which is a keyed hash: a million quotas take 22 MiB.
type Short = [u32; 2];

/// A compact [`Standing`], in whole seconds since 1970: rounded so that it is used up no longer, and known
/// no shorter.
#[derive(Clone, Copy, Debug)]
struct Known {
    room_at: u32,
    until: u32,
    left: u16,
}

/// The calls that were granted while Redis didn't decide alone.
#[derive(Debug)]
struct Granted {
    /// The epoch they belong to.
    epoch: u32,
    /// The balance when it began, and until when that is known.
    base: u32,
    base_until: u32,
    calls: Vec<Call>,
}

/// The share of a quota.
#[derive(Debug)]
struct Room {
    calls: u32,
    /// The balance when the epoch began, and until when that is known.
    base: u32,
    until: u32,
}

#[derive(Debug)]
struct Call {
    number: u64,
    at: Timestamp,
    /// When it leaves the window.
    until: Timestamp,
    /// Whether Redis has it.
    is_written: bool,
}

impl Share {
    pub(super) fn new(instances: u32) -> Self {
        Self(Mutex::new(Kept { instances: instances.max(1), ..Kept::default() }))
    }

    /// Decides a call without Redis.
    pub(super) fn grant(&self, claims: &[Claim], attempt: Attempt) -> Option<Decision> {
        self.draw(claims, None, attempt)
    }

    /// Decides a call that Redis has granted while others may have granted some that it doesn't have yet.
    /// `left` is what Redis has left of each quota.
    pub(super) fn confirm(
        &self,
        claims: &[Claim],
        left: &[u32],
        attempt: Attempt,
    ) -> Option<Decision> {
        self.draw(claims, Some(left), attempt)
    }

    fn draw(
        &self,
        claims: &[Claim],
        written: Option<&[u32]>,
        attempt: Attempt,
    ) -> Option<Decision> {
        let Attempt { call: number, now, .. } = attempt;
        let mut kept = self.lock();
        kept.sweep(attempt);
        let mut allowed = written.is_some() || kept.owed.len() < MAX_OWED;
        let mut rooms = Vec::with_capacity(claims.len());
        for (n, claim) in claims.iter().enumerate() {
            let before = written.and_then(|left| left.get(n)).map(|left| left.saturating_add(1));
            let room = kept.room(claim, before, attempt);
            allowed &= room.calls > 0;
            rooms.push(room);
        }
        let mut balances = Vec::with_capacity(claims.len());
        for (claim, room) in claims.iter().zip(rooms) {
            if allowed {
                let (until, is_written) = (now + claim.window, written.is_some());
                kept.record(claim, &room, attempt, Call { number, at: now, until, is_written });
                if !is_written {
                    let claim = claim.clone();
                    kept.owed.push_back(Owed { claim, call: number, at: now, is_void: false });
                }
            }
            let remaining = kept.room(claim, None, attempt).calls;
            let reset = kept.reset(claim, now);
            balances.push(Balance { limit: claim.limit, remaining, reset });
        }
        Decision::over(allowed, balances)
    }

    /// Records that a call was refused which Redis may count.
    pub(super) fn give_back(&self, claims: &[Claim], call: u64, now: Timestamp) {
        let mut kept = self.lock();
        if kept.owed.len() < MAX_OWED {
            let void = |claim: &Claim| Owed { claim: claim.clone(), call, at: now, is_void: true };
            kept.owed.extend(claims.iter().map(void));
        }
    }

    /// Records the state of a quota in Redis. A used-up quota stays so until the known time: if Redis says
    /// otherwise and doesn't know the oldest call any more, it has lost its data.
    pub(super) fn learn(&self, key: &str, standing: Standing, now: Timestamp) {
        let mut kept = self.lock();
        kept.tidy(now);
        let known = Known {
            room_at: seconds(standing.room_at.millis().div_euclid(1000)),
            until: seconds(standing.until.millis().saturating_add(999).div_euclid(1000)),
            left: u16::try_from(standing.left).unwrap_or(u16::MAX),
        };
        let second = seconds(now.seconds());
        let is_used_up = |old: &Known| old.left == 0 && second < old.room_at;
        let has_lost = |old: &Known| {
            let later = known.room_at > old.room_at.saturating_add(ROUNDING);
            later || (known.left > 0 && known.room_at <= second)
        };
        match kept.known.get_mut(&short(key)).filter(|old| is_used_up(old) && has_lost(old)) {
            // Used up again by calls that are refused here: no reason to wait longer.
            Some(old) if known.left == 0 => old.until = old.until.max(known.until),
            Some(_) => {}
            None => {
                kept.known.insert(short(key), known);
            }
        }
    }

    /// When a quota that was used up in Redis has room again, if that is in the future.
    pub(super) fn used_up_until(&self, key: &str, now: Timestamp) -> Option<Timestamp> {
        let kept = self.lock();
        let known = kept.known.get(&short(key)).filter(|known| known.left == 0)?;
        let room_at = Timestamp::from_millis(i64::from(known.room_at).saturating_mul(1000));
        (now < room_at).then_some(room_at)
    }

    /// The first calls to write to Redis, at most `most`.
    pub(super) fn owed(&self, most: usize) -> Vec<Owed> {
        self.lock().owed.iter().take(most).cloned().collect()
    }

    /// Records that Redis has these calls.
    pub(super) fn written(&self, owed: &[Owed]) {
        let written: HashSet<_> = owed.iter().map(|owed| (&owed.claim.key, owed.call)).collect();
        let mut kept = self.lock();
        kept.owed.retain(|owed| !written.contains(&(&owed.claim.key, owed.call)));
        for owed in owed {
            let Some(granted) = kept.granted.get_mut(&short(&owed.claim.key)) else { continue };
            for call in granted.calls.iter_mut().filter(|call| call.number == owed.call) {
                call.is_written = true;
            }
        }
    }

    /// Deletes everything about a quota.
    pub(super) fn reset(&self, key: &str) {
        let mut kept = self.lock();
        kept.known.remove(&short(key));
        kept.granted.remove(&short(key));
        kept.owed.retain(|owed| owed.claim.key != key);
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How many of `left` calls an instance grants alone: its part, rounded up, unless all parts together would
/// exceed `left` by more than two.
fn part(left: u32, instances: u32) -> u32 {
    let at_most = left.saturating_add(2).checked_div(instances).unwrap_or(0);
    left.div_ceil(instances.max(1)).min(at_most)
}

fn short(key: &str) -> Short {
    let half = |from: usize| {
        let digits = key.get(from..from.saturating_add(8)).unwrap_or_default();
        u32::from_str_radix(digits, 16).unwrap_or(0)
    };
    [half(0), half(8)]
}

fn seconds(seconds: i64) -> u32 {
    u32::try_from(seconds).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
