//! Rate limits: exact sliding windows, kept where every instance and every restart finds them.

use std::cmp::Reverse;
use std::time::Duration;

use entity::Timestamp;
use sha2::Digest;
use sha2::Sha256;

use crate::auth::session_secret::hex;
use crate::config::Config;
use crate::db::Db;

mod database;
mod local;
mod redis;
mod window;

use database::Database;
use redis::Redis;

/// Something that may happen `limit` times within any `window`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Names what is counted; stored as a hash.
    pub key: String,
    /// How often it may happen.
    pub limit: u32,
    /// Within how long a span.
    pub window: Duration,
}

impl Budget {
    /// The part of the budget that belongs to `part`, with a limit `share` times as high.
    #[must_use]
    pub fn narrowed(&self, part: &str, share: u32) -> Self {
        Self {
            key: format!("{}/{part}", self.key),
            limit: self.limit.saturating_mul(share),
            window: self.window,
        }
    }

    /// The key as it is stored: no address or number can be read from it.
    fn stored_key(&self) -> String {
        let digest = Sha256::digest(self.key.as_bytes());
        hex(digest.get(..16).unwrap_or_default())
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
pub struct Verdict {
    /// Whether every budget had room; then each is charged, else none.
    pub allowed: bool,
    /// The balance of the budget that is nearest to its end.
    pub balance: Balance,
}

impl Verdict {
    /// The verdict over several budgets: the worst balance speaks.
    fn over(allowed: bool, balances: impl IntoIterator<Item = Balance>) -> Option<Self> {
        let worst = balances.into_iter().min_by_key(|b| (b.remaining, Reverse(b.reset)));
        worst.map(|balance| Self { allowed, balance })
    }
}

/// Counts calls against budgets.
#[derive(Debug)]
pub enum Limiter {
    /// In a database: a file beside the embedded one, or the common PostgreSQL.
    Database(Database),
    /// In Redis or Valkey; in this process while it is out of reach.
    Redis(Redis),
}

impl Limiter {
    /// Opens the store that the configuration names: Redis where there is one, else the database.
    pub async fn open(config: &Config, db: &Db) -> anyhow::Result<Self> {
        if let Some(url) = &config.redis.url {
            let redis = Redis::connect(url.expose().as_str(), config.redis.instances).await?;
            return Ok(Self::Redis(redis));
        }
        let database = match config.database.file() {
            Some(file) => Database::beside(&file).await?,
            None => Database::within(db).await?,
        };
        Ok(Self::Database(database))
    }

    /// Draws one call from each of `budgets` if all have room, and from none otherwise, in one step.
    pub async fn charge(&self, budgets: &[Budget], now: Timestamp) -> anyhow::Result<Verdict> {
        match self {
            Self::Database(database) => database.charge(budgets, now).await,
            Self::Redis(redis) => redis.charge(budgets, now).await,
        }
    }

    /// Forgets the budgets of which no call counts any more. Redis does so by itself.
    pub async fn purge(&self, now: Timestamp) -> anyhow::Result<()> {
        match self {
            Self::Database(database) => database.purge(now).await,
            Self::Redis(_) => Ok(()),
        }
    }

    /// Forgets all calls that were drawn from `budgets`.
    pub async fn reset(&self, budgets: &[Budget]) -> anyhow::Result<()> {
        match self {
            Self::Database(database) => database.reset(budgets).await,
            Self::Redis(redis) => redis.reset(budgets).await,
        }
    }
}
