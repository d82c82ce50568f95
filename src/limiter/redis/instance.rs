//! Decides calls: by Redis while it responds in time, otherwise within this instance's share.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use anyhow::anyhow;
use entity::Timestamp;
use tokio::time::{Instant, sleep, timeout};

use super::link::Link;
use super::share::{Attempt, Claim, Share, Standing};
use super::store::Store;
use crate::clock::Clock;
use crate::config;
use crate::limiter::{Balance, Decision};
use crate::metrics::Counter;

/// The pause between beats. It is far shorter than the time limit of calls, so that every instance notices
/// each silence.
const BEAT: Duration = Duration::from_millis(10);
/// How many calls a beat writes.
const BATCH: usize = 500;
/// How long reading the news may take at the start. The stream has some 20,000 entries at most.
const FIRST_READ: Duration = Duration::from_secs(10);

/// An instance's link to Redis, and what it knows of the quotas.
pub(super) struct Instance {
    store: Store,
    pub(super) clock: Clock,
    /// How long to wait for an answer before the call is decided here (RL-9).
    time_limit: Duration,
    pub(super) link: Link,
    share: Share,
    /// The last entry of the stream that was read.
    read_until: Mutex<String>,
    /// Calls that were decided here.
    pub(super) fallbacks: Arc<Counter>,
}

impl Instance {
    /// Connects to Redis, and reads what was used up before this process started.
    pub(super) async fn open(
        config: config::redis::Redis,
        url: String,
        clock: Clock,
    ) -> anyhow::Result<Arc<Self>> {
        let time_limit = Duration::from_millis(config.patience_ms);
        let instance = Self {
            store: Store::connect(url, clock.clone()).await?,
            clock,
            time_limit,
            link: Link::new(time_limit),
            share: Share::new(config.instances),
            read_until: Mutex::new("0-0".to_owned()),
            fallbacks: Arc::default(),
        };
        let mut failure = None;
        let read_all = async {
            loop {
                match instance.catch_up().await {
                    Ok(true) => {}
                    Ok(false) => return,
                    // It may still load its data, or be about to be replaced.
                    Err(error) => {
                        instance.store.reopen_after(&error);
                        failure = Some(error);
                        sleep(BEAT).await;
                    }
                }
            }
        };
        if timeout(FIRST_READ, read_all).await.is_err() {
            let cause = failure.unwrap_or_else(|| anyhow!("it does not answer"));
            return Err(cause.context("Redis doesn't say which quotas are used up"));
        }
        Ok(Arc::new(instance))
    }

    /// Lets Redis decide, or decides here.
    pub(super) async fn decide(&self, claims: &[Claim], now: Timestamp) -> Option<Decision> {
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

    pub(super) async fn reset(&self, claims: &[Claim]) {
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
    async fn catch_up(&self) -> anyhow::Result<bool> {
        let owed = self.share.owed(BATCH);
        let now = self.clock.steady();
        let after = self.read_until.lock().unwrap_or_else(PoisonError::into_inner).clone();
        self.link.called(Instant::now());
        let news = self.store.catch_up(&owed, &after).await?;
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
        Ok(news.len().max(owed.len()) == BATCH)
    }
}

/// Runs the beat until the limiter ends.
pub(super) async fn beat(instance: Weak<Instance>) {
    while let Some(instance) = instance.upgrade() {
        let is_more = instance.catch_up().await.unwrap_or_else(|error| {
            // Calls log the error.
            instance.link.lost(Instant::now());
            instance.store.reopen_after(&error);
            false
        });
        if !is_more {
            drop(instance);
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

/// A number that is unique in this process.
fn next_call() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}
