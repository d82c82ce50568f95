//! Rate limits: exact sliding windows, in a store that all instances share and that survives restarts.

use std::borrow::Cow;
use std::sync::Arc;
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
use crate::metrics::Counter;

mod database;
mod decision;
mod quota;
mod redis;
mod usage;
mod window;

use database::Database;
pub(crate) use database::file_beside;
pub use decision::{Balance, Decision};
pub use quota::{NetworkQuota, Quota};
use redis::Redis;
pub use usage::Usage;

/// How long a call waits for others of the same quota: as long as for a database connection.
const TURN_TIMEOUT: Duration = Duration::from_secs(2);

/// A quota with its key in the store.
type Stored<'a> = (String, &'a Quota);

/// Fails if no Redis or Valkey responds at `url`.
pub(crate) async fn ping(url: &str) -> anyhow::Result<()> {
    redis::ping(url).await
}

/// Enforces rate limits.
#[derive(Debug)]
pub struct Limiter {
    store: Arc<Store>,
    key: Hmac<Sha256>,
    /// Whether limits are enforced.
    is_on: bool,
    /// The configured factor for limits that are not configured themselves.
    factor: Factor,
    /// Serializes the calls of one quota: a burst waits here instead of in the store.
    mutexes: Arc<KeyedMutex>,
    usage: Arc<Usage>,
}

/// The store.
#[derive(Debug)]
pub(crate) enum Store {
    /// A database: a file beside the embedded one, or the common PostgreSQL.
    Database(Database),
    /// Redis or Valkey; this process decides while it doesn't respond.
    Redis(Redis),
}

impl Store {
    /// Opens the store, and creates its tables if needed.
    pub(crate) async fn open(config: &Config, db: &Db, clock: &Clock) -> anyhow::Result<Self> {
        Ok(match (&config.redis.url, config.database.file()) {
            (Some(url), _) => {
                Self::Redis(Redis::connect(&config.redis, url.expose().as_str(), clock).await?)
            }
            (None, Some(file)) => Self::Database(Database::beside(&file, db, clock).await?),
            (None, None) => Self::Database(Database::within(db, clock).await?),
        })
    }

    /// Counts the calls that Redis didn't decide.
    fn fallbacks(&self) -> Arc<Counter> {
        match self {
            Self::Database(_) => Arc::default(),
            Self::Redis(redis) => redis.fallbacks(),
        }
    }
}

impl Limiter {
    /// Opens the configured store: Redis if configured, otherwise the database.
    pub async fn open(
        config: &Config,
        db: &Db,
        keys: &Keys,
        clock: &Clock,
    ) -> anyhow::Result<Self> {
        let store = Store::open(config, db, clock).await?;
        let key = Hmac::new_from_slice(&keys.derive("limits"))?;
        let usage = Arc::new(Usage { fallbacks: store.fallbacks(), ..Usage::default() });
        Ok(Self {
            store: Arc::new(store),
            key,
            is_on: config.limits.rates,
            factor: config.limits.factor,
            mutexes: Arc::default(),
            usage,
        })
    }

    /// The same with other settings of limits, but for the store.
    #[must_use]
    pub fn reconfigured(&self, config: &Config) -> Self {
        let Self { store, key, mutexes, usage, .. } = self;
        Self {
            store: Arc::clone(store),
            key: key.clone(),
            is_on: config.limits.rates,
            factor: config.limits.factor,
            mutexes: Arc::clone(mutexes),
            usage: Arc::clone(usage),
        }
    }

    /// Whether limits are enforced.
    pub fn is_on(&self) -> bool {
        self.is_on
    }

    /// A limit that is not configured itself, times the factor.
    pub fn widen(&self, limit: u32) -> u32 {
        self.factor.widen(limit)
    }

    /// Charges one call to each of `quotas`, or fails. The limit is that of `setting`. Does nothing while
    /// limits are off.
    pub async fn enforce(
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

    /// Charges one call to the client's network, which may make `limit` of them within any `window`, times
    /// the factor. Fails if there is no room.
    pub async fn charge_network(
        &self,
        client: &Client,
        what: NetworkQuota,
        calls: (u32, Duration),
        now: Timestamp,
    ) -> Result<()> {
        self.enforce(&self.network_quotas(client, what, calls), now, "limits.factor").await
    }

    /// The quotas of the client's network, which may make `limit` calls within any `window`, times the factor.
    pub fn network_quotas(
        &self,
        client: &Client,
        what: NetworkQuota,
        (limit, window): (u32, Duration),
    ) -> Vec<Quota> {
        let key = format!("{}/{}", client.project.id, what.as_str());
        let quota = Quota { key, limit: self.widen(limit), window };
        let networks = networks(client.ip).into_iter();
        networks.map(|(network, share)| quota.scoped(&network, share)).collect()
    }

    /// Charges one call to each quota if all have room, and to none otherwise, in one step. Times in the
    /// decision are by the clock that shows `now`; windows use one that doesn't jump (AV-9).
    pub async fn charge(&self, named: &[Quota], now: Timestamp) -> Result<Decision> {
        let quotas = self.stored(named);
        let first = quotas.first().map_or("", |(key, _)| key);
        let turn = timeout(TURN_TIMEOUT, self.mutexes.lock(first)).await;
        let Ok(_turn) = turn else {
            self.usage.failed.count();
            return Err(Error::GeneralServerBusy);
        };
        let decision = match &*self.store {
            // Boxed, so that the many futures that wait are small.
            Store::Database(database) => Box::pin(database.charge(&quotas, now)).await,
            Store::Redis(redis) => redis.charge(&quotas, now).await,
        };
        self.usage.count(&decision);
        Ok(decision?.in_order_of(named, &quotas))
    }

    /// Resets quotas.
    pub async fn reset(&self, quotas: &[Quota]) -> Result<()> {
        let quotas = self.stored(quotas);
        match &*self.store {
            Store::Database(database) => database.reset(&quotas).await,
            Store::Redis(redis) => redis.reset(&quotas).await,
        }
    }

    /// Fails if the last call found the disk full and it still is.
    pub async fn check(&self) -> Result<()> {
        match &*self.store {
            Store::Database(database) => database.check().await,
            Store::Redis(_) => Ok(()),
        }
    }

    /// Whether the last call found the disk full.
    pub fn is_full(&self) -> bool {
        match &*self.store {
            Store::Database(database) => database.is_full(),
            Store::Redis(_) => false,
        }
    }

    /// Checkpoints the WAL of an SQLite file.
    pub async fn checkpoint(&self) -> Result<()> {
        match &*self.store {
            Store::Database(database) => database.checkpoint().await,
            Store::Redis(_) => Ok(()),
        }
    }

    /// Deletes quotas without calls in their window. Redis does so itself.
    pub async fn purge(&self) -> Result<()> {
        match &*self.store {
            Store::Database(database) => database.purge().await,
            Store::Redis(_) => Ok(()),
        }
    }

    /// The quotas with their keys in the store, sorted, so that rows are locked in a fixed order. Keys are
    /// keyed hashes, so that the store contains no addresses or numbers.
    fn stored<'a>(&self, quotas: &'a [Quota]) -> Vec<Stored<'a>> {
        let key = |quota: &Quota| {
            let mac = self.key.clone().chain_update(&quota.key).finalize().into_bytes();
            hex::encode(mac.get(..16).unwrap_or_default())
        };
        let mut stored: Vec<Stored<'a>> = quotas.iter().map(|quota| (key(quota), quota)).collect();
        stored.sort_by(|one, other| one.0.cmp(&other.0));
        stored
    }
}
