//! Replicas of PostgreSQL, which lists and logs are read from while they keep up with the primary.
//!
//! Every second the primary is asked how far its log of writes is, and each replica how far it has replayed it. So a replica's
//! age is known without its clock, also while nobody writes or while it has lost the primary.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Weak};

use anyhow::bail;
use futures_util::future::join_all;
use tokio::time::{Duration, Instant, sleep};

use super::postgres::Postgres;
use super::usage::Pool;
use crate::config::database::Database;

mod position;
mod replica;

use position::{Identity, Positions};
use replica::Problem;
pub(super) use replica::Replica;

/// How often replicas are looked at.
const INTERVAL: Duration = Duration::from_secs(1);

/// The replicas. None on SQLite, and where the configuration names none.
#[derive(Clone, Debug, Default)]
pub(super) struct Replicas(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    replicas: Vec<Replica>,
    /// The number of the next replica.
    next: AtomicUsize,
}

impl Replicas {
    /// Connects to the replicas of `primary`, and looks after them for as long as the database is open. One that doesn't answer
    /// is tried again; one of another database is an error.
    pub(super) async fn open(config: &Database, primary: &Postgres) -> anyhow::Result<Self> {
        let replicas: Result<_, _> =
            config.replicas.iter().map(|url| Replica::new(url.expose())).collect();
        let inner = Arc::new(Inner { replicas: replicas?, next: AtomicUsize::default() });
        let identity = Identity::of(primary).await?;
        let max_age = Duration::from_secs(config.replica_lag_seconds);
        let mut positions = Positions::new(max_age);
        inner.look(primary, &identity, &mut positions).await;
        for replica in &inner.replicas {
            if replica.problem() == Some(Problem::Foreign) {
                bail!(
                    "database.replicas: {} has another database than database.url",
                    replica.name()
                );
            }
        }
        let task = keep_looking(Arc::downgrade(&inner), primary.clone(), identity, positions);
        tokio::spawn(task);
        Ok(Self(inner))
    }

    /// The next replica in turn that keeps up.
    pub(super) fn choose(&self) -> Option<&Replica> {
        let Inner { replicas, next } = &*self.0;
        if replicas.is_empty() {
            return None;
        }
        let first = next.fetch_add(1, Ordering::Relaxed).checked_rem(replicas.len())?;
        let now = Instant::now();
        let in_turn = replicas.iter().cycle().skip(first).take(replicas.len());
        in_turn.into_iter().find(|replica| replica.keeps_up(now))
    }

    /// Their connections together.
    pub(super) fn pool(&self) -> Option<Pool> {
        let pools = self.0.replicas.iter().map(Replica::pool);
        pools.reduce(Pool::and)
    }

    /// Closes the connections, once each is given back.
    pub(super) async fn close(&self) {
        join_all(self.0.replicas.iter().map(Replica::close)).await;
    }
}

impl Inner {
    /// Looks how far the primary and the replicas are.
    async fn look(&self, primary: &Postgres, identity: &Identity, positions: &mut Positions) {
        positions.look(primary).await;
        let found = join_all(self.replicas.iter().map(|replica| replica.look(identity))).await;
        // Once more: no replica can have replayed what the primary hasn't written by now.
        let primary = positions.look(primary).await;
        for (replica, found) in self.replicas.iter().zip(found) {
            replica.settle(found, positions, primary);
        }
    }
}

/// Looks at the replicas until the database is closed.
async fn keep_looking(
    replicas: Weak<Inner>,
    primary: Postgres,
    identity: Identity,
    mut positions: Positions,
) {
    loop {
        sleep(INTERVAL).await;
        let Some(replicas) = replicas.upgrade().filter(|_| !primary.is_closed()) else { return };
        replicas.look(&primary, &identity, &mut positions).await;
    }
}
