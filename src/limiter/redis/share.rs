//! What this process knows of the budgets in Redis, and grants of them on its own.
//!
//! `part` bounds it. When Redis falls silent for all of K instances, a budget has had N - `left` calls, of which every
//! instance knows. Each grants at most `part(left)` from then on, until Redis has been quiet and reliable again: together at
//! most `left + 2`, so that N + 2 pass at most. Of what Redis doesn't have yet an instance grants no more than
//! `part` of what is left by now, which may be less: Redis has gone on granting to others.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use entity::Timestamp;

use super::super::{Balance, Decision};

mod kept;

/// How many budgets are known of, at most, but for those that are used up (RL-10).
const MAX_KNOWN: usize = 800_000;
/// How many calls may wait until Redis is told; beyond, none is granted without it.
const MAX_OWED: usize = 100_000;
/// Of how many budgets the calls are known that were granted here; beyond, no other budget has a share.
const MAX_GRANTED: usize = 200_000;
/// How often it is looked for those that no longer count, in milliseconds.
const SWEEP_INTERVAL: i64 = 1_000;
/// How much later than known a budget has room, in seconds, when Redis has lost the calls that used it up.
const ROUNDING: u32 = 1;

/// A call that is to be drawn from a budget.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Claim {
    /// The key of the store.
    pub(super) key: String,
    pub(super) limit: u32,
    pub(super) window: Duration,
}

/// A call of which Redis may not know how it was decided here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Owed {
    pub(super) claim: Claim,
    pub(super) call: u64,
    pub(super) at: Timestamp,
    /// Whether it was refused: Redis has counted it for nothing.
    pub(super) is_void: bool,
}

/// A call that is to be decided here.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attempt {
    pub(super) call: u64,
    pub(super) epoch: u32,
    pub(super) now: Timestamp,
}

/// How a budget stands in Redis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    /// How many calls are left.
    pub(super) left: u32,
    /// When one more will be.
    pub(super) room_at: Timestamp,
    /// When all will be.
    pub(super) until: Timestamp,
}

/// The budgets as this process sees them.
#[derive(Debug)]
pub(super) struct Share(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    instances: u32,
    known: HashMap<Short, Known>,
    granted: HashMap<Short, Granted>,
    /// When those that no longer count were last looked for, in milliseconds since 1970.
    swept_at: i64,
    owed: VecDeque<Owed>,
}

/// Half of a stored key, which is a keyed hash: a million budgets take 22 MiB.
type Short = [u32; 2];

/// A [`Standing`] in few bytes, by whole seconds since 1970: used up for no longer than it is, known of for no shorter.
#[derive(Clone, Copy, Debug)]
struct Known {
    room_at: u32,
    until: u32,
    left: u16,
}

/// The calls that were granted while Redis didn't decide alone.
#[derive(Debug)]
struct Granted {
    /// The span of silence or stutter that they belong to.
    epoch: u32,
    /// What was left when it began, and until when that is known.
    base: u32,
    base_until: u32,
    calls: Vec<Call>,
}

/// What may be granted of a budget.
#[derive(Debug)]
struct Room {
    calls: u32,
    /// What was left when the epoch began, and until when that is known.
    base: u32,
    until: u32,
}

#[derive(Debug)]
struct Call {
    number: u64,
    at: Timestamp,
    /// When it stops to count.
    until: Timestamp,
    /// Whether Redis has it.
    is_told: bool,
}

impl Share {
    pub(super) fn new(instances: u32) -> Self {
        Self(Mutex::new(Kept { instances: instances.max(1), ..Kept::default() }))
    }

    /// Grants a call without Redis, or refuses it.
    pub(super) fn grant(&self, claims: &[Claim], attempt: Attempt) -> Option<Decision> {
        self.draw(claims, None, attempt)
    }

    /// Grants a call that Redis has granted, but at a time when others may have granted some that it doesn't have yet; or
    /// refuses it. `left` is what Redis has left of each budget.
    pub(super) fn confirm(
        &self,
        claims: &[Claim],
        left: &[u32],
        attempt: Attempt,
    ) -> Option<Decision> {
        self.draw(claims, Some(left), attempt)
    }

    fn draw(&self, claims: &[Claim], told: Option<&[u32]>, attempt: Attempt) -> Option<Decision> {
        let Attempt { call: number, now, .. } = attempt;
        let mut kept = self.lock();
        kept.sweep(attempt);
        let mut allowed = told.is_some() || kept.owed.len() < MAX_OWED;
        let mut rooms = Vec::with_capacity(claims.len());
        for (n, claim) in claims.iter().enumerate() {
            let before = told.and_then(|left| left.get(n)).map(|left| left.saturating_add(1));
            let room = kept.room(claim, before, attempt);
            allowed &= room.calls > 0;
            rooms.push(room);
        }
        let mut balances = Vec::with_capacity(claims.len());
        for (claim, room) in claims.iter().zip(rooms) {
            if allowed {
                let (until, is_told) = (now + claim.window, told.is_some());
                kept.record(claim, &room, attempt, Call { number, at: now, until, is_told });
                if !is_told {
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

    /// Notes that a call was refused which Redis may count.
    pub(super) fn give_back(&self, claims: &[Claim], call: u64, now: Timestamp) {
        let mut kept = self.lock();
        if kept.owed.len() < MAX_OWED {
            let void = |claim: &Claim| Owed { claim: claim.clone(), call, at: now, is_void: true };
            kept.owed.extend(claims.iter().map(void));
        }
    }

    /// Notes how a budget stands in Redis. One that is used up stays so until it has room by what was known: a Redis that
    /// says otherwise, and doesn't know the oldest call any more, has lost its data.
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
            // Used up again, by calls that are refused here: they are no reason to wait for longer.
            Some(old) if known.left == 0 => old.until = old.until.max(known.until),
            Some(_) => {}
            None => {
                kept.known.insert(short(key), known);
            }
        }
    }

    /// When a budget that Redis has said to be used up has room again, if that is yet to come.
    pub(super) fn used_up_until(&self, key: &str, now: Timestamp) -> Option<Timestamp> {
        let kept = self.lock();
        let known = kept.known.get(&short(key)).filter(|known| known.left == 0)?;
        let room_at = Timestamp::from_millis(i64::from(known.room_at).saturating_mul(1000));
        (now < room_at).then_some(room_at)
    }

    /// The first calls that Redis is to be told of, at most `most` of them.
    pub(super) fn owed(&self, most: usize) -> Vec<Owed> {
        self.lock().owed.iter().take(most).cloned().collect()
    }

    /// Notes that Redis knows of these calls.
    pub(super) fn told(&self, owed: &[Owed]) {
        let told: HashSet<_> = owed.iter().map(|owed| (&owed.claim.key, owed.call)).collect();
        let mut kept = self.lock();
        kept.owed.retain(|owed| !told.contains(&(&owed.claim.key, owed.call)));
        for owed in owed {
            let Some(granted) = kept.granted.get_mut(&short(&owed.claim.key)) else { continue };
            for call in granted.calls.iter_mut().filter(|call| call.number == owed.call) {
                call.is_told = true;
            }
        }
    }

    /// Forgets all about a budget.
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

/// How many of `left` calls an instance grants on its own: its part, rounded up, unless all parts together would be more
/// than two beyond what is left.
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
