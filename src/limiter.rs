//! Rate limits: exact sliding windows, kept where every instance and every restart finds them.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::time::Duration;

use entity::Timestamp;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use tokio::time::timeout;

use crate::client::Client;
use crate::client::network::networks;
use crate::clock::Clock;
use crate::config::Config;
use crate::config::limits::factor::Factor;
use crate::crypto::keys::Keys;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::keyed_mutex::KeyedMutex;

mod database;
mod redis;
mod window;

use database::Database;
pub(crate) use database::file_beside;
use redis::Redis;

/// How long a call waits for others of the same budget: as long as for a connection to the database.
const TURN_TIMEOUT: Duration = Duration::from_secs(2);

/// Something that may happen `limit` times within any `window`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quota {
    /// Names what is counted; only a keyed hash of it is stored.
    pub key: String,
    /// How often it may happen.
    pub limit: u32,
    /// Within how long a span.
    pub window: Duration,
}

impl Quota {
    /// The part of the budget that belongs to `part`, with a limit `share` times as high.
    #[must_use]
    pub fn scoped(&self, part: &str, share: u32) -> Self {
        Self {
            key: format!("{}/{part}", self.key),
            limit: self.limit.saturating_mul(share),
            window: self.window,
        }
    }
}

/// What the clients of a network may do only so often together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NetworkQuota {
    /// Sending documents beyond the caps.
    OversizedDocuments,
    /// Leaving for a provider.
    OAuthStart,
    /// Coming back from a provider.
    OAuthCallback,
}

impl NetworkQuota {
    /// Its name in the keys of budgets.
    fn as_str(self) -> &'static str {
        match self {
            Self::OversizedDocuments => "excess",
            Self::OAuthStart => "oauth2",
            Self::OAuthCallback => "oauth2/callback",
        }
    }
}

/// What is left of a budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Balance {
    /// How many calls it allows.
    pub limit: u32,
    /// How many of them are left.
    pub remaining: u32,
    /// When one more is left than now; the moment itself if none was used.
    pub reset: Timestamp,
}

/// Whether a call may happen, and what it leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Whether every budget had room; then each is charged, else none.
    pub allowed: bool,
    /// The balance of the budget that is nearest to its end.
    pub balance: Balance,
}

impl Decision {
    /// Refuses the call that it is about, if it may not happen. The limit is the one of `setting`.
    pub fn check(&self, now: Timestamp, setting: impl Into<Cow<'static, str>>) -> Result<()> {
        if self.allowed {
            return Ok(());
        }
        let retry_after = self.balance.reset.since(now);
        Err(Error::GeneralRateLimitExceeded { retry_after, setting: setting.into() })
    }

    /// The verdict by another clock, which shows `to` when the store's shows `from`.
    #[must_use]
    fn moved(mut self, from: Timestamp, to: Timestamp) -> Self {
        self.balance.reset = to + self.balance.reset.since(from);
        self
    }

    /// The verdict over several budgets: the worst balance speaks.
    fn over(allowed: bool, balances: impl IntoIterator<Item = Balance>) -> Option<Self> {
        let worst = balances.into_iter().min_by_key(|b| (b.remaining, Reverse(b.reset)));
        worst.map(|balance| Self { allowed, balance })
    }
}

/// A budget with the key that a store knows it by.
type Stored<'a> = (String, &'a Quota);

/// Fails when no Redis or Valkey answers at `url`.
pub(crate) async fn ping(url: &str) -> anyhow::Result<()> {
    redis::ping(url).await
}

/// Counts calls against budgets.
#[derive(Debug)]
pub struct Limiter {
    store: Store,
    key: Hmac<Sha256>,
    /// Whether limits are enforced.
    is_on: bool,
    /// How many times as wide the settings make limits that have no setting of their own.
    factor: Factor,
    /// Calls of one budget take turns: a burst of them waits here, and not in the store.
    turns: KeyedMutex,
}

/// Where calls are counted.
#[derive(Debug)]
pub(crate) enum Store {
    /// A database: a file beside the embedded one, or the common PostgreSQL.
    Database(Database),
    /// Redis or Valkey; in this process while it is out of reach.
    Redis(Redis),
}

impl Store {
    /// Opens the store, and makes its tables where it has none.
    pub(crate) async fn open(config: &Config, db: &Db, clock: &Clock) -> anyhow::Result<Self> {
        Ok(match (&config.redis.url, config.database.file()) {
            (Some(url), _) => {
                Self::Redis(Redis::connect(&config.redis, url.expose().as_str(), clock).await?)
            }
            (None, Some(file)) => Self::Database(Database::beside(&file, db, clock).await?),
            (None, None) => Self::Database(Database::within(db, clock).await?),
        })
    }
}

