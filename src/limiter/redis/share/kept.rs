//! How many calls an instance may grant alone by what it knows, and when it forgets that.

use entity::Timestamp;

use super::{
    Attempt, Call, Claim, Granted, Kept, MAX_GRANTED, MAX_KNOWN, MAX_OWED, Room, SWEEP_INTERVAL,
    part, seconds, short,
};

impl Kept {
    /// How many more calls may be granted here.
    pub(super) fn room(&self, claim: &Claim, before: Option<u32>, attempt: Attempt) -> Room {
        let (Attempt { epoch, now, .. }, instances) = (attempt, self.instances);
        let second = seconds(now.seconds());
        let known = self.known.get(&short(&claim.key)).filter(|known| second < known.until);
        let until = known.map_or(u32::MAX, |known| known.until);
        // Redis's own state is newer than what was known before a call left the window.
        let known = known.filter(|known| before.is_none() || second < known.room_at);
        let left = known.map_or(claim.limit, |known| claim.limit.min(known.left.into()));
        let base = before.map_or(left, |before| left.min(before));
        let granted = self.granted.get(&short(&claim.key));
        if granted.is_none() && self.granted.len() >= MAX_GRANTED {
            return Room { calls: 0, base, until };
        }
        let (base, until) = granted
            .filter(|granted| granted.epoch == epoch && second < granted.base_until)
            .map_or((base, until), |granted| (granted.base, granted.base_until));
        let (mut count, mut unwritten) = (0_u32, 0_u32);
        let is_of_epoch = granted.is_some_and(|granted| granted.epoch == epoch);
        for call in granted.into_iter().flat_map(|granted| &granted.calls) {
            if call.until > now && (is_of_epoch || !call.is_written) {
                count = count.saturating_add(1);
                unwritten = unwritten.saturating_add(u32::from(!call.is_written));
            }
        }
        let of_base = part(base, instances).saturating_sub(count);
        let calls = match before {
            // Redis has counted everything that was written to it.
            Some(_) => of_base,
            None => of_base.min(part(left, instances).saturating_sub(unwritten)),
        };
        Room { calls, base, until }
    }

    /// Records a call that is granted here.
    pub(super) fn record(&mut self, claim: &Claim, room: &Room, attempt: Attempt, call: Call) {
        let Attempt { epoch, now, .. } = attempt;
        let granted = self.granted.entry(short(&claim.key)).or_insert_with(|| Granted {
            epoch,
            base: room.base,
            base_until: room.until,
            calls: Vec::new(),
        });
        granted.forget(epoch, now);
        (granted.epoch, granted.base, granted.base_until) = (epoch, room.base, room.until);
        granted.calls.push(call);
    }

    /// Periodically removes calls that have left the window.
    pub(super) fn sweep(&mut self, attempt: Attempt) {
        let Attempt { epoch, now, .. } = attempt;
        let is_due = now.millis() >= self.swept_at.saturating_add(SWEEP_INTERVAL);
        if self.granted.len().max(self.owed.len()) < MAX_OWED || !is_due {
            return;
        }
        self.swept_at = now.millis();
        self.owed.retain(|owed| owed.at + owed.claim.window > now);
        self.granted.retain(|_, granted| {
            granted.forget(epoch, now);
            !granted.calls.is_empty()
        });
    }

    /// When there will be more room, as far as known here.
    pub(super) fn reset(&self, claim: &Claim, now: Timestamp) -> Timestamp {
        let key = short(&claim.key);
        let own = self.granted.get(&key).and_then(|granted| granted.calls.first());
        let known = self.known.get(&key).filter(|known| seconds(now.seconds()) < known.until);
        let known =
            known.map(|known| Timestamp::from_millis(i64::from(known.until).saturating_mul(1000)));
        own.map(|call| call.at + claim.window).into_iter().chain(known).min().unwrap_or(now)
    }

    /// Removes entries to make room: first quotas without calls in their window, then those with calls left.
    pub(super) fn tidy(&mut self, now: Timestamp) {
        if self.known.len() < MAX_KNOWN {
            return;
        }
        let second = seconds(now.seconds());
        self.known.retain(|_, known| second < known.until);
        if self.known.len() >= MAX_KNOWN.saturating_sub(MAX_KNOWN / 8) {
            self.known.retain(|_, known| known.left == 0);
        }
    }
}

impl Granted {
    /// Removes calls that don't count in `epoch`.
    pub(super) fn forget(&mut self, epoch: u32, now: Timestamp) {
        let is_of_epoch = self.epoch == epoch;
        self.calls.retain(|call| call.until > now && (is_of_epoch || !call.is_written));
    }
}
