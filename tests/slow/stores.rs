//! Each store of rate limits meets the same expectations: on a file, on PostgreSQL, in Redis.

use std::time::Duration;

use accountd::clock::Clock;
use accountd::limiter::{Limiter, Quota};
use entity::rate_limit;
use sea_orm::{
    ActiveModelTrait, DatabaseConnection, EntityTrait, IntoActiveModel, PaginatorTrait, Set,
};

use crate::support::{NO_REDIS, START, TestApp, connect};

const HOUR: Duration = Duration::from_hours(1);

fn quota(key: &str, limit: u32) -> Quota {
    Quota { key: format!("{key}-{:?}", std::thread::current().id()), limit, window: HOUR }
}

/// The database that holds the limits, where Redis doesn't.
async fn rows_of(app: &TestApp) -> DatabaseConnection {
    match app.app.config.database.file() {
        Some(file) => {
            let file = file.with_file_name("accountd-limits.db");
            connect(format!("sqlite://{}", file.display())).await
        }
        None => app.app.db.writer().for_maintenance().await.unwrap(),
    }
}

async fn allowed(limiter: &Limiter, quotas: &[Quota]) -> bool {
    limiter.charge(quotas, START).await.unwrap().allowed
}

/// RL-1, RL-15: the window slides, as the balance shows.
#[tokio::test]
async fn calls_count_for_a_window() {
    let app = TestApp::new().await;
    let limiter = &app.app.limiter;
    let key = format!("window{}", app.app.random.id(START));
    let quotas = [quota(&key, 2)];

    let first = limiter.charge(&quotas, START).await.unwrap();
    assert_eq!((first.allowed, first.balance.remaining), (true, 1));
    assert_eq!(first.balance.reset, START + HOUR);
    app.advance(HOUR / 2);
    assert!(allowed(limiter, &quotas).await);
    app.advance(HOUR / 2 - Duration::from_millis(1));
    assert!(!allowed(limiter, &quotas).await);
    app.advance(Duration::from_millis(1));
    assert!(allowed(limiter, &quotas).await);
    app.advance(HOUR / 4);
    assert!(!allowed(limiter, &quotas).await);
    limiter.reset(&quotas).await.unwrap();
    assert!(allowed(limiter, &quotas).await);
}

#[tokio::test]
async fn all_quotas_are_charged_or_none() {
    let app = TestApp::new().await;
    let limiter = &app.app.limiter;
    let key = app.app.random.id(START);
    let (small, large) = (quota(&format!("s{key}"), 1), quota(&format!("l{key}"), 3));
    let both = [large.clone(), small.clone()];

    assert!(allowed(limiter, &both).await);
    let refused = limiter.charge(&both, START).await.unwrap();
    assert!(!refused.allowed);
    assert_eq!((refused.balance.limit, refused.balance.remaining), (1, 0));
    let left = limiter.charge(&[large], START).await.unwrap();
    assert_eq!(left.balance.remaining, 1);
}

/// RL-2: of a thousand concurrent charges exactly ten pass.
#[tokio::test(flavor = "multi_thread")]
async fn concurrent_charges_are_exact() {
    let app = TestApp::new().await;
    let quotas = [
        quota(&app.app.random.id(START), 10),
        quota(&format!("x{}", app.app.random.id(START)), 2_000),
    ];
    let charges: Vec<_> = (0..1_000)
        .map(|n| {
            let (app, mut quotas) = (app.clone(), quotas.clone());
            // Whatever the order in which the quotas are named.
            if n % 2 == 0 {
                quotas.reverse();
            }
            tokio::spawn(
                async move { app.app.limiter.charge(&quotas, START).await.unwrap().allowed },
            )
        })
        .collect();
    let mut passed = 0;
    for charge in charges {
        passed += usize::from(charge.await.unwrap());
    }

    assert_eq!(passed, 10);
}

