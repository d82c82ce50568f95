//! Each store of rate limits meets the same expectations: on a file, on PostgreSQL, in Redis.

use std::time::Duration;

use accountd::limiter::Budget;
use accountd::limiter::Limiter;

use crate::support::START;
use crate::support::TestApp;

const HOUR: Duration = Duration::from_hours(1);

fn budget(key: &str, limit: u32) -> Budget {
    Budget { key: format!("{key}-{:?}", std::thread::current().id()), limit, window: HOUR }
}

async fn allowed(limiter: &Limiter, budgets: &[Budget], after: Duration) -> bool {
    limiter.charge(budgets, START + after).await.unwrap().allowed
}

/// RL-1, RL-15: the window slides, and the balance says so.
#[tokio::test]
async fn calls_count_for_a_window() {
    let app = TestApp::new().await;
    let limiter = &app.app.limiter;
    let key = format!("window{}", app.app.random.id(START));
    let budgets = [budget(&key, 2)];

    let first = limiter.charge(&budgets, START).await.unwrap();
    assert_eq!((first.allowed, first.balance.remaining), (true, 1));
    assert_eq!(first.balance.reset, START + HOUR);
    assert!(allowed(limiter, &budgets, HOUR / 2).await);
    assert!(!allowed(limiter, &budgets, HOUR - Duration::from_millis(1)).await);
    assert!(allowed(limiter, &budgets, HOUR).await);
    assert!(!allowed(limiter, &budgets, HOUR + HOUR / 4).await);
    limiter.reset(&budgets).await.unwrap();
    assert!(allowed(limiter, &budgets, HOUR + HOUR / 4).await);
}

#[tokio::test]
async fn all_budgets_are_charged_or_none() {
    let app = TestApp::new().await;
    let limiter = &app.app.limiter;
    let key = app.app.random.id(START);
    let (small, large) = (budget(&format!("s{key}"), 1), budget(&format!("l{key}"), 3));
    let both = [large.clone(), small.clone()];

    assert!(allowed(limiter, &both, Duration::ZERO).await);
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
    let budgets = [
        budget(&app.app.random.id(START), 10),
        budget(&format!("x{}", app.app.random.id(START)), 2_000),
    ];
    let charges: Vec<_> = (0..1_000)
        .map(|n| {
            let (app, mut budgets) = (app.clone(), budgets.clone());
            // Whatever the order in which the budgets are named.
            if n % 2 == 0 {
                budgets.reverse();
            }
            tokio::spawn(
                async move { app.app.limiter.charge(&budgets, START).await.unwrap().allowed },
            )
        })
        .collect();
    let mut passed = 0;
    for charge in charges {
        passed += usize::from(charge.await.unwrap());
    }

    assert_eq!(passed, 10);
}

/// RL-2: charges, resets and the clearing away of the same budgets wait for each other and never fail.
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
                        |step| budget(&format!("{key}{}", (n * (n + 7) + task + step) % 6), 1_000);
                    let budgets = [pick(0), pick(1), pick(3)];
                    match task {
                        0..3 => drop(limiter.charge(&budgets[..1], START).await.unwrap()),
                        3..6 => drop(limiter.charge(&budgets, START).await.unwrap()),
                        6 => limiter.reset(&budgets).await.unwrap(),
                        _ => limiter.purge(START + HOUR).await.unwrap(),
                    }
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
}
