//! Rate limits of three servers while Redis stutters, freezes or is cut off; where the tests have a Redis.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use accountd::clock::Clock;
use accountd::config::SecretUrl;
use accountd::limiter::{Limiter, Quota};
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::support::{START, Stutter, TestApp, check_within};

const MS: Duration = Duration::from_millis(1);

/// The limiters of three servers that reach Redis through one proxy.
struct Fleet {
    app: TestApp,
    servers: Vec<Arc<Limiter>>,
    proxy: Stutter,
}

impl Fleet {
    /// None where the tests have no Redis.
    async fn start() -> Option<Self> {
        let redis = std::env::var("TEST_REDIS_URL").ok()?;
        let proxy = Stutter::before(redis.trim_start_matches("redis://")).await;
        let app = TestApp::new().await;
        let mut fleet = Self { app, servers: Vec::new(), proxy };
        for _ in 0..3 {
            let server = fleet.limiter(50, Clock::system()).await;
            fleet.servers.push(Arc::new(server));
        }
        Some(fleet)
    }

    async fn limiter(&self, patience_ms: u64, clock: Clock) -> Limiter {
        let mut config = self.app.app.config.clone();
        let url = format!("redis://{}", self.proxy.address);
        config.redis.url = Some(SecretUrl::try_from(url).unwrap());
        config.redis.instances = 3;
        config.redis.patience_ms = patience_ms;
        Limiter::open(&config, &self.app.app.db, &self.app.keys(), &clock).await.unwrap()
    }

    fn quota(&self, limit: u32) -> Quota {
        let key = self.app.app.random.id(START);
        Quota { key, limit, window: Duration::from_mins(10) }
    }

    async fn passes(&self, server: usize, quota: &Quota) -> bool {
        let quotas = [quota.clone()];
        self.servers[server].charge(&quotas, START).await.unwrap().allowed
    }

    /// How many of so many calls pass at one server, one after the other.
    async fn count(&self, server: usize, quota: &Quota, calls: usize) -> u32 {
        let mut passed = 0;
        for _ in 0..calls {
            passed += u32::from(self.passes(server, quota).await);
        }
        passed
    }

    /// Uses calls up at one server. On a busy machine that may take more than so many: a slow answer is one of a stutter.
    async fn use_up(&self, server: usize, quota: &Quota, calls: usize) {
        let mut passed = 0;
        for _ in 0..500 {
            passed += usize::from(self.passes(server, quota).await);
            if passed == calls {
                // Until the others have heard of it.
                return sleep(300 * MS).await;
            }
            sleep(10 * MS).await;
        }
        panic!("{passed} of {calls} passed");
    }

    /// How many calls pass that come from all sides at all servers, as long as `while_` takes.
    async fn hammer(&self, quota: &Quota, while_: impl Future<Output = ()>) -> usize {
        let passed = Arc::new(AtomicUsize::new(0));
        let mut tasks = JoinSet::new();
        for n in 0..9 {
            let (server, quotas) = (self.servers[n % 3].clone(), [quota.clone()]);
            let passed = passed.clone();
            tasks.spawn(async move {
                loop {
                    let decision = server.charge(&quotas, START).await.unwrap();
                    passed.fetch_add(usize::from(decision.allowed), Ordering::SeqCst);
                    sleep(MS).await;
                }
            });
        }
        while_.await;
        tasks.shutdown().await;
        passed.load(Ordering::SeqCst)
    }
}

/// RL-9, C-39: through freezes of 70 ms in every 110 at most N + 2 pass, of ten as of the hundred text messages of a
/// country, and none once Redis is back.
#[tokio::test(flavor = "multi_thread")]
async fn a_stutter_lets_at_most_two_more_pass() {
    let Some(fleet) = Fleet::start().await else { return };
    for limit in [10, 100, 1, 11] {
        for _ in 0..4 {
            let quota = fleet.quota(limit);
            let passed = fleet.hammer(&quota, fleet.proxy.stutter(8)).await;
            sleep(200 * MS).await;
            let later = fleet.hammer(&quota, sleep(400 * MS)).await;

            let limit = usize::try_from(limit).unwrap();
            assert!((1..=limit + 2).contains(&(passed + later)), "{passed}, {later} of {limit}");
        }
    }
}

