//! Quotas in Redis or Valkey, shared by all instances.
//!
//! Redis counts by its own clock, so that a server's clock jump makes no room. While it responds in time, it
//! decides alone.
//!
//! **When it doesn't respond**, the call is decided here within the instance's share (`share.rs`). What was
//! granted is written to Redis in the next beat, a few milliseconds later or once it responds again, under
//! the name that the call had in the request to Redis: if Redis has counted the call and only its answer was
//! late, it isn't counted twice. Until then it is subtracted from the share. Calls that Redis may have
//! counted, but this process refused, are removed from Redis.
//!
//! **Shares start from shared knowledge.** After each call, Redis writes the state of the quota to a short
//! stream, which every instance reads in its beat. So each knows the calls of all, also for quotas it has
//! never used, and those from before its start. A used-up quota stays used up here until the time that Redis
//! gave, even if Redis loses its data.
//!
//! **While it stutters**, some calls are granted here, and answers to others arrive just in time, in unknown
//! order: Redis may grant the last call of a quota before it reads what others have granted. So in an epoch
//! (`link.rs`) a call needs both Redis's permission and room in the share. Redis alone never exceeds N; the
//! shares of an epoch together never exceed what was left at its start by more than 2. So at most N + 2
//! calls pass in any window.
//!
//! This holds if Redis fails for all instances alike. An instance that alone loses Redis may add its share
//! to what Redis grants others. And calls that Redis granted to others in the last beat before it fell
//! silent are unknown here: a burst at one instance within these 10 ms is not in the shares of the others.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use anyhow::Context;
use entity::Timestamp;
use tokio::runtime::{Builder, Runtime};
use tokio::time::{Instant, sleep, timeout};

use super::{Balance, Decision, Stored};
use crate::clock::Clock;
use crate::config;
use crate::error::Result;
use crate::metrics::Counter;
use crate::request_log;

mod link;
mod scripts;
mod share;
mod store;

use link::Link;
use share::{Attempt, Claim, Share, Standing};
use store::Store;
pub(super) use store::ping;

/// The pause between beats. It is far shorter than the time limit of calls, so that every instance notices
/// each silence.
const BEAT: Duration = Duration::from_millis(10);
/// How many calls a beat writes.
const BATCH: usize = 500;

/// Quotas in a common store, with a local share for when it doesn't respond.
pub(crate) struct Redis {
    parts: Arc<Parts>,
    /// The beat has a thread of its own, so that a busy server doesn't mistake itself for a slow Redis. None
    /// only at the end.
    runtime: Option<Runtime>,
}

struct Parts {
    store: Store,
    clock: Clock,
    /// How long to wait for an answer before the call is decided here (RL-9).
    time_limit: Duration,
    link: Link,
    share: Share,
    /// The last entry of the stream that was read.
    read_until: Mutex<String>,
    /// Calls that were decided here.
    fallbacks: Arc<Counter>,
}

impl std::fmt::Debug for Redis {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Redis").field("link", &self.parts.link).finish_non_exhaustive()
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Redis {
    pub(super) async fn connect(
        config: &config::redis::Redis,
        url: &str,
        clock: &Clock,
    ) -> anyhow::Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("redis")
            .enable_all()
            .build()?;
        let store = runtime.spawn(Store::connect(url.to_owned(), clock.clone())).await;
        let store = match store.map_err(anyhow::Error::from).flatten() {
            Ok(store) => store,
            Err(error) => {
                // Dropped here, it would panic: it waits for its threads, which asynchronous code must not.
                runtime.shutdown_background();
                return Err(error);
            }
        };
        let time_limit = Duration::from_millis(config.patience_ms);
        let parts = Arc::new(Parts {
            store,
            clock: clock.clone(),
            time_limit,
            link: Link::new(time_limit),
            share: Share::new(config.instances),
            read_until: Mutex::new("0-0".to_owned()),
            fallbacks: Arc::default(),
        });
        runtime.spawn(beat(Arc::downgrade(&parts)));
        Ok(Self { parts, runtime: Some(runtime) })
    }

