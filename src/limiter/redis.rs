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
//! never used. Before it decides anything, it reads the calls from before its start. A used-up quota stays
//! used up here until the time that Redis gave, even if Redis loses its data.
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

use std::sync::Arc;

use anyhow::Context;
use entity::Timestamp;
use tokio::runtime::Builder;

use super::{Decision, Stored};
use crate::clock::Clock;
use crate::config;
use crate::error::Result;
use crate::metrics::Counter;
use crate::own_runtime::OwnRuntime;
use crate::request_log;

mod instance;
mod link;
mod scripts;
mod share;
mod store;

use instance::Instance;
use share::Claim;
pub(super) use store::ping;

/// Quotas in a common store, with a local share for when it doesn't respond.
pub(crate) struct Redis {
    instance: Arc<Instance>,
    /// The beat has a thread of its own, so that a busy server doesn't mistake itself for a slow Redis.
    runtime: OwnRuntime,
}

impl std::fmt::Debug for Redis {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Redis").field("link", &self.instance.link).finish_non_exhaustive()
    }
}

impl Redis {
    pub(super) async fn connect(
        config: &config::redis::Redis,
        url: &str,
        clock: &Clock,
    ) -> anyhow::Result<Self> {
        let mut builder = Builder::new_multi_thread();
        let runtime =
            OwnRuntime::build(builder.worker_threads(1).thread_name("redis").enable_all())?;
        let opening = Instance::open(config.clone(), url.to_owned(), clock.clone());
        let instance = runtime.handle().spawn(opening).await??;
        runtime.handle().spawn(instance::beat(Arc::downgrade(&instance)));
        Ok(Self { instance, runtime })
    }

    pub(super) async fn charge(&self, quotas: &[Stored<'_>], now: Timestamp) -> Result<Decision> {
        let claims = claims(quotas);
        let instance = Arc::clone(&self.instance);
        let steady = instance.clock.steady();
        let decision =
            self.on_own_thread(async move { instance.decide(&claims, steady).await }).await?;
        Ok(decision.context("no quota was named")?.moved(steady, now))
    }

    /// Counts the calls that were decided here.
    pub(super) fn fallbacks(&self) -> Arc<Counter> {
        Arc::clone(&self.instance.fallbacks)
    }

    pub(super) async fn reset(&self, quotas: &[Stored<'_>]) -> Result<()> {
        let claims = claims(quotas);
        let instance = Arc::clone(&self.instance);
        self.on_own_thread(async move { instance.reset(&claims).await }).await
    }

    async fn on_own_thread<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Result<T> {
        let worked = self.runtime.handle().spawn(request_log::carry(work)).await;
        Ok(worked.context("the limiter has ended")?)
    }
}

fn claims(quotas: &[Stored<'_>]) -> Vec<Claim> {
    let claim = |(key, quota): &Stored<'_>| Claim {
        key: key.clone(),
        limit: quota.limit,
        window: quota.window,
    };
    quotas.iter().map(claim).collect()
}
