//! What the store decides about a call.

use std::borrow::Cow;
use std::cmp::Reverse;

use entity::Timestamp;

use super::{Quota, Stored};
use crate::error::{Error, Result};

/// The balance of a quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Balance {
    /// How many calls are allowed.
    pub limit: u32,
    /// How many calls are left.
    pub remaining: u32,
    /// When one more call is left than now; the current time if none was used.
    pub reset: Timestamp,
}

impl Balance {
    /// The balance of an unused quota.
    pub fn full(limit: u32, now: Timestamp) -> Self {
        Self { limit, remaining: limit, reset: now }
    }

    /// The balance of the quota that is closest to being exceeded.
    pub fn worst(balances: impl IntoIterator<Item = Self>) -> Option<Self> {
        balances.into_iter().min_by_key(|b| (b.remaining, Reverse(b.reset)))
    }
}

/// Whether a call is allowed, and what is left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Whether all quotas had room. Then each was charged, otherwise none.
    pub allowed: bool,
    /// The balance of the quota that is closest to being exceeded.
    pub balance: Balance,
    /// The balances of all quotas, in the order in which they were named.
    pub balances: Vec<Balance>,
}

impl Decision {
    /// Fails if the call is not allowed. The limit is that of `setting`.
    pub fn check(&self, now: Timestamp, setting: impl Into<Cow<'static, str>>) -> Result<()> {
        if self.allowed {
            return Ok(());
        }
        let retry_after = self.balance.reset.since(now);
        Err(Error::GeneralRateLimitExceeded { retry_after, setting: setting.into() })
    }

    /// Converts the times to another clock, which shows `to` when the store's shows `from`.
    #[must_use]
    pub(super) fn moved(mut self, from: Timestamp, to: Timestamp) -> Self {
        for balance in self.balances.iter_mut().chain([&mut self.balance]) {
            balance.reset = to + balance.reset.since(from);
        }
        self
    }

    /// The decision for several quotas.
    pub(super) fn over(allowed: bool, balances: impl IntoIterator<Item = Balance>) -> Option<Self> {
        let balances: Vec<_> = balances.into_iter().collect();
        let balance = Balance::worst(balances.iter().copied())?;
        Some(Self { allowed, balance, balances })
    }

    /// Puts the balances of `stored` quotas into the order of `named`.
    pub(super) fn in_order_of(mut self, named: &[Quota], stored: &[Stored<'_>]) -> Self {
        let balance_of = |quota: &Quota| {
            let place = stored.iter().position(|(_, stored)| std::ptr::eq(*stored, quota))?;
            self.balances.get(place).copied()
        };
        self.balances = named.iter().filter_map(balance_of).collect();
        self
    }
}