/// RL-9, C-39: a slow answer grants no share of what others have used up, not even at a server that never saw the key.
#[tokio::test(flavor = "multi_thread")]
async fn one_slow_answer_opens_no_share() {
    let Some(fleet) = Fleet::start().await else { return };
    let quota = fleet.quota(10);
    fleet.use_up(0, &quota, 10).await;

    for server in [1, 2, 0] {
        fleet.proxy.freeze();
        let started = Instant::now();
        assert!(!fleet.passes(server, &quota).await);
        // Redis doesn't answer yet: the limiter has given up on it, after 50 ms if the machine lets it.
        check_within(500 * MS, started);
        assert_eq!(fleet.count(server, &quota, 20).await, 0);
        fleet.proxy.thaw();
        sleep(10 * MS).await;
        assert_eq!(fleet.count(server, &quota, 20).await, 0);
        sleep(150 * MS).await;
    }
}

/// RL-9, MI-5: in an outage each server grants its part of what was left, and writes it to Redis afterwards; whether Redis
/// freezes or its connections break.
#[tokio::test(flavor = "multi_thread")]
async fn an_outage_is_bridged_by_shares() {
    let Some(fleet) = Fleet::start().await else { return };
    for freeze in [Stutter::freeze, Stutter::cut] {
        let (fresh, used, other) = (fleet.quota(10), fleet.quota(10), fleet.quota(100));
        fleet.use_up(0, &used, 6).await;

        freeze(&fleet.proxy);
        let (mut of_fresh, mut of_used, mut of_other) = (0, 0, 0);
        for server in 0..3 {
            of_fresh += fleet.count(server, &fresh, 20).await;
            of_used += fleet.count(server, &used, 20).await;
            of_other += fleet.count(server, &other, 20).await;
        }
        assert_eq!((of_fresh, of_used, of_other), (12, 6, 60));
        fleet.proxy.thaw();
        sleep(1_500 * MS).await;

        for server in 0..3 {
            assert_eq!(fleet.count(server, &fresh, 20).await, 0);
            assert_eq!(fleet.count(server, &used, 20).await, 0);
        }
        assert_eq!(fleet.hammer(&other, sleep(1_500 * MS)).await, 40);
    }
}

/// RL-9, RL-11: a server that has just started knows what was used before its start, when Redis falls silent; however
/// much has happened since.
#[tokio::test(flavor = "multi_thread")]
async fn a_fresh_server_knows_what_was_used_up() {
    let Some(mut fleet) = Fleet::start().await else { return };
    let quota = fleet.quota(10);
    fleet.use_up(0, &quota, 10).await;
    fleet.count(1, &fleet.quota(3_000), 3_000).await;

    fleet.servers[0] = Arc::new(fleet.limiter(50, Clock::system()).await);
    fleet.proxy.freeze();

    assert_eq!(fleet.count(0, &quota, 20).await, 0);
}

/// RL-9, RL-11: a server that starts while Redis is frozen waits for it, and knows what was used before.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_starts_in_a_freeze_waits() {
    let Some(mut fleet) = Fleet::start().await else { return };
    let quota = fleet.quota(10);
    fleet.use_up(0, &quota, 10).await;

    fleet.proxy.freeze();
    let thawing = async {
        sleep(500 * MS).await;
        fleet.proxy.thaw();
    };
    let (server, ()) = tokio::join!(fleet.limiter(50, Clock::system()), thawing);
    fleet.servers[0] = Arc::new(server);
    fleet.proxy.freeze();

    assert_eq!(fleet.count(0, &quota, 20).await, 0);
}

/// C-40, AV-9: Redis counts by its own clock, whatever a server's says.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_with_a_wrong_clock_counts_like_the_others() {
    let Some(mut fleet) = Fleet::start().await else { return };
    let fast = Clock::system();
    let fast = fast.clone().set_by(fast.now() + Duration::from_hours(24));
    // A machine that builds and tests at once is no outage of Redis.
    for (server, clock) in [Clock::system(), fast, Clock::system()].into_iter().enumerate() {
        fleet.servers[server] = Arc::new(fleet.limiter(10_000, clock).await);
    }
    let quota = fleet.quota(10);

    let passed = [0, 1, 2, 1, 0].map(|server| fleet.count(server, &quota, 4));

    let mut sum = 0;
    for passed in passed {
        sum += passed.await;
    }
    assert_eq!(sum, 10);
}
