//! Budgets in Redis or Valkey, shared by all instances.

use std::sync::LazyLock;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::time::Duration;

use ::redis::Client;
use ::redis::Script;
use ::redis::aio::ConnectionManager;
use ::redis::aio::ConnectionManagerConfig;
use anyhow::Context;
use entity::Timestamp;
use tokio::time::Instant;
use tokio::time::timeout;

use super::Balance;
use super::Budget;
use super::Stored;
use super::Verdict;
use super::local::Local;
use crate::auth::session_secret::hex;
use crate::config;
use crate::error::Result;
use crate::random::Random;

/// How long the store is left alone after it didn't answer.
const PAUSE: Duration = Duration::from_secs(1);

/// Charges all keys or none, atomically. Each key is a sorted set of calls by their milliseconds.
///
/// ARGV: now, a name for this call, then limit and window of each key. Answers whether it was allowed, then of each key
/// the count and the call whose end gives room. A call in the future, left by a clock that was set back, counts as one of now.
const CHARGE: &str = r"
local now = tonumber(ARGV[1])
local allowed = 1
for i, key in ipairs(KEYS) do
  local limit, window = tonumber(ARGV[1 + 2 * i]), tonumber(ARGV[2 + 2 * i])
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now - window)
  for _, call in ipairs(redis.call('ZRANGEBYSCORE', key, '(' .. now, '+inf')) do
    redis.call('ZADD', key, now, call)
  end
  if redis.call('ZCARD', key) >= limit then allowed = 0 end
end
local answer = { allowed }
for i, key in ipairs(KEYS) do
  if allowed == 1 then
    redis.call('ZADD', key, now, ARGV[2])
    redis.call('PEXPIRE', key, ARGV[2 + 2 * i])
  end
  local count = redis.call('ZCARD', key)
  local too_many = math.max(count - tonumber(ARGV[1 + 2 * i]), 0)
  local next = redis.call('ZRANGE', key, too_many, too_many, 'WITHSCORES')
  table.insert(answer, count)
  table.insert(answer, tonumber(next[2] or now))
end
return answer
";

/// Budgets in a common store, with a local share for when it doesn't answer.
pub(crate) struct Redis {
    connection: ConnectionManager,
    script: Script,
    local: Local,
    instances: u32,
    /// How long an answer may take before the call is counted here (security.md RL-9).
    patience: Duration,
    away_until: Mutex<Option<Instant>>,
}

impl std::fmt::Debug for Redis {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Redis").field("instances", &self.instances).finish_non_exhaustive()
    }
}

/// Fails when no Redis or Valkey answers at `url`.
pub(super) async fn ping(url: &str) -> anyhow::Result<()> {
    /// How long it may take.
    const PATIENCE: Duration = Duration::from_secs(5);
    let answer = async {
        let mut connection = Client::open(url)?.get_multiplexed_async_connection().await?;
        anyhow::Ok(::redis::cmd("PING").query_async::<()>(&mut connection).await?)
    };
    timeout(PATIENCE, answer).await.context("doesn't answer in time")?
}

impl Redis {
    pub(super) async fn connect(config: &config::redis::Redis, url: &str) -> anyhow::Result<Self> {
        let client = Client::open(url).context("redis.url can't be read")?;
        // How long an answer may take is decided here, call by call.
        let settings = ConnectionManagerConfig::new().set_response_timeout(None);
        let connection = ConnectionManager::new_with_config(client, settings)
            .await
            .context("Redis can't be reached")?;
        Ok(Self {
            connection,
            script: Script::new(CHARGE),
            local: Local::default(),
            instances: config.instances,
            patience: Duration::from_millis(config.patience_ms),
            away_until: Mutex::new(None),
        })
    }

    pub(super) async fn charge(&self, budgets: &[Stored<'_>], now: Timestamp) -> Result<Verdict> {
        if let Some(verdict) = self.in_time(self.charge_common(budgets, now)).await {
            if verdict.allowed {
                self.local.note(budgets, now);
            }
            return Ok(verdict);
        }
        let shares: Vec<Budget> = budgets.iter().map(|(_, budget)| self.share(budget)).collect();
        let shares: Vec<Stored<'_>> =
            budgets.iter().zip(&shares).map(|((key, _), share)| (key.clone(), share)).collect();
        Ok(self.local.charge(&shares, now).context("no budget was named")?)
    }

    async fn charge_common(
        &self,
        budgets: &[Stored<'_>],
        now: Timestamp,
    ) -> anyhow::Result<Verdict> {
        let mut call = self.script.prepare_invoke();
        for (key, _) in budgets {
            call.key(redis_key(key));
        }
        // Calls of the same millisecond are told apart by a number of their own.
        call.arg(now.millis()).arg(next_call());
        for (_, budget) in budgets {
            let window = i64::try_from(budget.window.as_millis()).unwrap_or(i64::MAX);
            call.arg(budget.limit).arg(window);
        }
        let answer: Vec<i64> = call.invoke_async(&mut self.connection.clone()).await?;
        let (allowed, counts) = answer.split_first().context("an empty answer of Redis")?;
        let (counts, _) = counts.as_chunks::<2>();
        let balances = budgets.iter().zip(counts).map(|((_, budget), [count, next])| Balance {
            limit: budget.limit,
            remaining: budget.limit.saturating_sub(u32::try_from(*count).unwrap_or(u32::MAX)),
            reset: match count {
                0 => now,
                _ => Timestamp::from_millis(*next) + budget.window,
            },
        });
        Verdict::over(*allowed == 1, balances).context("no budget was named")
    }

    pub(super) async fn reset(&self, budgets: &[Stored<'_>]) -> Result<()> {
        self.local.reset(budgets);
        let keys: Vec<String> = budgets.iter().map(|(key, _)| redis_key(key)).collect();
        let mut connection = self.connection.clone();
        let mut delete = ::redis::cmd("DEL");
        let delete = delete.arg(keys).query_async::<()>(&mut connection);
        // While the store is away the share was emptied, and the common count runs out by itself.
        self.in_time(async { Ok(delete.await?) }).await;
        Ok(())
    }

    /// What Redis answers in time; nothing while it is away.
    async fn in_time<T>(&self, call: impl Future<Output = anyhow::Result<T>>) -> Option<T> {
        if self.is_away() {
            return None;
        }
        if let Ok(Ok(answer)) = timeout(self.patience, call).await {
            return Some(answer);
        }
        tracing::warn!("Redis does not answer; rate limits are counted in this process");
        let until = Instant::now().checked_add(PAUSE);
        *self.away_until.lock().unwrap_or_else(PoisonError::into_inner) = until;
        None
    }

    fn is_away(&self) -> bool {
        let until = self.away_until.lock().unwrap_or_else(PoisonError::into_inner);
        until.is_some_and(|until| Instant::now() < until)
    }

    /// What this instance allows on its own: its part of the limit, rounded up.
    fn share(&self, budget: &Budget) -> Budget {
        Budget { limit: budget.limit.div_ceil(self.instances.max(1)), ..budget.clone() }
    }
}

fn redis_key(key: &str) -> String {
    format!("accountd:limit:{key}")
}

/// A name that no other call has: the process, and a number.
fn next_call() -> String {
    static PROCESS: LazyLock<String> = LazyLock::new(|| hex(&Random::System.bytes::<8>()));
    static NEXT: AtomicU64 = AtomicU64::new(0);
    format!("{}:{}", *PROCESS, NEXT.fetch_add(1, Ordering::Relaxed))
}