impl Limiter {
    /// Opens the store that the configuration names: Redis where there is one, else the database.
    pub async fn open(
        config: &Config,
        db: &Db,
        keys: &Keys,
        clock: &Clock,
    ) -> anyhow::Result<Self> {
        let store = Store::open(config, db, clock).await?;
        let key = Hmac::new_from_slice(&keys.derive("limits"))?;
        Ok(Self {
            store,
            key,
            is_on: config.limits.rates,
            factor: config.limits.factor,
            turns: KeyedMutex::default(),
        })
    }

    /// Whether limits are enforced.
    pub fn is_on(&self) -> bool {
        self.is_on
    }

    /// A limit that has no setting of its own, as wide as the settings make it.
    pub fn widen(&self, limit: u32) -> u32 {
        self.factor.widen(limit)
    }

    /// Draws one call from each of `quotas`, or refuses. The limit is the one of `setting`. Draws nothing while limits are off.
    pub async fn admit(
        &self,
        quotas: &[Quota],
        now: Timestamp,
        setting: impl Into<Cow<'static, str>>,
    ) -> Result<()> {
        if !self.is_on || quotas.is_empty() {
            return Ok(());
        }
        self.charge(quotas, now).await?.check(now, setting)
    }

    /// Draws one call from what the client's network may do `limit` times within any `window`, widened by the settings, or
    /// refuses.
    pub async fn admit_network(
        &self,
        client: &Client,
        what: NetworkQuota,
        (limit, window): (u32, Duration),
        now: Timestamp,
    ) -> Result<()> {
        let key = format!("{}/{}", client.project.id, what.as_str());
        let quota = Quota { key, limit: self.widen(limit), window };
        let networks = networks(client.ip).into_iter();
        let quotas: Vec<Quota> =
            networks.map(|(network, share)| quota.scoped(&network, share)).collect();
        self.admit(&quotas, now, "limits.factor").await
    }

    /// Draws one call from each of `budgets` if all have room, and from none otherwise, in one step. What the verdict says of
    /// times is by the clock that shows `now`; windows age by one that doesn't jump (AV-9).
    pub async fn charge(&self, budgets: &[Quota], now: Timestamp) -> Result<Decision> {
        let budgets = self.stored(budgets);
        let first = budgets.first().map_or("", |(key, _)| key);
        let turn = timeout(TURN_TIMEOUT, self.turns.lock(first)).await;
        let _turn = turn.map_err(|_| Error::GeneralServerBusy)?;
        match &self.store {
            // On the heap, so that the many calls which wait for others are small.
            Store::Database(database) => Box::pin(database.charge(&budgets, now)).await,
            Store::Redis(redis) => redis.charge(&budgets, now).await,
        }
    }

    /// Forgets all calls that were drawn from `budgets`.
    pub async fn reset(&self, budgets: &[Quota]) -> Result<()> {
        let budgets = self.stored(budgets);
        match &self.store {
            Store::Database(database) => database.reset(&budgets).await,
            Store::Redis(redis) => redis.reset(&budgets).await,
        }
    }

    /// Fails when the last call found the disk full and one still does.
    pub async fn check(&self) -> Result<()> {
        match &self.store {
            Store::Database(database) => database.check().await,
            Store::Redis(_) => Ok(()),
        }
    }

    /// Whether the last call found the disk full.
    pub fn is_full(&self) -> bool {
        match &self.store {
            Store::Database(database) => database.is_full(),
            Store::Redis(_) => false,
        }
    }

    /// Moves what was written from the log of an SQLite file into the file.
    pub async fn checkpoint(&self) -> Result<()> {
        match &self.store {
            Store::Database(database) => database.checkpoint().await,
            Store::Redis(_) => Ok(()),
        }
    }

    /// Forgets the budgets of which no call counts any more. Redis does so by itself.
    pub async fn purge(&self) -> Result<()> {
        match &self.store {
            Store::Database(database) => database.purge().await,
            Store::Redis(_) => Ok(()),
        }
    }

    /// The budgets under the keys of the store, sorted by them: two calls that lock the same rows lock them in the
    /// same order. The keys are keyed hashes, so that nobody finds addresses or numbers in the store.
    fn stored<'a>(&self, budgets: &'a [Quota]) -> Vec<Stored<'a>> {
        let key = |budget: &Quota| {
            let mac = self.key.clone().chain_update(&budget.key).finalize().into_bytes();
            hex::encode(mac.get(..16).unwrap_or_default())
        };
        let mut stored: Vec<Stored<'a>> =
            budgets.iter().map(|budget| (key(budget), budget)).collect();
        stored.sort_by(|one, other| one.0.cmp(&other.0));
        stored
    }
}