    pub(super) async fn charge(&self, quotas: &[Stored<'_>], now: Timestamp) -> Result<Decision> {
        let claims = claims(quotas);
        let parts = Arc::clone(&self.parts);
        let steady = parts.clock.steady();
        let decision =
            self.on_own_thread(async move { parts.decide(&claims, steady).await }).await?;
        Ok(decision.context("no quota was named")?.moved(steady, now))
    }

    /// Counts the calls that were decided here.
    pub(super) fn fallbacks(&self) -> Arc<Counter> {
        Arc::clone(&self.parts.fallbacks)
    }

    pub(super) async fn reset(&self, quotas: &[Stored<'_>]) -> Result<()> {
        let claims = claims(quotas);
        let parts = Arc::clone(&self.parts);
        self.on_own_thread(async move { parts.reset(&claims).await }).await
    }

    async fn on_own_thread<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Result<T> {
        let runtime = self.runtime.as_ref().context("the limiter has ended")?;
        Ok(runtime.spawn(request_log::carry(work)).await.context("the limiter has ended")?)
    }
}

impl Parts {
    /// Lets Redis decide, or decides here.
    async fn decide(&self, claims: &[Claim], now: Timestamp) -> Option<Decision> {
        let call = next_call();
        let used_up = claims.iter().find_map(|claim| self.share.used_up_until(&claim.key, now));
        let sent_at = Instant::now();
        let is_called = !self.link.is_silent(sent_at);
        let answer =
            if is_called { self.in_time(self.store.charge(claims, call)).await } else { None };
        let decision = match answer {
            None => {
                self.fallbacks.count();
                let epoch = self.link.epoch(Instant::now());
                self.share.grant(claims, Attempt { call, epoch, now })?
            }
            Some((allowed, standings)) => {
                let epoch = self.link.epoch_of_answer(sent_at, Instant::now());
                let confirmed = epoch.filter(|_| allowed).and_then(|epoch| {
                    let left: Vec<u32> = standings.iter().map(|standing| standing.left).collect();
                    self.share.confirm(claims, &left, Attempt { call, epoch, now })
                });
                for (claim, standing) in claims.iter().zip(&standings) {
                    self.share.learn(&claim.key, *standing, now);
                }
                if !allowed {
                    return decision(allowed, claims, &standings);
                }
                match (confirmed, used_up) {
                    (Some(refused), _) if !refused.allowed => refused,
                    // Redis has lost its data.
                    (_, Some(until)) => used_up_decision(claims, until)?,
                    _ => return decision(allowed, claims, &standings),
                }
            }
        };
        if is_called && !decision.allowed {
            self.share.give_back(claims, call, now);
        }
        Some(decision)
    }

    async fn reset(&self, claims: &[Claim]) {
        for claim in claims {
            self.share.reset(&claim.key);
        }
        // While Redis doesn't respond, the share was reset, and the common count expires by itself.
        if !self.link.is_silent(Instant::now()) {
            self.in_time(self.store.reset(claims)).await;
        }
    }

    /// Redis's answer, if it comes in time.
    async fn in_time<T>(&self, call: impl Future<Output = anyhow::Result<T>>) -> Option<T> {
        match timeout(self.time_limit, call).await {
            Ok(Ok(answer)) => return Some(answer),
            Ok(Err(error)) => {
                self.link.lost(Instant::now());
                tracing::warn!(
                    "Redis (redis.url) fails; rate limits are counted in this process: {error:#}"
                );
            }
            Err(_) => {
                tracing::warn!(
                    "Redis (redis.url) does not answer within redis.patience_ms; rate limits are counted in this process"
                );
            }
        }
        None
    }

    /// Writes what Redis doesn't know, and reads the news of others. Returns whether there is more.
    async fn catch_up(&self) -> bool {
        let owed = self.share.owed(BATCH);
        let now = self.clock.steady();
        let after = self.read_until.lock().unwrap_or_else(PoisonError::into_inner).clone();
        self.link.called(Instant::now());
        let news = match self.store.catch_up(&owed, &after).await {
            Ok(news) => news,
            Err(error) => {
                // Calls log the error.
                self.link.lost(Instant::now());
                self.store.reopen_after(&error);
                return false;
            }
        };
        self.share.written(&owed);
        for news in &news {
            match news.standing {
                Some(standing) => self.share.learn(&news.key, standing, now),
                None => self.share.reset(&news.key),
            }
        }
        if let Some(last) = news.last() {
            last.id.clone_into(&mut self.read_until.lock().unwrap_or_else(PoisonError::into_inner));
        }
        self.link.answered(Instant::now());
        news.len().max(owed.len()) == BATCH
    }
}

/// Runs the beat until the limiter ends.
async fn beat(parts: Weak<Parts>) {
    while let Some(parts) = parts.upgrade() {
        if !parts.catch_up().await {
            drop(parts);
            sleep(BEAT).await;
        }
    }
}

fn decision(allowed: bool, claims: &[Claim], standings: &[Standing]) -> Option<Decision> {
    let balances = claims.iter().zip(standings).map(|(claim, standing)| Balance {
        limit: claim.limit,
        remaining: standing.left,
        reset: standing.room_at,
    });
    Decision::over(allowed, balances)
}

fn used_up_decision(claims: &[Claim], reset: Timestamp) -> Option<Decision> {
    let balance = |claim: &Claim| Balance { limit: claim.limit, remaining: 0, reset };
    Decision::over(false, claims.iter().map(balance))
}

fn claims(quotas: &[Stored<'_>]) -> Vec<Claim> {
    let claim = |(key, quota): &Stored<'_>| Claim {
        key: key.clone(),
        limit: quota.limit,
        window: quota.window,
    };
    quotas.iter().map(claim).collect()
}

/// A number that is unique in this process.
fn next_call() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}