/// RL-2: charges, resets and the clearing away of the same quotas wait for each other and never fail.
#[tokio::test(flavor = "multi_thread")]
async fn calls_of_every_kind_get_along() {
    let app = TestApp::new().await;
    let key = app.app.random.id(START);
    let tasks: Vec<_> = (0..8_usize)
        .map(|task| {
            let (app, key) = (app.clone(), key.clone());
            tokio::spawn(async move {
                let limiter = &app.app.limiter;
                for n in 0..100 {
                    // Varying threes of six, so that the rows of the store lie in no order.
                    let pick =
                        |step| quota(&format!("{key}{}", (n * (n + 7) + task + step) % 6), 1_000);
                    let quotas = [pick(0), pick(1), pick(3)];
                    match task {
                        0..3 => drop(limiter.charge(&quotas[..1], START).await.unwrap()),
                        3..6 => drop(limiter.charge(&quotas, START).await.unwrap()),
                        6 => limiter.reset(&quotas).await.unwrap(),
                        _ => limiter.purge().await.unwrap(),
                    }
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
}

/// AV-9, C-40: a clock that is set ahead and back, also across restarts, neither frees a used-up quota nor holds it up for
/// longer than a window.
#[tokio::test]
async fn a_clock_that_jumps_moves_no_window() {
    let mut app = TestApp::new().await;
    let quotas = [quota(&app.app.random.id(START), 1)];
    assert!(allowed(&app.app.limiter, &quotas).await);

    for jump in [Clock::set_ahead, Clock::set_back, Clock::set_back, Clock::set_ahead] {
        jump(&app.clock, HOUR);
        assert!(!allowed(&app.app.limiter, &quotas).await);
        app.advance(Duration::from_mins(5));
        assert!(!allowed(&app.app.limiter, &quotas).await);
        if !app.app.db.is_shared() && app.app.config.redis.url.is_none() {
            app = app.restarted().await;
            assert!(!allowed(&app.app.limiter, &quotas).await);
        }
    }

    app.advance(HOUR);
    assert!(allowed(&app.app.limiter, &quotas).await);
}

/// RL-14: a flood of refused calls from addresses that were never seen leaves no rows.
#[tokio::test]
async fn a_refused_call_writes_no_row() {
    let app = TestApp::with(NO_REDIS).await;
    let key = app.app.random.id(START);
    let used_up = quota(&key, 1);
    assert!(allowed(&app.app.limiter, std::slice::from_ref(&used_up)).await);
    let limits = rows_of(&app).await;
    let rows = async || rate_limit::Entity::find().count(&limits).await.unwrap();
    let before = rows().await;

    for n in 0..100 {
        let quotas = [quota(&format!("{key}/{n}"), 10), used_up.clone()];
        assert!(!allowed(&app.app.limiter, &quotas).await);
    }

    assert_eq!(rows().await, before);
}

/// AV-9: after the clock of the database was set back by a day, a used-up quota stays so for a window, and no longer.
#[tokio::test]
async fn a_store_whose_clock_was_set_back_holds_for_a_window() {
    let app = TestApp::with(NO_REDIS).await;
    let quotas = [quota(&app.app.random.id(START), 1)];
    assert!(allowed(&app.app.limiter, &quotas).await);
    let limits = rows_of(&app).await;
    let used_up = rate_limit::Entity::find().all(&limits).await.unwrap();
    let used_up =
        used_up.into_iter().find(|row| row.key != "time" && !row.calls.is_empty()).unwrap();
    let tomorrow = used_up.calls.parse::<i64>().unwrap() + 86_400_000;
    let mut row = used_up.into_active_model();
    row.calls = Set(tomorrow.to_string());
    row.update(&limits).await.unwrap();

    assert!(!allowed(&app.app.limiter, &quotas).await);
    app.advance(HOUR - Duration::from_secs(1));
    assert!(!allowed(&app.app.limiter, &quotas).await);

    app.advance(Duration::from_secs(1));
    assert!(allowed(&app.app.limiter, &quotas).await);
}
