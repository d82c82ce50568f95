//! Connections to the database, and caches.

use super::family::{Family, Kind, Sample};
use crate::client::user_agent;
use crate::db::{Accounts, Pool};
use crate::http::endpoint::Endpoint;
use crate::metrics::CacheUse;

/// Reads them.
pub(super) fn read(endpoint: &Endpoint) -> Vec<Family> {
    [pools(endpoint.app.db.pools()), caches(endpoint)].concat()
}

fn pools(pools: Vec<Pool>) -> Vec<Family> {
    let whole = |count: usize| Sample::Whole(u64::try_from(count).unwrap_or(u64::MAX));
    let mut connections = Family::new(
        Kind::Gauge,
        "accountd_database_connections",
        &["pool", "state"],
        "Connections to the database: in use, open but idle, and how many may be in use at once",
    );
    let mut waits = Family::new(
        Kind::Counter,
        "accountd_database_waits",
        &["pool"],
        "How often a connection, or the turn to write, was not free at once",
    );
    let mut waited = Family::new(
        Kind::Counter,
        "accountd_database_wait_seconds",
        &["pool"],
        "The total time of waiting for a connection, or for the turn to write",
    );
    let mut statements = Family::new(
        Kind::Counter,
        "accountd_database_statements",
        &["pool"],
        "Statements that were run, without those that begin and end transactions on SQLite",
    );
    for pool in pools {
        let states = [("in_use", pool.in_use), ("idle", pool.idle), ("max", pool.max)];
        for (state, count) in states {
            connections = connections.with([pool.name, state], whole(count));
        }
        waits = waits.with([pool.name], Sample::Whole(pool.waits));
        waited = waited.with([pool.name], Sample::Real(pool.waited));
        statements = statements.with([pool.name], Sample::Whole(pool.statements));
    }
    vec![connections, waits, waited, statements]
}

/// A cache: what has used it, and how many bytes it takes.
struct Cache {
    name: &'static str,
    hits: u64,
    misses: u64,
    bytes: u64,
}

impl Cache {
    fn new(name: &'static str, usage: &CacheUse, bytes: u64) -> Self {
        Self { name, hits: usage.hits.get(), misses: usage.misses.get(), bytes }
    }

    fn and(self, other: &Self) -> Self {
        Self {
            hits: self.hits.saturating_add(other.hits),
            misses: self.misses.saturating_add(other.misses),
            bytes: self.bytes.saturating_add(other.bytes),
            ..self
        }
    }
}

fn caches(endpoint: &Endpoint) -> Vec<Family> {
    let app = &endpoint.app;
    let documents = endpoint.documents();
    let documents = documents.map(|it| Cache::new("documents", it.usage(), it.bytes()));
    let none = Cache::new("documents", &CacheUse::default(), 0);
    let documents = documents.fold(none, |sum, each| sum.and(&each));
    let accounts = app.db.accounts().map_or(0, Accounts::bytes);
    let accounts = u64::try_from(accounts).unwrap_or(u64::MAX);
    let all = [
        documents,
        Cache::new("accounts", &app.metrics.accounts, accounts),
        Cache::new("user_agents", user_agent::usage(), user_agent::bytes()),
    ];
    let family = |kind, name, help, value: fn(&Cache) -> u64| {
        let values = all.iter().map(|cache| ([cache.name], Sample::Whole(value(cache))));
        Family::new(kind, name, &["cache"], help).with_all(values)
    };
    vec![
        family(
            Kind::Counter,
            "accountd_cache_hits",
            "How often a cache had what was asked for",
            |cache| cache.hits,
        ),
        family(
            Kind::Counter,
            "accountd_cache_misses",
            "How often a cache lacked what was asked for",
            |cache| cache.misses,
        ),
        family(Kind::Gauge, "accountd_cache_bytes", "The estimated memory of a cache", |cache| {
            cache.bytes
        }),
    ]
}
