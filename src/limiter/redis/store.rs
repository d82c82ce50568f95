//! Calls to Redis, and their answers.

use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::Duration;

use ::redis::aio::{ConnectionManager, ConnectionManagerConfig};
use ::redis::io::tcp::TcpSettings;
use ::redis::{Client, IntoConnectionInfo, RedisError};
use anyhow::Context;
use entity::Timestamp;
use tokio::time::{Instant, timeout};

use super::scripts::Scripts;
use super::share::{Claim, Owed, Standing};
use crate::clock::Clock;
use crate::random::Random;

/// How long to wait for a new connection before the next attempt.
const MAX_DELAY: Duration = Duration::from_millis(500);
/// The stream of news about quotas.
const STREAM: &str = "accountd:limits";
/// The prefix of the keys of quotas.
const PREFIX: &str = "accountd:limit:";

/// How long sent bytes may go unacknowledged before the connection counts as broken. A machine with a frozen
/// Redis still acknowledges them.
#[cfg(target_os = "linux")]
const LINK_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a connection is kept that answers with errors only: longer than opening one takes.
const REOPEN_PAUSE: Duration = Duration::from_secs(5);

/// A connection to Redis that reconnects.
pub(super) struct Store {
    client: Client,
    connection: Mutex<Managed>,
    scripts: Scripts,
    clock: Clock,
}

/// A connection, and when it was opened.
struct Managed {
    manager: ConnectionManager,
    opened_at: Instant,
}

/// News about a quota.
pub(super) struct News {
    /// The entry of the stream.
    pub(super) id: String,
    pub(super) key: String,
    /// Its state; none if its calls were deleted.
    pub(super) standing: Option<Standing>,
}

/// Fails if no Redis or Valkey responds at `url`.
pub(in crate::limiter) async fn ping(url: &str) -> anyhow::Result<()> {
    /// How long it may take.
    const TIMEOUT: Duration = Duration::from_secs(5);
    let answer = async {
        let mut connection = Client::open(url)?.get_multiplexed_async_connection().await?;
        anyhow::Ok(::redis::cmd("PING").query_async::<()>(&mut connection).await?)
    };
    timeout(TIMEOUT, answer).await.context("doesn't answer in time")?
}

impl Store {
    pub(super) async fn connect(url: String, clock: Clock) -> anyhow::Result<Self> {
        let tcp = TcpSettings::default().set_nodelay(true);
        #[cfg(target_os = "linux")]
        let tcp = tcp.set_user_timeout(LINK_TIMEOUT);
        let info = url.into_connection_info().context("redis.url can't be read")?;
        let client = Client::open(info.set_tcp_settings(tcp))?;
        let manager = ConnectionManager::new_with_config(client.clone(), settings())
            .await
            .context("Redis can't be reached")?;
        let connection = Mutex::new(Managed { manager, opened_at: Instant::now() });
        Ok(Self { client, connection, scripts: Scripts::new(), clock })
    }

    /// Opens a new connection after `error`, unless the last one is too young.
    ///
    /// The manager reconnects by itself after an I/O error, but not after an error answer. It would keep a
    /// connection whose password was wrong, or to a server that has become a replica.
    pub(super) fn reopen_after(&self, error: &anyhow::Error) {
        let is_io = error.downcast_ref::<RedisError>().is_some_and(RedisError::is_io_error);
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        if is_io || connection.opened_at.elapsed() < REOPEN_PAUSE {
            return;
        }
        if let Ok(manager) =
            ConnectionManager::new_lazy_with_config(self.client.clone(), settings())
        {
            *connection = Managed { manager, opened_at: Instant::now() };
        }
    }

    fn connection(&self) -> ConnectionManager {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner).manager.clone()
    }

    /// Charges all quotas or none. Returns whether it did, and the state of each.
    pub(super) async fn charge(
        &self,
        claims: &[Claim],
        call: u64,
    ) -> anyhow::Result<(bool, Vec<Standing>)> {
        let steady = self.clock.steady();
        let mut script = self.scripts.charge.key(STREAM);
        for claim in claims {
            script.key(redis_key(&claim.key));
        }
        script.arg(self.fake_time()).arg(name(call));
        for claim in claims {
            script.arg(claim.limit).arg(millis(claim.window));
        }
        let answer: Vec<i64> = script.invoke_async(&mut self.connection()).await?;
        let (allowed, quotas) = answer.split_first().context("an empty answer of Redis")?;
        let (quotas, _) = quotas.as_chunks::<3>();
        let standings =
            quotas.iter().map(|[left, room, until]| standing(*left, *room, *until, steady));
        Ok((*allowed == 1, standings.collect()))
    }

    /// Writes calls that were decided elsewhere, and reads the news after the entry `after`.
    pub(super) async fn catch_up(&self, owed: &[Owed], after: &str) -> anyhow::Result<Vec<News>> {
        let steady = self.clock.steady();
        let mut script = self.scripts.catch_up.key(STREAM);
        for owed in owed {
            script.key(redis_key(&owed.claim.key));
        }
        script.arg(self.fake_time()).arg(after);
        for Owed { claim, call, at, is_void } in owed {
            let age = if *is_void { -1 } else { millis(steady.since(*at)) };
            script.arg(name(*call)).arg(age).arg(millis(claim.window)).arg(claim.limit);
        }
        let answer: Vec<String> = script.invoke_async(&mut self.connection()).await?;
        let (redis_now, news) = answer.split_first().context("an empty answer of Redis")?;
        let redis_now: i64 = redis_now.parse()?;
        let ahead = |at: &str| anyhow::Ok(at.parse::<i64>()?.saturating_sub(redis_now));
        let (news, _) = news.as_chunks::<5>();
        let read = |[id, key, left, room_at, until]: &[String; 5]| {
            let left: i64 = left.parse()?;
            let (room, until) = (ahead(room_at)?, ahead(until)?);
            let key = key.strip_prefix(PREFIX).context("news of an unknown kind")?.to_owned();
            let standing = (left >= 0).then(|| standing(left, room, until, steady));
            Ok(News { id: id.clone(), key, standing })
        };
        news.iter().map(read).collect()
    }

    /// Resets quotas.
    pub(super) async fn reset(&self, claims: &[Claim]) -> anyhow::Result<()> {
        let mut script = self.scripts.reset.key(STREAM);
        for claim in claims {
            script.key(redis_key(&claim.key));
        }
        script.arg(self.fake_time());
        Ok(script.invoke_async(&mut self.connection()).await?)
    }

    /// The time that a test has set; otherwise Redis uses its own clock.
    fn fake_time(&self) -> String {
        self.clock.fake_time().map(|time| time.millis().to_string()).unwrap_or_default()
    }
}

/// Time limits are set for each call.
fn settings() -> ConnectionManagerConfig {
    ConnectionManagerConfig::new().set_response_timeout(None).set_max_delay(MAX_DELAY)
}

/// How many calls are left, and in how many milliseconds there will be one more, and all, as of `now`.
fn standing(left: i64, room: i64, until: i64, now: Timestamp) -> Standing {
    let at = |ahead: i64| Timestamp::from_millis(now.millis().saturating_add(ahead));
    Standing { left: u32::try_from(left).unwrap_or(0), room_at: at(room), until: at(until) }
}

fn redis_key(key: &str) -> String {
    format!("{PREFIX}{key}")
}

fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

/// A unique name: the process and a number.
fn name(call: u64) -> String {
    static PROCESS: LazyLock<String> = LazyLock::new(|| hex::encode(Random::System.bytes::<8>()));
    format!("{}:{call}", *PROCESS)
}
